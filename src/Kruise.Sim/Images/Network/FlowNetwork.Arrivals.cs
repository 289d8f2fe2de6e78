using Kruise.Sim.Engine;

namespace Kruise.Sim.Images.Network;

/// <content>When flows end, and telling who waits for them.</content>
internal sealed partial class FlowNetwork
{
    private void ScheduleNextArrival()
    {
        double seconds = double.PositiveInfinity;
        foreach (NodeGroup group in _groups.InUse)
        {
            foreach (FlowClass flowClass in group.Classes)
            {
                seconds = Math.Min(seconds, flowClass.SecondsToNextFinish());
            }
        }

        // Rounded up, but not by a nanosecond for the rounding of the product itself.
        double nanoseconds = Math.Ceiling(seconds * 1e9 * (1 - 4e-16));
        SimTime at = nanoseconds < long.MaxValue - _loop.Now.Nanoseconds ? new SimTime(_loop.Now.Nanoseconds + (long)nanoseconds) : SimTime.MaxValue;
        if (!_nextArrival.IsNone && at == _nextArrivalAt)
        {
            return;
        }

        _loop.Cancel(_nextArrival);
        _nextArrival = at == SimTime.MaxValue ? default : _loop.Schedule(at, this, ArrivalEvent);
        _nextArrivalAt = at;
    }

    /// <summary>Takes out all flows whose last byte has arrived, then tells their sinks in the order of their starts.</summary>
    private void TellArrivals()
    {
        Advance();
        if (_nextArrivalAt <= _loop.Now)
        {
            // Delivered or about to be, with nothing left to tell.
            _loop.Cancel(_nextArrival);
            _nextArrival = default;
        }

        foreach (NodeGroup group in _groups.InUse)
        {
            foreach (FlowClass flowClass in group.Classes)
            {
                while (flowClass.TryLeaveFinished(out int index))
                {
                    Detach(index, _flows[index].Bytes);
                    AddArrived(_flows.IdOf(index));
                }
            }
        }

        foreach (FlowId id in _emptyFlows.Span)
        {
            if (_flows.IsCurrent(id))
            {
                AddArrived(id);
            }
        }

        _emptyFlows.Clear();
        _arrivedSequences.Span.Sort(_arrived.Span);
        for (int i = 0; i < _arrived.Count; i++)
        {
            FlowId id = _arrived[i];

            // A sink told before may have cancelled this one.
            if (_flows.IsCurrent(id))
            {
                Flow flow = _flows[id.Index];
                _flows.Free(id.Index);
                _loop.Mix((ulong)flow.Token);
                flow.Sink!.OnFlowFinished(flow.Token, flow.Bounds.ToSeconds());
            }
        }

        _arrived.Clear();
        _arrivedSequences.Clear();
    }

    private void AddArrived(FlowId id)
    {
        ref Flow flow = ref _flows[id.Index];
        flow.Arrived = true;
        ActiveFlows--;
        _arrived.Add(id);
        _arrivedSequences.Add(flow.Sequence);
    }

    private struct Node
    {
        public NodeGroup? Group;
        public double NicBytesPerSecond;
        public int Zone;
        public int FirstFlow;
        public bool IsChanged;
    }

    private struct RegistryAccount
    {
        public double ConnectionBytesPerSecond;
        public double BytesPerSecond;

        /// <summary>Of flows that ended, in full or cancelled.</summary>
        public double EndedFlowsBytes;

        /// <summary>Integral of the rate, less the part of the flows that ended.</summary>
        public double UnderWayBytes;

        public int ActiveFlows;
    }
}
