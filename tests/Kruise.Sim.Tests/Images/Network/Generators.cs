using CsCheck;

namespace Kruise.Sim.Tests.Images.Network;

/// <summary>Random topologies and scripts; round capacities are frequent, so that ties are, and so are links that never limit.</summary>
internal static class Generators
{
    private static readonly Gen<double> s_capacity = Gen.Frequency(
        (3, Gen.Double[1e5, 1e8]),
        (3, Gen.OneOf(1e6, 2e6, 1e7, 6e7)),
        (1, Gen.Const(double.PositiveInfinity)));

    private static readonly Gen<double> s_finite = Gen.Frequency((1, Gen.Double[1e5, 1e8]), (1, Gen.OneOf(1e6, 2e6, 1e7, 6e7)));

    public static readonly Gen<double> Weight = Gen.OneOf(1.0, 1.0, 1.0, 0.5, 2.0, 3.7);

    /// <summary>NICs are finite, so that every rate is.</summary>
    public static readonly Gen<Topology> Topology =
        from registries in Gen.Select(s_capacity, s_capacity, (egress, connection) => new RegistrySpec(egress, connection)).Array[1, 4]
        from uplinks in s_capacity.Array[1, 4]
        from nodes in Gen.Select(Gen.Int[0, uplinks.Length - 1], s_finite, (zone, nic) => new NodeSpec(zone, nic)).Array[1, 12]
        select new Topology(registries, uplinks, nodes);

    public static readonly Gen<(Topology Topology, (int Node, int Registry, double Weight)[] Flows)> Snapshot =
        from topology in Topology
        from flows in Gen.Select(Gen.Int[0, topology.Nodes.Length - 1], Gen.Int[0, topology.Registries.Length - 1], Weight).Array[1, 40]
        select (topology, flows);

    public static readonly Gen<Script> Script =
        from topology in Topology
        from chains in Chains(topology).Array[1, 20]
        from changes in Changes(topology).Array[0, 4]
        select new Script(topology, chains, changes);

    private static readonly Gen<long> s_moment = Gen.Frequency((1, Gen.Const(0L)), (3, Gen.Long[1, 5_000_000_000]));

    private static Gen<Chain> Chains(Topology topology) =>
        from start in s_moment
        from node in Gen.Int[0, topology.Nodes.Length - 1]
        from registry in Gen.Int[0, topology.Registries.Length - 1]
        from weight in Weight
        from bytes in Gen.Frequency((1, Gen.Double[1, 2e7]), (1, Gen.OneOf(1e6, 5e6, 2e7))).Array[1, 4]
        from lives in Gen.Frequency((4, Gen.Const(0L)), (1, Gen.Long[1, 3_000_000_000]))
        select new Chain(start, node, registry, weight, bytes, lives == 0 ? null : start + lives);

    private static Gen<EgressChange> Changes(Topology topology) =>
        from at in Gen.Long[1, 10_000_000_000]
        from registry in Gen.Int[0, topology.Registries.Length - 1]
        from egress in Gen.Frequency((2, s_capacity), (1, Gen.Const(0.0)))
        select new EgressChange(at, registry, egress);
}
