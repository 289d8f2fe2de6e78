using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Tests.Images.Network;

internal sealed record NodeSpec(int Zone, double Nic);

internal sealed record RegistrySpec(double Egress, double Connection);

internal sealed record Topology(RegistrySpec[] Registries, double[] Uplinks, NodeSpec[] Nodes);

/// <summary>A flow of the naive model: everything about it in one place, nothing shared.</summary>
internal sealed class NaiveFlow
{
    public required int Node { get; init; }

    public required int Registry { get; init; }

    public required double Weight { get; init; }

    public double Remaining { get; set; }

    public double Rate { get; set; }

    public FlowBound Bound { get; set; }

    public double[] Seconds { get; } = new double[4];
}

/// <summary>The textbook: progressive filling over single flows and single links, from scratch each time.</summary>
internal static class NaiveMaxMin
{
    private sealed record Link(FlowBound Bound, double Capacity, List<NaiveFlow> Flows);

    public static void Solve(Topology topology, IReadOnlyList<NaiveFlow> flows)
    {
        var links = new List<Link>();
        links.AddRange(topology.Registries.Select((r, i) => new Link(FlowBound.Registry, r.Egress, [.. flows.Where(f => f.Registry == i)])));
        links.AddRange(topology.Uplinks.Select((u, i) =>
            new Link(FlowBound.Uplink, u, [.. flows.Where(f => topology.Nodes[f.Node].Zone == i)])));
        links.AddRange(topology.Nodes.Select((n, i) => new Link(FlowBound.Nic, n.Nic, [.. flows.Where(f => f.Node == i)])));
        links.AddRange(flows.Select(f => new Link(FlowBound.Connection, topology.Registries[f.Registry].Connection, [f])));

        var open = new HashSet<NaiveFlow>(flows);
        while (open.Count > 0)
        {
            double[] levels = [.. links.Select(link => Level(link, open))];
            double lowest = levels.Min();
            if (double.IsPositiveInfinity(lowest))
            {
                foreach (NaiveFlow flow in open)
                {
                    flow.Rate = double.PositiveInfinity;
                }

                return;
            }

            int first = Array.FindIndex(levels, level => level <= lowest * (1 + 1e-12));
            foreach (NaiveFlow flow in links[first].Flows.Where(open.Contains).ToList())
            {
                flow.Rate = levels[first] * flow.Weight;
                flow.Bound = links[first].Bound;
                open.Remove(flow);
            }
        }
    }

    private static double Level(Link link, HashSet<NaiveFlow> open)
    {
        double left = link.Capacity;
        double weight = 0;
        foreach (NaiveFlow flow in link.Flows)
        {
            if (open.Contains(flow))
            {
                weight += flow.Weight;
            }
            else
            {
                left -= flow.Rate;
            }
        }

        return weight == 0 ? double.PositiveInfinity : Math.Max(0, left) / weight;
    }
}

/// <summary>Downloads one after the other on one node: when one ends the next starts in the same moment.</summary>
internal sealed record Chain(long StartNanoseconds, int Node, int Registry, double Weight, double[] Bytes, long? CancelNanoseconds);

internal sealed record EgressChange(long AtNanoseconds, int Registry, double Egress);

internal sealed record Script(Topology Topology, Chain[] Chains, EgressChange[] EgressChanges);

/// <summary>What came of a chain: the finish of each of its flows, and what had arrived of one that was cancelled.</summary>
internal sealed class ChainResult
{
    public List<long> FinishNanoseconds { get; } = [];

    public List<double[]> Seconds { get; } = [];

    public double CancelledBytes { get; set; }
}

/// <summary>Steps a script from event to event with the naive solver; an event visits every flow.</summary>
internal static class NaiveRun
{
    private sealed class Running(int chain, int position, NaiveFlow flow)
    {
        public int Chain => chain;

        public int Position => position;

        public NaiveFlow Flow => flow;
    }

    public static ChainResult[] Run(Script script)
    {
        ChainResult[] results = [.. script.Chains.Select(_ => new ChainResult())];
        RegistrySpec[] registries = [.. script.Topology.Registries];
        Topology topology = script.Topology with { Registries = registries };
        var running = new List<Running>();
        long now = 0;

        var actions = new List<(long At, Action Do)>();
        for (int c = 0; c < script.Chains.Length; c++)
        {
            int chain = c;
            actions.Add((script.Chains[c].StartNanoseconds, () => Start(chain, 0)));
            if (script.Chains[c].CancelNanoseconds is { } cancel)
            {
                actions.Add((cancel, () => Cancel(chain)));
            }
        }

        foreach (EgressChange change in script.EgressChanges)
        {
            actions.Add((change.AtNanoseconds,
                () => registries[change.Registry] = registries[change.Registry] with { Egress = change.Egress }));
        }

        actions = [.. actions.OrderBy(a => a.At)];
        int next = 0;
        while (true)
        {
            NaiveMaxMin.Solve(topology, [.. running.Select(r => r.Flow)]);
            double wait = running.Where(r => r.Flow.Rate > 0).Select(r => r.Flow.Remaining / r.Flow.Rate).DefaultIfEmpty(double.PositiveInfinity).Min();
            double finish = now + Math.Ceiling((wait * 1e9) - 1e-4);
            long action = next < actions.Count ? actions[next].At : long.MaxValue;
            if (double.IsPositiveInfinity(finish) && action == long.MaxValue)
            {
                return results;
            }

            long at = finish < action ? (long)finish : action;
            double elapsed = (at - now) / 1e9;
            foreach (Running r in running)
            {
                r.Flow.Remaining -= r.Flow.Rate * elapsed;
                r.Flow.Seconds[(int)r.Flow.Bound] += elapsed;
            }

            now = at;
            foreach (Running done in running.Where(r => r.Flow.Remaining <= r.Flow.Rate * 1e-12).ToList())
            {
                running.Remove(done);
                results[done.Chain].FinishNanoseconds.Add(now);
                results[done.Chain].Seconds.Add(done.Flow.Seconds);
                if (done.Position + 1 < script.Chains[done.Chain].Bytes.Length)
                {
                    Start(done.Chain, done.Position + 1);
                }
            }

            for (; next < actions.Count && actions[next].At == now; next++)
            {
                actions[next].Do();
            }
        }

        void Start(int chain, int position)
        {
            Chain spec = script.Chains[chain];
            var flow = new NaiveFlow { Node = spec.Node, Registry = spec.Registry, Weight = spec.Weight, Remaining = spec.Bytes[position] };
            running.Add(new Running(chain, position, flow));
        }

        void Cancel(int chain)
        {
            Running? found = running.Find(r => r.Chain == chain);
            if (found is not null)
            {
                results[chain].CancelledBytes = script.Chains[chain].Bytes[found.Position] - found.Flow.Remaining;
                running.Remove(found);
            }
        }
    }
}
