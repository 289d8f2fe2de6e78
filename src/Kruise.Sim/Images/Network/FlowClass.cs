namespace Kruise.Sim.Images.Network;

/// <summary>
/// The flows of one kind on the nodes of one group. They have one rate, so they share a virtual clock V that advances by that rate: a flow with
/// b bytes to go that joins at V is finished when the clock shows V + b, whatever becomes of the rate meanwhile. A heap by that finish names the
/// next of the class to end; it is indexed, so that a flow leaves in O(log n) and nothing stale stays behind.
/// </summary>
internal sealed class FlowClass(FlowTable flows, FlowHeapPool heaps)
{
    /// <summary>
    /// A flow counts as finished when its finish is within this fraction above the clock: a few times the rounding of one advance of the clock, and
    /// about 1e-5 bytes at most (see <see cref="RebaseBytes"/>).
    /// </summary>
    private const double Slack = 1.0 / (1L << 48);

    /// <summary>
    /// The clock goes back to zero past this, so that one unit in the last place stays below 5e-7 bytes. The pass over the heap that takes is paid for
    /// by the 4 GiB that each flow of the class moved in between.
    /// </summary>
    private const double RebaseBytes = 1L << 32;

    private FlowHeapEntry[] _heap = [];
    private double _clock;
    private BoundNanoseconds _bounds;

    public NodeGroup Group { get; private set; } = null!;

    public int Kind { get; private set; }

    public int Registry { get; private set; }

    public double Weight { get; private set; }

    /// <summary>Flows of this class on each node of the group.</summary>
    public int FlowsPerNode { get; private set; }

    public int Count { get; private set; }

    /// <summary>Bytes per second of each flow of the class.</summary>
    public double Rate { get; private set; }

    public FlowBound Bound { get; private set; }

    /// <summary>Whether progressive filling still has to find the rate.</summary>
    public bool IsOpen { get; set; }

    public void Open(NodeGroup group, int kind, in FlowKind properties, int flowsPerNode)
    {
        Group = group;
        Kind = kind;
        Registry = properties.Registry;
        Weight = properties.Weight;
        FlowsPerNode = flowsPerNode;
        Rate = 0;
        _clock = 0;
        _bounds = default;
    }

    /// <summary>Gives the room of its heap back.</summary>
    public void Close()
    {
        heaps.Return(_heap);
        _heap = [];
    }

    public void SetRate(double rate, FlowBound bound)
    {
        Rate = rate;
        Bound = bound;
        IsOpen = false;
    }

    /// <summary>Lets time pass at the present rate.</summary>
    public void Advance(long nanoseconds)
    {
        _bounds[(int)Bound] += nanoseconds;
        _clock += Rate * (nanoseconds / 1e9);
        if (_clock > RebaseBytes)
        {
            Rebase();
        }
    }

    /// <summary>Bytes a flow of this class still has to receive; may be a rounding error below zero.</summary>
    public double RemainingOf(int flow) => _heap[flows.HeapPositions[flow]].Finish - _clock;

    /// <summary>Bytes a flow still has to receive some nanoseconds from now at the present rate, and what bounds it until then added to its account.</summary>
    public double Look(int flow, long nanoseconds, ref BoundNanoseconds bounds)
    {
        bounds.Add(_bounds);
        bounds[(int)Bound] += nanoseconds;
        return RemainingOf(flow) - (Rate * (nanoseconds / 1e9));
    }

    /// <summary>Seconds until the first flow of the class ends; infinite when none will.</summary>
    public double SecondsToNextFinish()
    {
        if (Count == 0)
        {
            return double.PositiveInfinity;
        }

        double finish = _heap[0].Finish;
        if (IsDue(finish))
        {
            return 0;
        }

        return Rate > 0 ? (finish - _clock) / Rate : double.PositiveInfinity;
    }

    public void Join(int index)
    {
        ref Flow flow = ref flows[index];
        flow.Class = this;
        flow.Bounds.Subtract(_bounds);
        if (Count == _heap.Length)
        {
            _heap = heaps.Grow(_heap);
        }

        SiftUp(Count++, new FlowHeapEntry(_clock + flow.Remaining, index));
    }

    public void Leave(int index)
    {
        ref Flow flow = ref flows[index];
        int position = flows.HeapPositions[index];
        flow.Remaining = _heap[position].Finish - _clock;
        flow.Class = null;
        flow.Bounds.Add(_bounds);
        FlowHeapEntry last = _heap[--Count];
        if (Count == 0)
        {
            _clock = 0;
        }
        else if (position < Count)
        {
            if (position > 0 && last.Finish < _heap[(position - 1) >> 2].Finish)
            {
                SiftUp(position, last);
            }
            else
            {
                SiftDown(position, last);
            }
        }
    }

    /// <summary>Takes out a flow whose last byte has arrived.</summary>
    public bool TryLeaveFinished(out int index)
    {
        index = Flow.None;
        if (Count == 0 || !IsDue(_heap[0].Finish))
        {
            return false;
        }

        index = _heap[0].Flow;
        Leave(index);
        return true;
    }

    private bool IsDue(double finish) => double.IsPositiveInfinity(Rate) || finish - _clock <= finish * Slack;

    private void Rebase()
    {
        // Subtracting one number from all keeps their order, rounding included: the heap stays a heap.
        foreach (ref FlowHeapEntry entry in _heap.AsSpan(0, Count))
        {
            entry = entry with { Finish = entry.Finish - _clock };
        }

        _clock = 0;
    }

    private void SiftUp(int position, FlowHeapEntry entry)
    {
        int[] positions = flows.HeapPositions;
        while (position > 0)
        {
            int parent = (position - 1) >> 2;
            if (_heap[parent].Finish <= entry.Finish)
            {
                break;
            }

            _heap[position] = _heap[parent];
            positions[_heap[position].Flow] = position;
            position = parent;
        }

        _heap[position] = entry;
        positions[entry.Flow] = position;
    }

    private void SiftDown(int position, FlowHeapEntry entry)
    {
        int[] positions = flows.HeapPositions;
        for (int child = (position << 2) + 1; child < Count; child = (position << 2) + 1)
        {
            int least = child;
            int end = Math.Min(child + 4, Count);
            while (++child < end)
            {
                if (_heap[child].Finish < _heap[least].Finish)
                {
                    least = child;
                }
            }

            if (entry.Finish <= _heap[least].Finish)
            {
                break;
            }

            _heap[position] = _heap[least];
            positions[_heap[position].Flow] = position;
            position = least;
        }

        _heap[position] = entry;
        positions[entry.Flow] = position;
    }
}
