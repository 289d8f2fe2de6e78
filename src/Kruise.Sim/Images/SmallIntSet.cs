namespace Kruise.Sim.Images;

/// <summary>A set of few whole numbers in sorted order: small, because every node of a large fleet has several.</summary>
internal struct SmallIntSet
{
    private int[]? _sorted;
    private int _count;

    public readonly bool Contains(int value) => _sorted is not null && Array.BinarySearch(_sorted, 0, _count, value) >= 0;

    public readonly int Count => _count;

    /// <summary>The members in ascending order.</summary>
    public readonly int this[int position] => _sorted![position];

    /// <summary>Removes a member; false when it is none.</summary>
    public bool Remove(int value)
    {
        int at = _sorted is null ? -1 : Array.BinarySearch(_sorted, 0, _count, value);
        if (at < 0)
        {
            return false;
        }

        _count--;
        Array.Copy(_sorted!, at + 1, _sorted!, at, _count - at);
        return true;
    }

    /// <summary>Adds a member; false when it was one.</summary>
    public bool Add(int value)
    {
        _sorted ??= new int[8];
        int at = Array.BinarySearch(_sorted, 0, _count, value);
        if (at >= 0)
        {
            return false;
        }

        if (_count == _sorted.Length)
        {
            Array.Resize(ref _sorted, _count * 2);
        }

        at = ~at;
        Array.Copy(_sorted, at, _sorted, at + 1, _count - at);
        _sorted[at] = value;
        _count++;
        return true;
    }
}
