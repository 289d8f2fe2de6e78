using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Tests.Images;

/// <summary>
/// The plainest network that shares weighted max-min fairly: after each moment in which something changed, all flows are filled anew. For tests of what
/// stands on a network; cost grows with the square of the flows.
/// </summary>
internal sealed class FairShareNetwork(EventLoop loop) : IFlowNetwork, IEventTarget
{
    private const int Settle = 1;
    private const int Finish = 2;

    private readonly List<double> _links = [];
    private readonly List<(int Link, double Connection)> _registries = [];
    private readonly List<int> _zones = [];
    private readonly List<(int Zone, int Link)> _nodes = [];
    private readonly List<double> _sent = [];
    private readonly List<Flow> _flows = [];
    private SimTime _at;
    private EventHandle _settle;
    private EventHandle _finish;
    private int _nextId;

    public Action? RatesChanged { get; set; }

    public int ActiveFlows => _flows.Count;

    public int AddRegistry(double egressBytesPerSecond, double perConnectionBytesPerSecond)
    {
        _registries.Add((AddLink(egressBytesPerSecond), perConnectionBytesPerSecond));
        _sent.Add(0);
        return _registries.Count - 1;
    }

    public int AddZone(double uplinkBytesPerSecond)
    {
        _zones.Add(AddLink(uplinkBytesPerSecond));
        return _zones.Count - 1;
    }

    public int AddNode(int zone, double nicBytesPerSecond)
    {
        _nodes.Add((zone, AddLink(nicBytesPerSecond)));
        return _nodes.Count - 1;
    }

    public void SetRegistryEgress(int registry, double bytesPerSecond)
    {
        _links[_registries[registry].Link] = bytesPerSecond;
        Change();
    }

    public FlowId Start(int node, int registry, double bytes, IFlowSink sink, long token, double weight = 1)
    {
        Advance();
        var flow = new Flow(++_nextId, registry, sink, token, weight, [_registries[registry].Link, _zones[_nodes[node].Zone], _nodes[node].Link], _registries[registry].Connection) { Left = bytes };
        _flows.Add(flow);
        Change();
        return new FlowId(flow.Id, 1);
    }

    public double Cancel(FlowId flow)
    {
        Advance();
        Flow? found = _flows.Find(f => f.Id == flow.Index);
        if (found is null)
        {
            return 0;
        }

        _flows.Remove(found);
        Change();
        return found.Arrived;
    }

    public FlowProgress ProgressOf(FlowId flow)
    {
        Advance();
        return _flows.Find(f => f.Id == flow.Index) is { } found ? new FlowProgress(found.Arrived, found.Bounds) : default;
    }

    public double RegistryRate(int registry) => _flows.Where(f => f.Registry == registry).Sum(f => f.Rate);

    public double RegistryBytesSent(int registry)
    {
        Advance();
        return _sent[registry];
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        Advance();
        if (kind == Settle)
        {
            _settle = default;
            Solve();
            return;
        }

        foreach (Flow flow in _flows.Where(f => f.EndsAt <= loop.Now).ToList())
        {
            _flows.Remove(flow);
            Change();
            flow.Sink.OnFlowFinished(flow.Token, flow.Bounds);
        }
    }

    private int AddLink(double bytesPerSecond)
    {
        _links.Add(bytesPerSecond);
        return _links.Count - 1;
    }

    private void Change()
    {
        Advance();
        if (_settle.IsNone)
        {
            _settle = loop.Schedule(loop.Now, this, Settle, phase: EventPhase.Settle);
        }
    }

    private void Advance()
    {
        double seconds = (loop.Now - _at).Seconds;
        if (seconds > 0)
        {
            foreach (Flow flow in _flows)
            {
                double moved = Math.Min(flow.Left, flow.Rate * seconds);
                flow.Left -= moved;
                flow.Arrived += moved;
                flow.Seconds[(int)flow.Bound] += seconds;
                _sent[flow.Registry] += moved;
            }
        }

        _at = loop.Now;
    }

    private void Solve()
    {
        List<double> left = [.. _links];
        List<Flow> open = [.. _flows];
        while (open.Count > 0)
        {
            // The next to be fixed: the link with the lowest level, or the flow that its connection holds below every level.
            double level = double.PositiveInfinity;
            int link = -1;
            for (int i = 0; i < left.Count; i++)
            {
                double weight = open.Where(f => f.Links.Contains(i)).Sum(f => f.Weight);
                if (weight > 0 && left[i] / weight < level)
                {
                    (level, link) = (left[i] / weight, i);
                }
            }

            List<Flow> capped = open.FindAll(f => f.Connection <= f.Weight * level);
            List<Flow> fixedNow = capped.Count > 0 ? capped : open.FindAll(f => f.Links.Contains(link));
            foreach (Flow flow in fixedNow)
            {
                flow.Rate = capped.Count > 0 ? flow.Connection : flow.Weight * level;
                flow.Bound = capped.Count > 0 ? FlowBound.Connection : (FlowBound)Array.IndexOf(flow.Links, link);
                foreach (int used in flow.Links)
                {
                    left[used] = Math.Max(0, left[used] - flow.Rate);
                }

                open.Remove(flow);
            }
        }

        loop.Cancel(_finish);
        _finish = default;
        SimTime first = SimTime.MaxValue;
        foreach (Flow flow in _flows)
        {
            double seconds = flow.Left <= 0 ? 0 : flow.Left / flow.Rate;
            flow.EndsAt = seconds < 1e9 ? loop.Now + new SimTime((long)Math.Ceiling(seconds * 1e9)) : SimTime.MaxValue;
            first = SimTime.Min(first, flow.EndsAt);
        }

        if (first < SimTime.MaxValue)
        {
            _finish = loop.Schedule(first, this, Finish);
        }

        RatesChanged?.Invoke();
    }

    private sealed class Flow(int id, int registry, IFlowSink sink, long token, double weight, int[] links, double connection)
    {
        public int Id { get; } = id;

        public int Registry { get; } = registry;

        public IFlowSink Sink { get; } = sink;

        public long Token { get; } = token;

        public double Weight { get; } = weight;

        public int[] Links { get; } = links;

        public double Connection { get; } = connection;

        public double Left { get; set; }

        public double Arrived { get; set; }

        public double Rate { get; set; }

        public FlowBound Bound { get; set; }

        public SimTime EndsAt { get; set; } = SimTime.MaxValue;

        public double[] Seconds { get; } = new double[4];

        public FlowBoundSeconds Bounds => new(Seconds[0], Seconds[1], Seconds[2], Seconds[3]);
    }
}
