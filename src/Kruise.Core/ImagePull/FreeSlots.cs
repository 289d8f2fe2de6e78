namespace Kruise.Core.ImagePull;

/// <summary>
/// Since when each free slot of a job has been free, for whoever says what a node waited for. With limit p and n nodes at work, p - n slots are free; when n
/// exceeds p, as after the limit was lowered, as many slots as that are owed, and vanish when they are given back.
/// </summary>
/// <typeparam name="TMoment">A moment of the caller's clock. Moments never go backwards from call to call.</typeparam>
public sealed class FreeSlots<TMoment>
    where TMoment : struct, IEquatable<TMoment>
{
    // Oldest first, slots of one moment together: a limit may be far above any number of nodes.
    private readonly LinkedList<(TMoment Since, long Count)> _free = [];
    private long _owed;

    /// <summary>Slots that become free now, because nodes gave them back or the limit rose.</summary>
    public void Open(TMoment now, long count)
    {
        long repaid = Math.Min(_owed, count);
        _owed -= repaid;
        if (count > repaid)
        {
            _free.AddLast((now, count - repaid));
        }
    }

    /// <summary>A node takes the slot that has been free for longest; null when none is.</summary>
    public TMoment? Take()
    {
        if (_free.First is not { } oldest)
        {
            _owed++;
            return null;
        }

        (TMoment since, long count) = oldest.Value;
        if (count == 1)
        {
            _free.RemoveFirst();
        }
        else
        {
            oldest.Value = (since, count - 1);
        }

        return since;
    }

    /// <summary>The limit fell: the slots that were opened last are no more.</summary>
    public void Close(long count)
    {
        while (count > 0 && _free.Last is { } newest)
        {
            long closed = Math.Min(count, newest.Value.Count);
            count -= closed;
            if (closed == newest.Value.Count)
            {
                _free.RemoveLast();
            }
            else
            {
                newest.Value = (newest.Value.Since, newest.Value.Count - closed);
            }
        }

        _owed += count;
    }
}
