namespace Kruise.Sim.Images.Network;

/// <summary>A growing array whose elements are read and changed in place.</summary>
internal sealed class Column<T>
{
    private T[] _items = new T[8];

    public int Count { get; private set; }

    public Span<T> Span => _items.AsSpan(0, Count);

    public ref T this[int index] => ref Span[index];

    public int Add(T item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count] = item;
        return Count++;
    }

    public void Clear() => Count = 0;
}
