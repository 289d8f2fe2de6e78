using CsCheck;
using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;
using Xunit;

namespace Kruise.Sim.Tests.Images.Network;

/// <summary>The rates of a moment are the weighted max-min fair ones.</summary>
public sealed class MaxMinTests
{
    private const double Tolerance = 1e-9;

    [Fact]
    public void Rates_and_bounds_equal_progressive_filling_over_single_flows() => Generators.Snapshot.Sample(
        snapshot =>
        {
            (FlowNetwork network, FlowId[] ids) = Settle(snapshot.Topology, snapshot.Flows);
            NaiveFlow[] expected = [.. snapshot.Flows.Select(f => new NaiveFlow { Node = f.Node, Registry = f.Registry, Weight = f.Weight })];
            NaiveMaxMin.Solve(snapshot.Topology, expected);
            for (int i = 0; i < ids.Length; i++)
            {
                Assert.Equal(expected[i].Rate, network.Rate(ids[i]), expected[i].Rate * Tolerance);
                Assert.Equal(expected[i].Bound, network.Bound(ids[i]));
            }
        },
        iter: 2000);

    [Fact]
    public void No_link_carries_more_than_its_capacity() => Generators.Snapshot.Sample(
        snapshot =>
        {
            (FlowNetwork network, FlowId[] ids) = Settle(snapshot.Topology, snapshot.Flows);
            foreach ((double capacity, List<int> members) in Links(snapshot.Topology, snapshot.Flows))
            {
                double load = members.Sum(i => network.Rate(ids[i]));
                Assert.True(load <= capacity * (1 + Tolerance), $"{load} over {capacity}");
            }

            for (int r = 0; r < snapshot.Topology.Registries.Length; r++)
            {
                double sum = Enumerable.Range(0, ids.Length).Where(i => snapshot.Flows[i].Registry == r).Sum(i => network.Rate(ids[i]));
                Assert.Equal(sum, network.RegistryRate(r), sum * Tolerance);
            }
        },
        iter: 1000);

    /// <summary>The certificate of max-min fairness: every flow is at its connection's limit or crosses a full link on which nobody is served better.</summary>
    [Fact]
    public void No_flow_can_rise_without_lowering_a_slower_one() => Generators.Snapshot.Sample(
        snapshot =>
        {
            (FlowNetwork network, FlowId[] ids) = Settle(snapshot.Topology, snapshot.Flows);
            List<(double Capacity, List<int> Members)> links = Links(snapshot.Topology, snapshot.Flows);
            for (int i = 0; i < ids.Length; i++)
            {
                double rate = network.Rate(ids[i]);
                double level = rate / snapshot.Flows[i].Weight;
                bool isHeld = rate >= snapshot.Topology.Registries[snapshot.Flows[i].Registry].Connection * (1 - Tolerance)
                    || links.Exists(link => link.Members.Contains(i)
                        && link.Members.Sum(j => network.Rate(ids[j])) >= link.Capacity * (1 - Tolerance)
                        && link.Members.TrueForAll(j => network.Rate(ids[j]) / snapshot.Flows[j].Weight <= level * (1 + Tolerance)));
                Assert.True(isHeld, $"flow {i} at {rate} could rise");
            }
        },
        iter: 1000);

    [Fact]
    public void Flows_of_one_node_split_their_nic_by_weight()
    {
        var topology = new Topology([new(1e9, double.PositiveInfinity)], [double.PositiveInfinity], [new(0, 100)]);
        (FlowNetwork network, FlowId[] ids) = Settle(topology, [(0, 0, 1), (0, 0, 1), (0, 0, 2)]);
        Assert.Equal([25, 25, 50], ids.Select(network.Rate));
    }

    [Fact]
    public void What_a_slow_node_leaves_goes_to_the_others()
    {
        var topology = new Topology([new(100, double.PositiveInfinity)], [1e9], [new(0, 10), new(0, 1e9), new(0, 1e9)]);
        (FlowNetwork network, FlowId[] ids) = Settle(topology, [(0, 0, 1), (1, 0, 1), (2, 0, 1)]);
        Assert.Equal([10, 45, 45], ids.Select(network.Rate));
        Assert.Equal([FlowBound.Nic, FlowBound.Registry, FlowBound.Registry], ids.Select(network.Bound).Select(b => b!.Value));
    }

    [Fact]
    public void Of_links_that_fill_together_the_first_in_order_bounds()
    {
        FlowBound Of(double egress, double uplink, double nic, double connection)
        {
            var topology = new Topology([new(egress, connection)], [uplink], [new(0, nic)]);
            (FlowNetwork network, FlowId[] ids) = Settle(topology, [(0, 0, 1)]);
            Assert.Equal(0.3, network.Rate(ids[0]));
            return network.Bound(ids[0])!.Value;
        }

        Assert.Equal(FlowBound.Registry, Of(0.3, 0.3, 0.3, 0.3));
        Assert.Equal(FlowBound.Uplink, Of(1, 0.3, 0.3, 0.3));
        Assert.Equal(FlowBound.Nic, Of(1, 1, 0.3, 0.3));
        Assert.Equal(FlowBound.Connection, Of(1, 1, 1, 0.3));
    }

    private static (FlowNetwork Network, FlowId[] Ids) Settle(Topology topology, (int Node, int Registry, double Weight)[] flows)
    {
        var loop = new EventLoop();
        FlowNetwork network = ScriptedRun.Build(topology, loop);
        var sink = new ScriptedRun(new Script(topology, [], []));
        FlowId[] ids = [.. flows.Select((f, i) => network.Start(f.Node, f.Registry, 1e12, sink, i, f.Weight))];
        while (loop.Step(SimTime.Zero))
        {
        }

        return (network, ids);
    }

    private static List<(double Capacity, List<int> Members)> Links(Topology topology, (int Node, int Registry, double Weight)[] flows)
    {
        List<int> Where(Predicate<(int Node, int Registry, double Weight)> crosses) =>
            [.. Enumerable.Range(0, flows.Length).Where(i => crosses(flows[i]))];
        return
        [
            .. topology.Registries.Select((r, k) => (r.Egress, Where(f => f.Registry == k))),
            .. topology.Uplinks.Select((u, k) => (u, Where(f => topology.Nodes[f.Node].Zone == k))),
            .. topology.Nodes.Select((n, k) => (n.Nic, Where(f => f.Node == k))),
        ];
    }
}
