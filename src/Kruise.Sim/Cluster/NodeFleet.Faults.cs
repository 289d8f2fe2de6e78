using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Cluster;

/// <content>Faults of whole nodes: they die and come back, become slow, are cordoned and drained. For worlds with pods.</content>
internal sealed partial class NodeFleet
{
    private const int NodesReturn = 1;
    private const int NodesFast = 2;

    /// <summary>The names of a pool's nodes, in order of their joining.</summary>
    public IReadOnlyList<string> NamesOf(string poolName) => [.. Find(poolName).Nodes.Select(n => n.Name)];

    /// <summary>Some of a pool's nodes, drawn at random, die with all that runs there; they restart at <paramref name="until"/>. Says which.</summary>
    public IReadOnlyList<string> KillNodes(string poolName, CountOrPercent count, SimTime until)
    {
        Node[] chosen = Choose(poolName, count, n => n.Kubelet is { IsUp: true });
        foreach (Node node in chosen)
        {
            node.IsDead = true;
            node.Daemon!.Stop(nodeLeaves: false);
            node.Kubelet!.Stop();
            _workloads!.Lifecycle.Lost(node.Name);
        }

        return Later(chosen, NodesReturn, until);
    }

    /// <summary>Some of a pool's nodes, drawn at random, take so many times as long for all that they do themselves, until a moment.</summary>
    public IReadOnlyList<string> SlowNodes(string poolName, CountOrPercent count, double factor, SimTime until)
    {
        Node[] chosen = Choose(poolName, count, n => n.Kubelet is not null && n.Before is null);
        foreach (Node node in chosen)
        {
            node.Before = (node.Runtime!.Parameters, node.Kubelet!.Parameters);
            Slow(node, factor);
        }

        return Later(chosen, NodesFast, until);
    }

    /// <summary>Some of a pool's nodes, the oldest first, take no new pods from now on. Says which.</summary>
    public IReadOnlyList<string> CordonNodes(string poolName, CountOrPercent count)
    {
        Node[] chosen = Oldest(poolName, count, n => n.Kubelet is not null && !n.IsCordoned);
        foreach (Node node in chosen)
        {
            node.IsCordoned = true;
            _workloads!.Lifecycle.Cordon(node.Name);
        }

        return [.. chosen.Select(n => n.Name)];
    }

    /// <summary>Some of a pool's cordoned nodes, the oldest first, take pods again. Says which.</summary>
    public IReadOnlyList<string> UncordonNodes(string poolName, CountOrPercent count)
    {
        Node[] chosen = Oldest(poolName, count, n => n.IsCordoned);
        foreach (Node node in chosen)
        {
            node.IsCordoned = false;
            _workloads!.Lifecycle.Cordon(node.Name, on: false);
        }

        return [.. chosen.Select(n => n.Name)];
    }

    /// <summary>Some of a pool's nodes, the oldest first, are cordoned and lose their pods. Says which.</summary>
    public IReadOnlyList<string> DrainNodes(string poolName, CountOrPercent count)
    {
        Node[] chosen = Oldest(poolName, count, n => n.Kubelet is { IsUp: true } && !n.IsCordoned);
        foreach (Node node in chosen)
        {
            node.IsCordoned = true;
            _workloads!.Drain(node.Name);
        }

        return [.. chosen.Select(n => n.Name)];
    }

    // The slow nodes that a pool has by itself: they stay slow.
    private void SlowAtStart(Pool pool)
    {
        if (_workloads is not null && pool.Spec.Slow is { } slow)
        {
            foreach (Node node in Choose(pool.Nodes, Math.Min(pool.Nodes.Count, slow.Count.Of(pool.Nodes.Count))))
            {
                Slow(node, slow.Factor);
            }
        }
    }

    private void SlowAtJoin(Pool pool, Node node)
    {
        if (_workloads is not null && pool.Spec.Slow is { } slow && node.Random.Derive("slow").NextDouble() * 100 < (slow.Count.Percent ?? 0))
        {
            Slow(node, slow.Factor);
        }
    }

    private static void Slow(Node node, double factor)
    {
        node.Runtime!.Parameters = node.Runtime.Parameters.Slowed(factor);
        node.Kubelet!.Parameters = node.Kubelet.Parameters with { SlowFactor = node.Kubelet.Parameters.SlowFactor * factor };
    }

    private Node[] Oldest(string poolName, CountOrPercent count, Predicate<Node> canBe)
    {
        Node[] able = [.. Find(poolName).Nodes.Where(n => canBe(n))];
        return able[..Math.Min(able.Length, count.Of(able.Length))];
    }

    private Node[] Choose(string poolName, CountOrPercent count, Predicate<Node> canBe)
    {
        Node[] able = [.. Find(poolName).Nodes.Where(n => canBe(n))];
        return Choose(able, Math.Min(able.Length, count.Of(able.Length)));
    }

    private string[] Later(Node[] chosen, int kind, SimTime until)
    {
        if (until < SimTime.MaxValue && chosen.Length > 0)
        {
            _loop.Schedule(until, this, kind, 0, new NodeFault(chosen));
        }

        return [.. chosen.Select(n => n.Name)];
    }

    private static void OnNodeEvent(int kind, NodeFault fault)
    {
        foreach (Node node in fault.Nodes)
        {
            if (node.Gone)
            {
                continue;
            }

            if (kind == NodesReturn)
            {
                node.IsDead = false;
                if (node.HasDaemon)
                {
                    node.Daemon!.StartLater();
                }

                node.Kubelet!.RestartLater();
            }
            else if (node.Before is { } before)
            {
                (node.Runtime!.Parameters, node.Kubelet!.Parameters) = before;
                node.Before = null;
            }
        }
    }

    private sealed record NodeFault(Node[] Nodes);
}
