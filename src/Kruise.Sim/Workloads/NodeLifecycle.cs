using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

/// <summary>
/// What kube-controller-manager does about nodes that fall silent, come back or are removed: node life cycle, taint eviction and pod garbage collection of
/// 1.20.
/// </summary>
/// <remarks>
/// A node whose last sign of life is a old when it dies at t is found silent at the first look of the monitor at or after t - a + grace, a uniform in [0,
/// heartbeat
/// interval). Then, at once: Ready becomes Unknown, the taint unreachable:NoSchedule is set, and its pods are marked not ready. The taint NoExecute follows
/// at most so many
/// nodes a second in each zone; pods are deleted when their toleration of it ends (300 s by default) and stay, being deleted, until the node comes back or is
/// removed. Pods of a removed node are removed by the first round of garbage collection after its quarantine.
/// Left out: the rates for zones that are down as a whole.
/// </remarks>
internal sealed class NodeLifecycle(EventLoop loop, ApiServer server, NodeLifecycleParameters parameters, RandomStream random) : IEventTarget
{
    private const int FoundSilent = 0;
    private const int TaintNoExecute = 1;
    private const int Evict = 2;
    private const int Collect = 3;

    private readonly Dictionary<string, LostNode> _lost = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TokenBucket> _evictionRates = new(StringComparer.Ordinal);

    /// <summary>Pods deleted because their node was lost.</summary>
    public int EvictedPods { get; private set; }

    /// <summary>A node died: nothing is heard of it from now on.</summary>
    public void Lost(string node)
    {
        if (_lost.ContainsKey(node))
        {
            return;
        }

        var lost = new LostNode(node);
        _lost.Add(node, lost);
        long age = parameters.HeartbeatInterval > SimTime.Zero ? random.Next(parameters.HeartbeatInterval.Nanoseconds) : 0;
        long silent = loop.Now.Nanoseconds - age + parameters.MonitorGrace.Nanoseconds;
        long period = parameters.MonitorPeriod.Nanoseconds;
        long look = period == 0 ? silent : (silent + period - 1) / period * period;
        lost.Next = loop.Schedule(SimTime.Max(loop.Now, new SimTime(look)), this, FoundSilent, 0, lost);
    }

    /// <summary>The kubelet of a lost node reports again: the node is ready, its taints go, and evictions that had not happened do not.</summary>
    public void Recovered(string node)
    {
        if (!_lost.Remove(node, out LostNode? lost))
        {
            return;
        }

        CancelAll(lost);
        ObjectKey key = ObjectKey.Cluster(node);
        server.PatchStatus<V1Node>(key, n => NodeObjects.WithCondition(n, "Ready", "True", "KubeletReady", "kubelet is posting ready status", Now()));
        server.Patch<V1Node>(key, n => NodeObjects.WithoutTaint(n, LostNodes.UnreachableTaint));
    }

    /// <summary>A node's object was deleted: its pods follow.</summary>
    public void Removed(string node)
    {
        if (_lost.Remove(node, out LostNode? lost))
        {
            CancelAll(lost);
        }

        long period = parameters.PodGcPeriod.Nanoseconds;
        long round = (loop.Now + parameters.PodGcQuarantine).Nanoseconds;
        round = period == 0 ? round : (round + period - 1) / period * period;
        loop.Schedule(new SimTime(round), this, Collect, 0, node);
    }

    /// <summary>A pod got a node. The scheduler may not have heard yet that it is lost; then the pod is evicted like those that were there.</summary>
    public void Bound(V1Pod pod)
    {
        if (_lost.TryGetValue(pod.Spec.NodeName, out LostNode? lost) && lost.IsEvicted)
        {
            EvictLater(lost, pod);
        }
    }

    /// <summary>Keeps new pods off a node, or no longer.</summary>
    public void Cordon(string node, bool on = true) => server.Patch<V1Node>(ObjectKey.Cluster(node), n => NodeObjects.WithUnschedulable(n, on));

    public void OnEvent(int kind, long argument, object? state)
    {
        switch (kind)
        {
            case FoundSilent:
                OnSilent((LostNode)state!);
                break;
            case TaintNoExecute:
                OnNoExecute((LostNode)state!);
                break;
            case Evict:
                var pod = (V1Pod)state!;
                if (server.Delete(typeof(V1Pod), ObjectKey.Of(pod), new DeleteOptions(pod.Metadata.Uid)).Succeeded)
                {
                    EvictedPods++;
                }

                break;
            case Collect:
                CollectPods((string)state!);
                break;
        }
    }

    private void OnSilent(LostNode lost)
    {
        ObjectKey key = ObjectKey.Cluster(lost.Name);
        if (server.Peek<V1Node>(key) is not { } node)
        {
            return;
        }

        server.PatchStatus<V1Node>(key, n => NodeObjects.WithCondition(n, "Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", Now()));
        server.Patch<V1Node>(key, n => NodeObjects.WithTaint(n, LostNodes.UnreachableTaint, "NoSchedule", Now()));
        foreach (V1Pod pod in server.PeekByField<V1Pod>(lost.Name))
        {
            if (PodConditions.Find(pod.Status?.Conditions, "Ready") is { Status: "True" } ready)
            {
                server.PatchStatus<V1Pod>(
                    ObjectKey.Of(pod),
                    p => p with { Status = p.Status with { Conditions = PodConditions.With(p.Status.Conditions, "Ready", "False", ready.Reason, ready.Message, Now()) } },
                    pod.Metadata.Uid);
            }
        }

        string zone = node.Metadata.Labels is { } labels && labels.TryGetValue("topology.kubernetes.io/zone", out string? value) ? value : "";
        if (!_evictionRates.TryGetValue(zone, out TokenBucket? rate))
        {
            _evictionRates.Add(zone, rate = new TokenBucket(parameters.EvictionNodesPerSecond, 1));
        }

        SimTime at = SimTime.Max(loop.Now, SimTime.FromDateTime(rate.Reserve(loop.Now.ToDateTime())));
        lost.Next = loop.Schedule(at, this, TaintNoExecute, 0, lost);
    }

    private void OnNoExecute(LostNode lost)
    {
        server.Patch<V1Node>(ObjectKey.Cluster(lost.Name), n => NodeObjects.WithTaint(n, LostNodes.UnreachableTaint, "NoExecute", Now()));
        lost.IsEvicted = true;
        foreach (V1Pod pod in server.PeekByField<V1Pod>(lost.Name))
        {
            EvictLater(lost, pod);
        }
    }

    private void EvictLater(LostNode lost, V1Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is null && Tolerates(pod) is { } length)
        {
            lost.Evictions.Add(loop.ScheduleAfter(length, this, Evict, 0, pod));
        }
    }

    /// <summary>How long a pod tolerates a lost node; null when it does for ever.</summary>
    private static SimTime? Tolerates(V1Pod pod)
    {
        var taint = new V1Taint { Key = LostNodes.UnreachableTaint, Effect = "NoExecute" };
        long? least = null;
        bool any = false;
        foreach (V1Toleration toleration in pod.Spec.Tolerations ?? [])
        {
            if (NodeMatching.Tolerates(toleration, taint))
            {
                any = true;
                least = toleration.TolerationSeconds is { } seconds ? Math.Min(least ?? long.MaxValue, Math.Max(0, seconds)) : least;
            }
        }

        return !any ? SimTime.Zero : least is { } limit ? SimTime.FromSeconds(limit) : null;
    }

    private void CollectPods(string node)
    {
        if (server.Peek<V1Node>(ObjectKey.Cluster(node)) is null)
        {
            foreach (V1Pod pod in server.PeekByField<V1Pod>(node))
            {
                server.Delete(typeof(V1Pod), ObjectKey.Of(pod), new DeleteOptions(pod.Metadata.Uid, GraceSeconds: 0));
            }
        }
    }

    private void CancelAll(LostNode lost)
    {
        loop.Cancel(lost.Next);
        foreach (EventHandle eviction in lost.Evictions)
        {
            loop.Cancel(eviction);
        }
    }

    private DateTime Now()
    {
        DateTime now = loop.Now.ToDateTime();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }

    private sealed class LostNode(string name)
    {
        public string Name { get; } = name;

        public EventHandle Next { get; set; }

        /// <summary>Whether it has the taint NoExecute.</summary>
        public bool IsEvicted { get; set; }

        public List<EventHandle> Evictions { get; } = [];
    }
}
