using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

/// <summary>
/// kube-scheduler 1.20 in virtual time: one pod at a time, highest priority first and then in order of arrival, is put onto the best of the nodes that it
/// fits on; bindings
/// go out beside the next decisions.
/// </summary>
/// <remarks>
/// <para>The claims that a pod names must exist (volumebinding, PreFilter). Filters in its order: unschedulable, resources and number of pods, node selector
/// and affinity, taints, topology spread. Nodes are looked at from where the last
/// search ended until enough feasible ones are found: all up to 100, else max(100, n · (50 - n / 125) %), at least 5 %.</para>
/// <para>Score: least allocated + balanced allocation + 2 · spreading + preferred affinity + preferred taints, each 0 to 100. Equal scores are decided by a
/// draw from the
/// scheduler's own stream.</para>
/// <para>A pod that fits nowhere says why in its condition PodScheduled and is tried again when a node or a place became free, after a back-off of 1 s
/// doubling to
/// 10 s, or after 60 s. Node sums are kept change by change: a decision costs O(nodes looked at).</para>
/// <para>Left out: affinity between pods, host ports, volumes' topology, image locality, preemption, several schedulers.</para>
/// </remarks>
internal sealed partial class Scheduler : IEventTarget, IWatchSink
{
    private const int Decide = 0;
    private const int BindArrives = 1;
    private const int BindAnswered = 2;
    private const int BackOffOver = 3;
    private const int Flushed = 4;
    private const int ConditionArrives = 5;

    private readonly EventLoop _loop;
    private readonly ApiServer _server;
    private readonly SchedulerParameters _parameters;
    private readonly IPodObserver? _observer;
    private readonly RandomStream _timing;
    private readonly RandomStream _choice;
    private readonly Func<SimTime> _claimDelay;
    private readonly Dictionary<string, SchedulingPod> _pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ScheduledNode> _nodes = new(StringComparer.Ordinal);
    private readonly List<ScheduledNode> _order = [];
    private readonly PriorityQueue<SchedulingPod, (int Priority, long Arrival)> _active = new();
    private readonly List<SchedulingPod> _unschedulable = [];
    private bool _isBusy;
    private int _numbered;
    private long _arrivals;

    public Scheduler(
        EventLoop loop,
        ApiServer server,
        SchedulerParameters parameters,
        LatencyDistribution watchDelay,
        RandomStream random,
        IPodObserver? observer = null)
    {
        _loop = loop;
        _server = server;
        _parameters = parameters;
        _observer = observer;
        _timing = random.Derive("timing");
        _choice = random.Derive("choice");
        RandomStream watch = random.Derive("watch");
        RandomStream claims = random.Derive("claims");
        _claimDelay = () => watchDelay.Sample(claims);

        // Nodes first: what exists arrives in the order of the watches, and pods that are bound already need their nodes.
        foreach (IKubernetesObject<V1ObjectMeta> node in server.List(typeof(V1Node)).Items)
        {
            OnNode(WatchEventType.Added, (V1Node)node);
        }

        foreach (IKubernetesObject<V1ObjectMeta> pod in server.List(typeof(V1Pod)).Items)
        {
            OnPod(WatchEventType.Added, (V1Pod)pod);
        }

        server.Watch(typeof(V1Node), null, server.Revision, () => watchDelay.Sample(watch), this, out _);
        server.Watch(typeof(V1Pod), null, server.Revision, () => watchDelay.Sample(watch), this, out _);
    }

    /// <summary>Is told of every pod that got a node; nobody when null.</summary>
    public Action<V1Pod>? Bound { get; set; }

    /// <summary>Pods that wait for a decision.</summary>
    public int Waiting => _active.Count;

    /// <summary>Pods that fit nowhere at present.</summary>
    public int Unschedulable => _unschedulable.Count;

    /// <summary>Decisions made.</summary>
    public long Decisions { get; private set; }

    public void OnWatchEvent(WatchStream watch, in WatchEvent watchEvent)
    {
        switch (watchEvent.New)
        {
            case V1Node node:
                OnNode(watchEvent.Type, node);
                break;
            case V1Pod pod:
                OnPod(watchEvent.Type, pod);
                break;
            case V1PersistentVolumeClaim when watchEvent.Type == WatchEventType.Added:
                MoveAllToActive();
                break;
        }
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        var pod = (SchedulingPod)state!;
        switch (kind)
        {
            case Decide:
                _isBusy = false;
                OnDecided(pod);
                Pump();
                break;
            case BindArrives:
                OnBindArrives(pod, new SimTime(argument));
                break;
            case BindAnswered:
                OnBindFailed(pod);
                break;
            case BackOffOver:
                Enqueue(pod);
                break;
            case Flushed:
                pod.Flush = default;
                MoveToActive(pod);
                _unschedulable.Remove(pod);
                break;
            case ConditionArrives:
                ReportUnschedulable(pod);
                break;
        }
    }

    private void OnNode(WatchEventType type, V1Node node)
    {
        string name = node.Metadata.Name;
        if (type == WatchEventType.Deleted)
        {
            if (_nodes.Remove(name, out ScheduledNode? gone))
            {
                _order.Remove(gone);
            }

            return;
        }

        bool isNew = !_nodes.TryGetValue(name, out ScheduledNode? known);
        if (isNew)
        {
            known = new ScheduledNode(_numbered++, node);
            _nodes.Add(name, known);
            _order.Add(known);
        }

        if (known!.Take(node, isNew))
        {
            known.ZoneNumber = NumberOf(known.Zone);
            MoveAllToActive();
        }

        if (isNew)
        {
            // The watch of pods may have been faster than that of nodes.
            foreach (SchedulingPod pod in _pods.Values.Where(p => p.Node is null && p.Object.Spec.NodeName == name).OrderBy(p => p.Arrival).ToArray())
            {
                Assume(pod, known);
            }
        }
    }

    private void OnPod(WatchEventType type, V1Pod pod)
    {
        bool ended = type == WatchEventType.Deleted || pod.Status?.Phase is "Succeeded" or "Failed";
        if (!_pods.TryGetValue(pod.Metadata.Uid, out SchedulingPod? known))
        {
            if (ended)
            {
                return;
            }

            known = new SchedulingPod(pod, _arrivals++);
            _pods.Add(known.Uid, known);
        }

        IDictionary<string, string>? labels = known.Labels;
        if (!ReferenceEquals(labels, pod.Metadata.Labels) && known.IsSpread)
        {
            CountSpread(known, -1);
            known.Object = pod;
            CountSpread(known, 1);
        }

        known.Object = pod;
        if (ended)
        {
            _pods.Remove(known.Uid);
            known.IsGone = true;
            Forget(known);
            _loop.Cancel(known.Flush);
            if (known.IsUnschedulable)
            {
                _unschedulable.Remove(known);
            }

            MoveAllToActive();
            return;
        }

        if (!string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            if (known.Node?.Name != pod.Spec.NodeName)
            {
                Forget(known);
                if (_nodes.TryGetValue(pod.Spec.NodeName, out ScheduledNode? node))
                {
                    Assume(known, node);
                }
            }

            if (pod.Metadata.DeletionTimestamp is not null && known.IsSpread)
            {
                CountSpread(known, -1);
                known.IsSpread = false;
            }
        }
        else if (known is { Node: null, IsQueued: false, IsUnschedulable: false } && IsOurs(pod))
        {
            Enqueue(known);
        }
    }

    private static bool IsOurs(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Spec.SchedulerName is null or "" or "default-scheduler" && pod.Spec.SchedulingGates is null or { Count: 0 };

    private void Enqueue(SchedulingPod pod)
    {
        pod.IsQueued = true;
        _active.Enqueue(pod, (-(pod.Object.Spec.Priority ?? 0), pod.Arrival));
        Pump();
    }

    private void Pump()
    {
        while (!_isBusy && _active.TryDequeue(out SchedulingPod? pod, out _))
        {
            if (pod.IsGone || pod.Node is not null || !IsOurs(pod.Object))
            {
                pod.IsQueued = false;
                continue;
            }

            _isBusy = true;
            _loop.ScheduleAfter(_parameters.DecisionLatency.Sample(_timing), this, Decide, 0, pod);
        }
    }

    private void OnDecided(SchedulingPod pod)
    {
        pod.IsQueued = false;
        if (pod.IsGone || pod.Node is not null || !IsOurs(pod.Object))
        {
            return;
        }

        Decisions++;
        pod.LastAttempt = _loop.Now;
        pod.Attempts++;
        if (Choose(pod, out string? message) is { } node)
        {
            Assume(pod, node);
            SimTime drawn = _parameters.BindingLatency.Sample(_timing);
            var half = new SimTime(drawn.Nanoseconds / 2);
            _loop.ScheduleAfter(drawn - half, this, BindArrives, half.Nanoseconds, pod);
            return;
        }

        pod.IsUnschedulable = true;
        _unschedulable.Add(pod);
        pod.Flush = _loop.ScheduleAfter(_parameters.UnschedulableFlush, this, Flushed, 0, pod);
        if (pod.Message != message)
        {
            pod.Message = message;
            _loop.ScheduleAfter(new SimTime(_parameters.BindingLatency.Sample(_timing).Nanoseconds / 2), this, ConditionArrives, 0, pod);
        }
    }

    private void OnBindArrives(SchedulingPod pod, SimTime half)
    {
        if (pod.Node is not { } node)
        {
            return;
        }

        ApiResult result = _server.Bind(ObjectKey.Of(pod.Object), node.Name, pod.Uid);
        if (result.Succeeded)
        {
            _observer?.Bound((V1Pod)result.Object!, node.Name);
            Bound?.Invoke((V1Pod)result.Object!);
        }
        else
        {
            _loop.ScheduleAfter(half, this, BindAnswered, 0, pod);
        }
    }

    // The pod is gone or on its way, or somebody else was faster: its place is free again, and the watch says what to do.
    private void OnBindFailed(SchedulingPod pod)
    {
        if (!pod.IsGone && string.IsNullOrEmpty(pod.Object.Spec.NodeName))
        {
            Forget(pod);
            MoveToActive(pod);
        }
    }

    private void ReportUnschedulable(SchedulingPod pod)
    {
        if (pod is { IsGone: false, IsUnschedulable: true })
        {
            DateTime now = _loop.Now.ToDateTime();
            now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
            _server.PatchStatus<V1Pod>(
                ObjectKey.Of(pod.Object),
                stored => stored with
                {
                    Status = stored.Status with { Conditions = PodConditions.With(stored.Status.Conditions, "PodScheduled", "False", "Unschedulable", pod.Message, now) },
                },
                pod.Uid);
        }
    }

    private void MoveAllToActive()
    {
        if (_unschedulable.Count == 0)
        {
            return;
        }

        foreach (SchedulingPod pod in _unschedulable)
        {
            MoveToActive(pod);
        }

        _unschedulable.Clear();
    }

    // A pod waits out its back-off, counted from its last attempt, before it is tried again.
    private void MoveToActive(SchedulingPod pod)
    {
        _loop.Cancel(pod.Flush);
        pod.Flush = default;
        pod.IsUnschedulable = false;
        pod.IsQueued = true;
        TimeSpan backOff = ItemBackoff.Delay(_parameters.BackOffInitial.ToTimeSpan(), _parameters.BackOffMax.ToTimeSpan(), Math.Max(0, pod.Attempts - 1));
        SimTime at = pod.LastAttempt + SimTime.FromTimeSpan(backOff);
        _loop.Schedule(SimTime.Max(at, _loop.Now), this, BackOffOver, 0, pod);
    }

    private void Assume(SchedulingPod pod, ScheduledNode node)
    {
        pod.Node = node;
        node.Sum += pod.Requests;
        node.Pods++;
        pod.IsSpread = true;
        CountSpread(pod, 1);
    }

    private void Forget(SchedulingPod pod)
    {
        if (pod.Node is not { } node)
        {
            return;
        }

        node.Sum -= pod.Requests;
        node.Pods--;
        if (pod.IsSpread)
        {
            CountSpread(pod, -1);
            pod.IsSpread = false;
        }

        pod.Node = null;
    }
}
