namespace Kruise.Sim.Cluster;

/// <summary>
/// The newest changes in order of revision. Revisions have no gaps, so the place of a change follows from its revision; the oldest are forgotten when
/// the log is full.
/// </summary>
internal sealed class ChangeLog(int capacity)
{
    private Change?[] _ring = new Change?[Math.Min(capacity, 256)];
    private int _count;

    /// <summary>The revision of the newest change; 0 before the first.</summary>
    public long Newest { get; private set; }

    /// <summary>The oldest revision that a watch can start from: everything after it is still here.</summary>
    public long Compacted => Newest - _count;

    /// <summary>Appends; returns the change that was forgotten for it, if any.</summary>
    public Change? Append(Change change)
    {
        if (_count == _ring.Length && _ring.Length < capacity)
        {
            Grow();
        }

        ref Change? slot = ref _ring[change.Revision % _ring.Length];
        Change? forgotten = slot;
        slot = change;
        Newest = change.Revision;
        if (forgotten is null)
        {
            _count++;
        }

        return forgotten;
    }

    public Change At(long revision) =>
        revision > Compacted && revision <= Newest
            ? _ring[revision % _ring.Length]!
            : throw new ArgumentOutOfRangeException(nameof(revision), $"Revision {revision} is not in the log ({Compacted + 1} to {Newest}).");

    /// <summary>Forgets everything up to a revision; returns the forgotten changes, oldest first.</summary>
    public List<Change> Compact(long revision)
    {
        var forgotten = new List<Change>();
        while (_count > 0 && Compacted + 1 <= revision)
        {
            ref Change? slot = ref _ring[(Compacted + 1) % _ring.Length];
            forgotten.Add(slot!);
            slot = null;
            _count--;
        }

        return forgotten;
    }

    private void Grow()
    {
        var larger = new Change?[(int)Math.Min((long)_ring.Length * 2, capacity)];
        for (long revision = Compacted + 1; revision <= Newest; revision++)
        {
            larger[revision % larger.Length] = _ring[revision % _ring.Length];
        }

        _ring = larger;
    }
}
