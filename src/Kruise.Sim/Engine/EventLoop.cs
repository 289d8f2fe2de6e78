using System.Runtime.CompilerServices;

namespace Kruise.Sim.Engine;

/// <summary>Something that events are delivered to; what an event's kind and argument mean is the target's own affair.</summary>
internal interface IEventTarget
{
    void OnEvent(int kind, long argument, object? state);
}

/// <summary>Within one moment, events of a lower phase run first.</summary>
internal enum EventPhase : byte
{
    Normal = 0,

    /// <summary>After everything else of the moment, for work to be done once however much happened (the network solves here).</summary>
    Settle = 1,
}

/// <summary>Names a scheduled event so that it can be cancelled. The default value names none.</summary>
internal readonly record struct EventHandle(int Slot, int Generation)
{
    public bool IsNone => Generation == 0;
}

/// <summary>
/// A single-threaded virtual-time engine. Events are totally ordered by (time, phase, sequence number); the clock moves to an event's time before
/// its target hears of it; scheduling in the past throws. Cancelled events stay in the queue and are skipped when they surface; when they come to
/// outnumber the pending ones the queue is rebuilt without them, so time-outs that are always cancelled do not pile up. Everything costs
/// O(log pending), amortised for a cancellation. In the steady state nothing is allocated.
/// </summary>
/// <remarks>
/// Every delivered event is mixed into <see cref="Hash"/>: two runs with one seed must end with the same value.
/// </remarks>
internal sealed class EventLoop
{
    private const int MinQueueToRebuild = 1024;

    private readonly PriorityQueue<int, EventKey> _queue = new();
    private Slot[] _slots = new Slot[1024];
    private (int Index, EventKey Key)[] _kept = [];
    private int _freeSlot = -1;
    private int _usedSlots;
    private long _sequence;
    private ulong _hash = 0xCBF29CE484222325UL;

    public SimTime Now { get; private set; }

    /// <summary>How many events were delivered.</summary>
    public long Delivered { get; private set; }

    public int Pending { get; private set; }

    /// <summary>The hash of the event log so far.</summary>
    public ulong Hash => _hash;

    /// <summary>Schedules an event at a moment not before <see cref="Now"/>.</summary>
    public EventHandle Schedule(SimTime at, IEventTarget target, int kind, long argument = 0, object? state = null, EventPhase phase = EventPhase.Normal)
    {
        if (at < Now)
        {
            throw new ArgumentOutOfRangeException(nameof(at), $"An event of kind {kind} for {target.GetType().Name} at {at} lies before the present, {Now}.");
        }

        int index = _freeSlot;
        if (index >= 0)
        {
            _freeSlot = _slots[index].NextFree;
        }
        else
        {
            if (_usedSlots == _slots.Length)
            {
                Array.Resize(ref _slots, _slots.Length * 2);
            }

            index = _usedSlots++;
            _slots[index].Generation = 1;
        }

        ref Slot slot = ref _slots[index];
        slot.Target = target;
        slot.Kind = kind;
        slot.Argument = argument;
        slot.State = state;
        slot.Live = true;
        Pending++;
        _queue.Enqueue(index, new EventKey(at.Nanoseconds, ((long)phase << 56) | _sequence++));
        return new EventHandle(index, slot.Generation);
    }

    public EventHandle ScheduleAfter(SimTime delay, IEventTarget target, int kind, long argument = 0, object? state = null) =>
        Schedule(Now + delay, target, kind, argument, state);

    /// <summary>Cancels an event that has not been delivered; false when there is nothing left to cancel.</summary>
    public bool Cancel(EventHandle handle)
    {
        if (handle.IsNone)
        {
            return false;
        }

        ref Slot slot = ref _slots[handle.Slot];
        if (slot.Generation != handle.Generation || !slot.Live)
        {
            return false;
        }

        slot.Live = false;
        slot.Target = null;
        slot.State = null;
        Pending--;
        if (_queue.Count >= MinQueueToRebuild && _queue.Count > 2 * Pending)
        {
            DropCancelled();
        }

        return true;
    }

    /// <summary>Delivers the next event not later than <paramref name="limit"/>; false when there is none.</summary>
    public bool Step(SimTime limit)
    {
        while (_queue.TryPeek(out int index, out EventKey key))
        {
            if (!_slots[index].Live)
            {
                _queue.Dequeue();
                Free(index);
                continue;
            }

            if (key.Time > limit.Nanoseconds)
            {
                return false;
            }

            _queue.Dequeue();
            Slot slot = _slots[index];
            Free(index);
            Pending--;
            Now = new SimTime(key.Time);
            Delivered++;
            Mix((ulong)key.Time);
            Mix(((ulong)(uint)slot.Kind << 32) ^ (ulong)slot.Argument);
            slot.Target!.OnEvent(slot.Kind, slot.Argument, slot.State);
            return true;
        }

        return false;
    }

    /// <summary>Mixes a fact that is not visible in the events themselves into the hash of the log.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mix(ulong value) => _hash = System.Numerics.BitOperations.RotateLeft((_hash ^ value) * 0x9E3779B97F4A7C15UL, 29);

    /// <summary>Mixes a text: FNV-1a over its characters, the same on every machine.</summary>
    public void Mix(string text)
    {
        ulong hash = 0xCBF29CE484222325UL;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 0x100000001B3UL;
        }

        Mix(hash);
    }

    private void DropCancelled()
    {
        if (_kept.Length < Pending)
        {
            _kept = new (int, EventKey)[_slots.Length];
        }

        int kept = 0;
        foreach ((int index, EventKey key) in _queue.UnorderedItems)
        {
            if (_slots[index].Live)
            {
                _kept[kept++] = (index, key);
            }
            else
            {
                Free(index);
            }
        }

        _queue.Clear();
        foreach ((int index, EventKey key) in _kept.AsSpan(0, kept))
        {
            _queue.Enqueue(index, key);
        }
    }

    private void Free(int index)
    {
        ref Slot slot = ref _slots[index];
        slot.Target = null;
        slot.State = null;
        slot.Live = false;
        slot.Generation = slot.Generation == int.MaxValue ? 1 : slot.Generation + 1;
        slot.NextFree = _freeSlot;
        _freeSlot = index;
    }

    private readonly record struct EventKey(long Time, long Order) : IComparable<EventKey>
    {
        public int CompareTo(EventKey other) => Time != other.Time ? (Time < other.Time ? -1 : 1) : Order.CompareTo(other.Order);
    }

    private struct Slot
    {
        public IEventTarget? Target;
        public object? State;
        public long Argument;
        public int Kind;
        public int Generation;
        public int NextFree;
        public bool Live;
    }
}
