using System.Runtime.InteropServices;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Workloads;

/// <summary>
/// One pod on its node, as kubelet 1.20 works: one sync at a time, each first reporting what was seen and then doing, step by step, what is missing.
/// </summary>
/// <remarks>
/// <para>Start of a pod without init containers, all lengths drawn once: bound + watch delay + sync + sandbox + Σ over containers (queue + pull + create +
/// start), for
/// containers start one after another. Running is reported one <see cref="KubeletParameters.StatusLatency"/> later. Each init container adds its own start,
/// its run, and a
/// status latency until the kubelet notices its end.</para>
/// <para>In-place change of an image: sync, preStop and stop of the changed container, then queue, pull, create and start; other containers are not touched.
/// Nothing is
/// reported while a sync is at work, as its worker is taken: a container that is being replaced looks running until its successor is ; only its
/// readiness probe, which goes on, may fail often enough meanwhile. Seen so with kubelet 1.20.2 on containerd 1.6.</para>
/// <para>A container that ended is started again after its crash back-off, counted from its end: 0, 10, 20, 40 ... 300 s. Deletion: preStop and grace, then,
/// when
/// nothing runs any more and was reported, removal with grace 0.</para>
/// <para>Left out: liveness and startup probes, ephemeral containers, the kubelet's polling every 10 to 15 s beside its timers (a retry comes when its
/// back-off ends).</para>
/// </remarks>
internal sealed partial class PodWorker : IEventTarget
{
    private const int SyncDue = 0;
    private const int Noticed = 1;
    private const int StepDone = 2;
    private const int Exited = 3;
    private const int StopEnded = 4;
    private const int ReadinessDue = 5;
    private const int Cleaned = 6;
    private const int StatusArrives = 7;
    private const int StatusAnswered = 8;
    private const int DeleteArrives = 9;
    private const int DeleteAnswered = 10;
    private const int DeadlineOver = 11;

    private readonly Kubelet _kubelet;
    private readonly KubeletWorld _world;
    private readonly ContainerRun[] _runs;
    private readonly int _initCount;
    private readonly string _address;
    private Dictionary<string, BackOff>? _imageBackOffs;
    private Step _step;
    private bool _again;
    private bool _wasSeen;
    private bool _hasSandbox;
    private bool _hasAddress;
    private bool _isKilled;
    private bool _isCleaning;
    private int _next;
    private int _left;
    private ContainerRun? _current;
    private string? _startingImage;
    private (string Reason, string Message, long? GraceSeconds)? _failed;
    private EventHandle _sync;
    private SimTime _syncAt;
    private EventHandle _notice;
    private EventHandle _stepEnd;
    private EventHandle _cleaned;
    private EventHandle _deadline;

    public PodWorker(Kubelet kubelet, V1Pod pod, string address)
    {
        _kubelet = kubelet;
        _world = kubelet.World;
        _address = address;
        Pod = pod;
        Key = ObjectKey.Of(pod);
        Uid = pod.Metadata.Uid;
        _initCount = pod.Spec.InitContainers?.Count ?? 0;
        _runs = new ContainerRun[_initCount + pod.Spec.Containers.Count];
        for (int i = 0; i < _runs.Length; i++)
        {
            bool isInit = i < _initCount;
            _runs[i] = new ContainerRun(i, isInit, isInit ? pod.Spec.InitContainers![i] : pod.Spec.Containers[i - _initCount]);
        }
    }

    private enum Step : byte
    {
        Idle,
        Sandbox,
        Image,
        Create,
        Start,
        StopChanged,
        Kill,
    }

    public ObjectKey Key { get; }

    public string Uid { get; }

    /// <summary>The pod as last heard of.</summary>
    public V1Pod Pod { get; private set; }

    /// <summary>The pod's object is gone: nothing is done for it any more.</summary>
    public bool IsGone { get; private set; }

    public IReadOnlyList<ContainerRun> Runs => _runs;

    /// <summary>It has ended for good, or is on its way there.</summary>
    public bool IsEnding => _failed is not null || Pod.Metadata.DeletionTimestamp is not null || Pod.Status?.Phase is "Succeeded" or "Failed";

    /// <summary>The back-off of an image for this pod.</summary>
    public ref BackOff ImageBackOff(string image) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(_imageBackOffs ??= new Dictionary<string, BackOff>(StringComparer.Ordinal), image, out _);

    /// <summary>Takes in a new state of the pod's object.</summary>
    public void Observe(V1Pod pod)
    {
        V1Pod old = Pod;
        Pod = pod;
        bool isNews = !_wasSeen
            || (!ReferenceEquals(old.Spec, pod.Spec) && TakeImages(pod.Spec))
            || old.Metadata.DeletionTimestamp != pod.Metadata.DeletionTimestamp
            || GatesDiffer(old, pod);
        if (isNews)
        {
            RequestSync(_kubelet.Draw(_kubelet.Parameters.SyncLatency));
        }
    }

    /// <summary>Ends the pod as failed: eviction. Its containers get the grace given, or the pod's own.</summary>
    public void Fail(string reason, string message, long? graceSeconds)
    {
        _failed ??= (reason, message, graceSeconds);
        RequestSync(SimTime.Zero);
    }

    /// <summary>The object is gone: whatever still runs is killed.</summary>
    public void Remove()
    {
        foreach (ContainerRun run in _runs)
        {
            if (run.State == RunState.Running)
            {
                _world.Observer?.ContainerStopped(Pod, run.Spec.Name, Killed);
                _kubelet.Garbage.OnImageReleased(run.Image!);
            }
        }

        CancelAll();
        IsGone = true;
    }

    /// <summary>The node died: containers ended with it, what was under way is forgotten, and so are back-offs.</summary>
    public void Lose()
    {
        CancelAll();
        (_step, _again, _hasSandbox, _isKilled, _isCleaning, _wasSeen, _left) = (Step.Idle, false, false, false, false, false, 0);
        _imageBackOffs = null;
        foreach (ContainerRun run in _runs)
        {
            if (run.State == RunState.Running)
            {
                End(run, LostExitCode);
            }
            else if (run.State == RunState.Ended && run.IsInit)
            {
                // A new sandbox runs its init containers again.
                run.ExitCode = LostExitCode;
            }

            (run.CrashBackOff, run.CrashBackOffImage, run.WaitingReason, run.WaitingMessage) = (default, null, null, null);
        }

        ForgetReports();
        _world.Observer?.NodeLost(Pod);
    }

    /// <summary>An image came to the node: a container that waits for it need not pull it, once its worker looks again.</summary>
    public void OnImageThere(RegistryImage image)
    {
        foreach (ContainerRun run in _runs)
        {
            if (run.WaitingReason is "ErrImagePull" or "ImagePullBackOff" or "ErrImageNeverPull" && _world.Image(run.Spec.Image).Image == image)
            {
                // A failed sync is repeated after 10 s, jittered by up to half (pod_workers.go); where in this interval the image arrives is chance.
                RequestSync(new SimTime(_kubelet.Random.Next(SimTime.FromSeconds(10).Nanoseconds)));
            }
        }
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        switch (kind)
        {
            case SyncDue:
                _sync = default;
                Sync();
                break;
            case Noticed:
                _notice = default;
                Sync();
                break;
            case StepDone:
                _stepEnd = default;
                OnStepDone();
                break;
            case Exited:
                OnExited(_runs[argument >> 1], failed: (argument & 1) != 0);
                break;
            case StopEnded:
                OnStopEnded(_runs[argument >> 8], exitCode: (int)(argument & 0xFF));
                break;
            case ReadinessDue:
                OnReadinessDue(_runs[argument >> 1], (argument & 1) != 0);
                break;
            case Cleaned:
                _cleaned = default;
                _wantsRemoval = true;
                PumpReports();
                break;
            case DeadlineOver:
                Fail("DeadlineExceeded", "Pod was active on the node longer than the specified deadline", graceSeconds: null);
                break;
            default:
                OnReportEvent(kind);
                break;
        }
    }

    /// <summary>A sync is due so long from now, unless one is due before.</summary>
    private void RequestSync(SimTime delay)
    {
        SimTime at = _world.Loop.Now + delay;
        if (!_sync.IsNone)
        {
            if (_syncAt <= at)
            {
                return;
            }

            _world.Loop.Cancel(_sync);
        }

        _syncAt = at;
        _sync = _world.Loop.Schedule(at, this, SyncDue);
    }

    /// <summary>Something changed in the runtime: the kubelet sees it when it next lists.</summary>
    private void Notice()
    {
        if (_notice.IsNone)
        {
            _notice = _world.Loop.ScheduleAfter(_kubelet.Draw(_kubelet.Parameters.StatusLatency), this, Noticed);
        }
    }

    private void Sync()
    {
        if (_step != Step.Idle)
        {
            _again = true;
            return;
        }

        if (!_wasSeen)
        {
            _wasSeen = true;
            _startTime ??= _world.NowInWholeSeconds();
            _world.Observer?.SyncStarted(Pod);
            if (Pod.Spec.ActiveDeadlineSeconds is { } seconds && _deadline.IsNone)
            {
                _deadline = _world.Loop.Schedule(
                    SimTime.Max(_world.Loop.Now, SimTime.FromDateTime(_startTime.Value.AddSeconds(seconds))), this, DeadlineOver);
            }
        }

        Report(anew: true);
        if (IsEnding || HasFinished)
        {
            KillPod();
        }
        else if (!_hasSandbox)
        {
            Begin(Step.Sandbox, _kubelet.Parameters.SandboxLatency);
        }
        else
        {
            _next = 0;
            Proceed();
        }
    }

    private void EndSync()
    {
        _step = Step.Idle;
        if (_again)
        {
            // A sync that follows another waits for what the runtime looks like since (pod_workers.go: the cache must be newer than the last sync).
            _again = false;
            Notice();
        }
    }

    private void Begin(Step step, Engine.LatencyDistribution latency)
    {
        _step = step;
        _stepEnd = _world.Loop.ScheduleAfter(_kubelet.Draw(latency), this, StepDone);
    }

    private bool TakeImages(V1PodSpec spec)
    {
        bool differs = false;
        foreach (ContainerRun run in _runs)
        {
            V1Container container = run.IsInit ? spec.InitContainers![run.Index] : spec.Containers[run.Index - _initCount];
            differs |= run.Spec.Image != container.Image;
            run.Spec = container;
        }

        return differs;
    }

    private static bool GatesDiffer(V1Pod old, V1Pod pod)
    {
        foreach (V1PodReadinessGate gate in pod.Spec.ReadinessGates ?? [])
        {
            if (Cluster.PodConditions.Find(old.Status?.Conditions, gate.ConditionType)?.Status
                != Cluster.PodConditions.Find(pod.Status?.Conditions, gate.ConditionType)?.Status)
            {
                return true;
            }
        }

        return false;
    }

    private void CancelAll()
    {
        EventLoop loop = _world.Loop;
        loop.Cancel(_sync);
        loop.Cancel(_notice);
        loop.Cancel(_stepEnd);
        loop.Cancel(_cleaned);
        loop.Cancel(_deadline);
        loop.Cancel(_report);
        (_sync, _notice, _stepEnd, _cleaned, _deadline, _report) = (default, default, default, default, default, default);
        foreach (ContainerRun run in _runs)
        {
            loop.Cancel(run.Exit);
            loop.Cancel(run.Readiness);
            loop.Cancel(run.Stop);
        }
    }
}
