namespace Kruise.Sim.Images;

/// <summary>A set of few whole numbers in sorted order: small, because every node of a large fleet has several.</summary>
internal struct SmallIntSet
{
    private int[]? _sorted;
    private int _count;

    public readonly bool Contains(int value) => _sorted is not null && Array.BinarySearch(_sorted, 0, _count, value) >= 0;

    public void Add(int value)
    {
        _sorted ??= new int[8];
        int at = Array.BinarySearch(_sorted, 0, _count, value);
        if (at >= 0)
        {
            return;
        }

        if (_count == _sorted.Length)
        {
            Array.Resize(ref _sorted, _count * 2);
        }

        at = ~at;
        Array.Copy(_sorted, at, _sorted, at + 1, _count - at);
        _sorted[at] = value;
        _count++;
    }
}
