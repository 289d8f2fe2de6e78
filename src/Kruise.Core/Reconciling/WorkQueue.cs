using System.Runtime.InteropServices;

namespace Kruise.Core.Reconciling;

/// <summary>
/// The keys a controller has to look at, under the contract of client-go's work queue: a key that is added twice before it is taken is
/// handed out once; a key is never handed out twice at the same time; a key that is added while it is being worked on is handed out again
/// after <see cref="Done"/>; nothing added is ever lost. First in, first out. A key may also be added for a later moment, and then the
/// earliest moment asked for wins. Add, get and done cost O(1), delayed adds O(log n), and none of them allocates once the queue has grown.
/// Not safe for use by several threads at a time.
/// </summary>
public sealed class WorkQueue
{
    // A key is here while it is dirty (waiting, or added again while processed) or processed, and nowhere else.
    private readonly Dictionary<ObjectKey, KeyState> _keys = [];
    private readonly Queue<ObjectKey> _ready = new();
    private readonly Dictionary<ObjectKey, Appointment> _appointments = [];
    private readonly PriorityQueue<ObjectKey, Appointment> _delayed = new();
    private long _sequence;

    /// <summary>Keys ready to be taken (<c>workqueue_depth</c>).</summary>
    public int Depth => _ready.Count;

    /// <summary>Keys taken and not done.</summary>
    public int Processing { get; private set; }

    /// <summary>Keys that wait for their moment.</summary>
    public int Delayed => _appointments.Count;

    /// <summary>Adds that were not merged into an earlier one (<c>workqueue_adds_total</c>).</summary>
    public long Adds { get; private set; }

    /// <summary>Adds for a later moment (<c>workqueue_retries_total</c>).</summary>
    public long Retries { get; private set; }

    /// <summary>Keys handed out.</summary>
    public long Gets { get; private set; }

    /// <summary>How long the key handed out last had waited since it was added (an observation of <c>workqueue_queue_duration_seconds</c>).</summary>
    public TimeSpan LastWait { get; private set; }

    /// <summary>The longest wait of any key handed out.</summary>
    public TimeSpan LongestWait { get; private set; }

    /// <summary>The waits of all keys handed out, summed.</summary>
    public TimeSpan TotalWait { get; private set; }

    /// <summary>When the next delayed key becomes ready; null when none waits.</summary>
    public DateTime? NextReadyAt
    {
        get
        {
            DropSuperseded();
            return _delayed.TryPeek(out _, out Appointment next) ? next.At : null;
        }
    }

    /// <summary>Adds a key that is to be looked at now.</summary>
    public void Add(ObjectKey key, DateTime now)
    {
        Advance(now);
        AddAt(key, now);
    }

    /// <summary>Adds a key that is to be looked at from <paramref name="readyAt"/> on; at once when that is not after <paramref name="now"/>.</summary>
    public void AddAfter(ObjectKey key, DateTime readyAt, DateTime now)
    {
        Retries++;
        Advance(now);
        if (readyAt <= now)
        {
            AddAt(key, now);
            return;
        }

        ref Appointment held = ref CollectionsMarshal.GetValueRefOrAddDefault(_appointments, key, out bool known);
        if (known && held.At <= readyAt)
        {
            return;
        }

        held = new Appointment(readyAt, _sequence++);
        _delayed.Enqueue(key, held);

        // Appointments moved forward leave their old heap entry behind; clear these out before they outnumber the live ones.
        if (_delayed.Count > (2 * _appointments.Count) + 64)
        {
            _delayed.Clear();
            foreach ((ObjectKey live, Appointment at) in _appointments)
            {
                _delayed.Enqueue(live, at);
            }
        }
    }

    /// <summary>Takes the next key that is ready at <paramref name="now"/>; the taker owes a <see cref="Done"/>.</summary>
    public bool TryGet(DateTime now, out ObjectKey key)
    {
        Advance(now);
        if (!_ready.TryDequeue(out key))
        {
            return false;
        }

        ref KeyState state = ref CollectionsMarshal.GetValueRefOrNullRef(_keys, key);
        state.Dirty = false;
        state.Processing = true;
        Processing++;
        Gets++;
        LastWait = now - state.AddedAt;
        TotalWait += LastWait;
        if (LastWait > LongestWait)
        {
            LongestWait = LastWait;
        }

        return true;
    }

    /// <summary>Ends the work on a key that was taken; hands it out again if it was added meanwhile.</summary>
    /// <exception cref="InvalidOperationException">The key is not being worked on.</exception>
    public void Done(ObjectKey key)
    {
        ref KeyState state = ref CollectionsMarshal.GetValueRefOrNullRef(_keys, key);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref state) || !state.Processing)
        {
            throw new InvalidOperationException($"{key} is not being worked on.");
        }

        Processing--;
        if (state.Dirty)
        {
            state.Processing = false;
            _ready.Enqueue(key);
        }
        else
        {
            _keys.Remove(key);
        }
    }

    /// <summary>Makes the delayed keys ready whose moment has come; every other call that takes the time does so by itself.</summary>
    public void Advance(DateTime now)
    {
        while (_delayed.TryPeek(out ObjectKey key, out Appointment next) && next.At <= now)
        {
            _delayed.Dequeue();
            if (_appointments.TryGetValue(key, out Appointment held) && held.Sequence == next.Sequence)
            {
                _appointments.Remove(key);
                AddAt(key, next.At);
            }
        }
    }

    private void AddAt(ObjectKey key, DateTime now)
    {
        ref KeyState state = ref CollectionsMarshal.GetValueRefOrAddDefault(_keys, key, out bool known);
        if (known && state.Dirty)
        {
            return;
        }

        Adds++;
        state.Dirty = true;
        state.AddedAt = now;
        if (!state.Processing)
        {
            _ready.Enqueue(key);
        }
    }

    private void DropSuperseded()
    {
        while (_delayed.TryPeek(out ObjectKey key, out Appointment next)
            && !(_appointments.TryGetValue(key, out Appointment held) && held.Sequence == next.Sequence))
        {
            _delayed.Dequeue();
        }
    }

    private struct KeyState
    {
        public bool Dirty;
        public bool Processing;
        public DateTime AddedAt;
    }

    private readonly record struct Appointment(DateTime At, long Sequence) : IComparable<Appointment>
    {
        public int CompareTo(Appointment other)
        {
            int byTime = At.CompareTo(other.At);
            return byTime != 0 ? byTime : Sequence.CompareTo(other.Sequence);
        }
    }
}
