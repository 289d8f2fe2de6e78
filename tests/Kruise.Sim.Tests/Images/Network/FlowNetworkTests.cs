using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;
using Xunit;

namespace Kruise.Sim.Tests.Images.Network;

/// <summary>Closed forms, edges and the cost of the network.</summary>
public sealed class FlowNetworkTests
{
    private const double Unlimited = double.PositiveInfinity;

    private readonly EventLoop _loop = new();
    private readonly FlowNetwork _network;
    private readonly Recorder _sink;

    public FlowNetworkTests()
    {
        _network = new FlowNetwork(_loop);
        _sink = new Recorder(_loop);
    }

    [Fact]
    public void Ten_thousand_nodes_with_five_layers_end_at_800_seconds()
    {
        FleetDownload fleet = new FleetDownload(new FleetOptions { Nodes = 10_000, EgressBytesPerSecond = 1.25e9 }).Run();

        Assert.Equal(800.0, fleet.Loop.Now.Seconds, 1e-6);
        Assert.Equal(50_000, fleet.Finished);
        Assert.Equal(1e12, fleet.Network.RegistryBytesSent(0));
        Assert.Equal((30_000 * 480.0) + (20_000 * 320.0), fleet.RegistryBoundSeconds, 1e-3);
        Assert.Equal(0, fleet.NicBoundSeconds);

        // Two moments in which layers end, each an arrival and a solve, and the solve at the start.
        Assert.Equal(5, fleet.Loop.Delivered);
        Assert.Equal(3, fleet.Network.Solves);
    }

    /// <summary>
    /// N flows on one link: the k-th smallest ends when the link has carried its bytes for it and all larger ones, and everything for the smaller ones. Flows
    /// taken away at once, from anywhere in the order, leave no trace.
    /// </summary>
    [Fact]
    public void Unequal_flows_on_one_link_end_as_processor_sharing_says()
    {
        const int count = 1000;
        const double capacity = 1e6;
        int registry = _network.AddRegistry(capacity, Unlimited);
        int zone = _network.AddZone(Unlimited);
        var random = new RandomStream(11);
        var kept = new List<(double Bytes, int Token)>();
        var cancelled = new List<FlowId>();
        for (int i = 0; i < 2 * count; i++)
        {
            double bytes = 1000 + (1e6 * random.NextDouble());
            FlowId id = _network.Start(_network.AddNode(zone, Unlimited), registry, bytes, _sink, i);
            if (random.Next(2) == 0 || kept.Count == count)
            {
                cancelled.Add(id);
            }
            else
            {
                kept.Add((bytes, i));
            }
        }

        // Settled after the network has: the flows are in their class by then.
        var stop = new Caller(() => cancelled.ForEach(id => Assert.Equal(0, _network.Cancel(id))));
        _loop.Schedule(_loop.Now, stop, 0, phase: EventPhase.Settle);
        Run();

        kept.Sort();
        Assert.Equal(kept.Select(k => (long)k.Token), _sink.Finishes.Select(f => f.Token));
        double seconds = 0;
        double before = 0;
        for (int i = 0; i < kept.Count; i++)
        {
            seconds += (kept[i].Bytes - before) * (kept.Count - i) / capacity;
            before = kept[i].Bytes;
            Assert.Equal(seconds, _sink.Finishes[i].At.Seconds, 1e-9 * (i + 1));
        }
    }

    [Fact]
    public void A_nic_below_the_fair_share_bounds_the_node()
    {
        int registry = _network.AddRegistry(1000, Unlimited);
        int zone = _network.AddZone(Unlimited);
        _network.Start(_network.AddNode(zone, 100), registry, 500, _sink, 0);
        _network.Start(_network.AddNode(zone, Unlimited), registry, 1800, _sink, 1);
        Run();

        Assert.Equal([(1, 2.0), (0, 5.0)], _sink.Finishes.Select(f => ((int)f.Token, f.At.Seconds)));
        Assert.Equal(new FlowBoundSeconds(2, 0, 0, 0), _sink.Finishes[0].Bounds);
        Assert.Equal(new FlowBoundSeconds(0, 0, 5, 0), _sink.Finishes[1].Bounds);
    }

    [Fact]
    public void What_bounds_a_flow_changes_with_the_others()
    {
        int registry = _network.AddRegistry(1000, 800);
        int zone = _network.AddZone(Unlimited);
        int first = _network.AddNode(zone, Unlimited);
        int second = _network.AddNode(zone, Unlimited);
        _network.Start(first, registry, 1300, _sink, 0);
        _network.Start(second, registry, 500, _sink, 1);
        Run();

        // One second at 500 B/s each, then the rest alone at the limit of its connection.
        Assert.Equal([1.0, 2.0], _sink.Finishes.Select(f => f.At.Seconds));
        Assert.Equal(new FlowBoundSeconds(1, 0, 0, 1), _sink.Finishes[1].Bounds);
    }

    [Fact]
    public void A_flow_without_bytes_ends_now_but_not_inside_the_call()
    {
        int registry = _network.AddRegistry(1000, Unlimited);
        int node = _network.AddNode(_network.AddZone(Unlimited), 10);
        _network.Start(node, registry, 0, _sink, 7);
        FlowId cancelled = _network.Start(node, registry, 0, _sink, 8);
        _network.Start(node, registry, 20, _sink, 9);
        Assert.Empty(_sink.Finishes);
        Assert.Equal(0, _network.Cancel(cancelled));
        Run();

        Assert.Equal([(7, 0.0), (9, 2.0)], _sink.Finishes.Select(f => ((int)f.Token, f.At.Seconds)));
        Assert.Equal(default, _sink.Finishes[0].Bounds);
        Assert.Equal(0, _network.ActiveFlows);
    }

    [Fact]
    public void Where_nothing_limits_a_flow_ends_in_its_moment()
    {
        int registry = _network.AddRegistry(100, Unlimited);
        int node = _network.AddNode(_network.AddZone(Unlimited), Unlimited);
        _network.Start(node, registry, 1000, _sink, 0);
        At(4, () => _network.SetRegistryEgress(registry, Unlimited));
        int reports = 0;
        _network.RatesChanged = () =>
        {
            reports++;
            Assert.True(double.IsFinite(_network.RegistryRate(registry)));
        };
        At(9, () => _network.Start(node, registry, 1e15, _sink, 1));
        Run();

        Assert.Equal([4.0, 9.0], _sink.Finishes.Select(f => f.At.Seconds));
        Assert.Equal(1e15 + 1000, _network.RegistryBytesSent(registry));
        Assert.Equal(3, reports);
    }

    [Fact]
    public void A_stalled_registry_sends_nothing_until_it_is_back()
    {
        int registry = _network.AddRegistry(100, Unlimited);
        int node = _network.AddNode(_network.AddZone(Unlimited), Unlimited);
        _network.Start(node, registry, 1000, _sink, 0);
        At(4, () => _network.SetRegistryEgress(registry, 0));
        At(50, () => Assert.Equal(400, _network.RegistryBytesSent(registry), 1e-9));
        At(64, () => _network.SetRegistryEgress(registry, 300));
        Run();

        Assert.Equal(66.0, Assert.Single(_sink.Finishes).At.Seconds);
        Assert.Equal(new FlowBoundSeconds(66, 0, 0, 0), _sink.Finishes[0].Bounds);
    }

    [Fact]
    public void A_registry_that_never_comes_back_leaves_no_event_behind()
    {
        int registry = _network.AddRegistry(0, Unlimited);
        FlowId flow = _network.Start(_network.AddNode(_network.AddZone(Unlimited), 10), registry, 1000, _sink, 0);
        Run();

        Assert.Empty(_sink.Finishes);
        Assert.Equal(0, _loop.Pending);
        Assert.Equal(0, _network.Cancel(flow));
        Assert.Equal(0, _network.ActiveFlows);
    }

    [Fact]
    public void A_cancelled_flow_gives_back_its_share_and_says_what_had_arrived()
    {
        int registry = _network.AddRegistry(100, Unlimited);
        int zone = _network.AddZone(Unlimited);
        FlowId stopped = _network.Start(_network.AddNode(zone, Unlimited), registry, 1000, _sink, 0);
        _network.Start(_network.AddNode(zone, Unlimited), registry, 500, _sink, 1);
        At(2, () => Assert.Equal(100, _network.Cancel(stopped), 1e-9));
        At(3, () => Assert.Equal(0, _network.Cancel(stopped)));
        At(4, () => Assert.Equal(400, _network.RegistryBytesSent(registry), 1e-9));
        Run();

        Assert.Equal((1, 6.0), _sink.Finishes.Select(f => ((int)f.Token, f.At.Seconds)).Single());
        Assert.Equal(600, _network.RegistryBytesSent(registry), 1e-9);
    }

    [Fact]
    public void A_sink_may_cancel_a_flow_that_ended_in_the_same_moment()
    {
        int registry = _network.AddRegistry(100, Unlimited);
        int zone = _network.AddZone(Unlimited);
        FlowId second = default;
        _network.Start(_network.AddNode(zone, Unlimited), registry, 100, _sink, 0);
        second = _network.Start(_network.AddNode(zone, Unlimited), registry, 100, _sink, 1);
        _sink.OnFinished = _ => Assert.Equal(100, _network.Cancel(second));
        Run();

        Assert.Equal(0, Assert.Single(_sink.Finishes).Token);
        Assert.Equal(200, _network.RegistryBytesSent(registry));
        Assert.Equal(0, _network.ActiveFlows);
    }

    [Fact]
    public void What_starts_and_ends_in_one_moment_is_solved_for_once()
    {
        int reports = 0;
        _network.RatesChanged = () => reports++;
        int registry = _network.AddRegistry(1e6, Unlimited);
        int zone = _network.AddZone(Unlimited);
        for (int i = 0; i < 1000; i++)
        {
            int node = _network.AddNode(zone, 1e6);
            _network.Start(node, registry, 1e6, _sink, node);
            _network.Cancel(_network.Start(node, registry, 1e6, _sink, node));
        }

        // At 1000 s each node begins another layer, which changes no rate; at 2000 s all is over.
        _sink.OnFinished = token =>
        {
            if (_loop.Now.Seconds < 1500)
            {
                _network.Start((int)token, registry, 1e6, _sink, token);
            }
        };
        Run();

        Assert.Equal(2000, _sink.Finishes.Count);
        Assert.Equal(2000.0, _loop.Now.Seconds, 1e-6);
        Assert.Equal(2, _network.Solves);
        Assert.Equal(2, reports);
        Assert.Equal(Enumerable.Range(0, 1000), _sink.Finishes.Take(1000).Select(f => (int)f.Token));
    }

    [Fact]
    public void Sent_bytes_are_right_between_events()
    {
        int registry = _network.AddRegistry(1000, 300);
        int zone = _network.AddZone(Unlimited);
        double previous = 0;
        for (int i = 0; i < 20; i++)
        {
            int node = _network.AddNode(zone, Unlimited);
            At(i, () => _network.Start(node, registry, 2000, _sink, node));
        }

        // Four connections fill the registry; the fourth starts at 3 s.
        double[] expected = [150, 600, 1350, 2300, 3300, 4300];
        for (int i = 0; i < expected.Length; i++)
        {
            double sent = expected[i];
            At(i + 0.5, () => Assert.Equal(sent, _network.RegistryBytesSent(registry), 1e-6));
        }

        for (int i = 0; i < 400; i++)
        {
            At((i * 0.1) + 0.05, () =>
            {
                double sent = _network.RegistryBytesSent(registry);
                Assert.InRange(sent - previous, 0, 100 * (1 + 1e-9));
                previous = sent;
            });
        }

        Run();
        Assert.Equal(40_000, _network.RegistryBytesSent(registry));
    }

    [Fact]
    public void Huge_flows_keep_their_precision()
    {
        int registry = _network.AddRegistry(1e9, Unlimited);
        int zone = _network.AddZone(Unlimited);
        for (int i = 0; i < 10; i++)
        {
            int node = _network.AddNode(zone, Unlimited);
            At(i, () => _network.Start(node, registry, 1e12, _sink, node));
        }

        Run();
        Assert.Equal(10_000.0, _loop.Now.Seconds, 1e-7);
        Assert.Equal(1e13, _network.RegistryBytesSent(registry));
    }

    [Fact]
    public void Classes_are_as_many_as_kinds_of_nodes_and_are_used_again()
    {
        var fleet = new FleetDownload(new FleetOptions { Nodes = 2000, EgressBytesPerSecond = 1e9, SizeSpread = 0.5 });
        int most = 0;
        while (fleet.Loop.Step(SimTime.MaxValue))
        {
            most = Math.Max(most, fleet.Network.ClassesInUse);
        }

        Assert.Equal(10_000, fleet.Finished);
        Assert.Equal(3, most);
        Assert.Equal(0, fleet.Network.ClassesInUse);
        Assert.True(fleet.Loop.Now.Seconds >= fleet.Network.RegistryBytesSent(0) / 1e9);
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(1, 0)]
    [InlineData(3, 0.5)]
    public void Nothing_is_allocated_per_event(int layersAtOnce, double nicSpread)
    {
        var fleet = new FleetDownload(new FleetOptions
        {
            Nodes = 200,
            LayersAtOnce = layersAtOnce,
            LayersPerNode = 250,
            EgressBytesPerSecond = 1.5e10,
            SizeSpread = 0.9,
            NicSpread = nicSpread,
        });
        StepTimes(fleet.Loop, 20_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        StepTimes(fleet.Loop, 20_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Nothing_is_allocated_while_nodes_change_groups()
    {
        int registry = _network.AddRegistry(1e7, 1e6);
        int zone = _network.AddZone(5e6);
        int[] nodes = [.. Enumerable.Range(0, 8).Select(i => _network.AddNode(zone, 1e5 * (1 + (i % 2))))];
        var load = new ChangingLoad(_loop, _network, registry, nodes);
        StepTimes(_loop, 100_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        StepTimes(_loop, 20_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(load.Cancelled > 100 && load.Finished > 100);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(Unlimited, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -2)]
    [InlineData(1, double.NaN)]
    [InlineData(1, Unlimited)]
    public void Sizes_and_weights_out_of_range_throw_and_leave_nothing_behind(double bytes, double weight)
    {
        int registry = _network.AddRegistry(100, Unlimited);
        int node = _network.AddNode(_network.AddZone(Unlimited), 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => _network.Start(node, registry, bytes, _sink, 0, weight));
        Assert.Equal(0, _network.ActiveFlows);
        Assert.Equal(0, _loop.Pending);
    }

    [Fact]
    public void Negative_capacities_throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _network.AddRegistry(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _network.AddRegistry(1, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => _network.AddZone(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _network.AddNode(_network.AddZone(1), -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _network.SetRegistryEgress(_network.AddRegistry(1, 1), -1));
    }

    private void Run() => StepTimes(_loop, int.MaxValue);

    private void At(double seconds, Action action) => _loop.Schedule(SimTime.FromSeconds(seconds), new Caller(action), 0);

    private static void StepTimes(EventLoop loop, int times)
    {
        for (int i = 0; i < times && loop.Step(SimTime.MaxValue); i++)
        {
        }
    }

    private sealed class Caller(Action action) : IEventTarget
    {
        public void OnEvent(int kind, long argument, object? state) => action();
    }

    private sealed class Recorder(EventLoop loop) : IFlowSink
    {
        public List<(SimTime At, long Token, FlowBoundSeconds Bounds)> Finishes { get; } = [];

        public Action<long>? OnFinished { get; set; }

        public void OnFlowFinished(long token, in FlowBoundSeconds bounds)
        {
            Finishes.Add((loop.Now, token, bounds));
            OnFinished?.Invoke(token);
        }
    }

    /// <summary>Nodes that go from no flow to four and back at random, with cancellations and a registry that changes.</summary>
    private sealed class ChangingLoad : IFlowSink, IEventTarget
    {
        private readonly EventLoop _loop;
        private readonly FlowNetwork _network;
        private readonly int _registry;
        private readonly int[] _nodes;
        private readonly int[] _flowsOfNode;
        private readonly FlowId[] _last;
        private readonly RandomStream _random = new(1);

        public ChangingLoad(EventLoop loop, FlowNetwork network, int registry, int[] nodes)
        {
            (_loop, _network, _registry, _nodes) = (loop, network, registry, nodes);
            _flowsOfNode = new int[nodes.Length];
            _last = new FlowId[nodes.Length];
            loop.Schedule(SimTime.Zero, this, 0);
        }

        public int Finished { get; private set; }

        public int Cancelled { get; private set; }

        public void OnEvent(int kind, long argument, object? state)
        {
            int i = (int)_random.Next(_nodes.Length);
            if (_flowsOfNode[i] < 4)
            {
                _flowsOfNode[i]++;
                _last[i] = _network.Start(_nodes[i], _registry, 1000 + _random.Next(100_000), this, i, 1 + _random.Next(2));
            }
            else if (_network.Cancel(_last[i]) > 0)
            {
                Cancelled++;
                _flowsOfNode[i]--;
            }

            if (_random.Next(50) == 0)
            {
                _network.SetRegistryEgress(_registry, 1e6 * (1 + _random.Next(20)));
            }

            _loop.ScheduleAfter(SimTime.FromMilliseconds(1 + _random.Next(20)), this, 0);
        }

        public void OnFlowFinished(long token, in FlowBoundSeconds bounds)
        {
            Finished++;
            _flowsOfNode[token]--;
        }
    }
}
