using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>A CloneSet, as it goes.</summary>
internal sealed class SetTrack
{
    private readonly Dictionary<string, (int Pods, int Ready)> _byRevision = new(StringComparer.Ordinal);
    private readonly PriorityQueue<PodTrack, SimTime> _soonAvailable = new();
    private readonly int[] _stages = new int[PodStages.Count];
    private bool _wasComplete;

    public SetTrack(CloneSet set, SimTime now)
    {
        Latest = set;
        Namespace = set.Metadata.NamespaceProperty ?? "";
        Name = set.Metadata.Name;
        Numbers = CloneSetNumbers.Of(set.Spec);
        ScaledUp = now;
        Rollouts.Add(new RolloutTrack(this, 0, now) { ToUpdate = ToUpdate });
    }

    public string Namespace { get; }

    public string Name { get; }

    public CloneSet Latest { get; private set; }

    public CloneSetNumbers Numbers { get; private set; }

    public bool IsGone { get; set; }

    /// <summary>When replicas were raised last.</summary>
    public SimTime ScaledUp { get; private set; }

    public List<RolloutTrack> Rollouts { get; } = [];

    public RolloutTrack Rollout => Rollouts[^1];

    /// <summary>Pods that exist, in order of creation.</summary>
    public SortedDictionary<long, PodTrack> Pods { get; } = [];

    /// <summary>Places that nobody has taken yet, in the order in which they were left.</summary>
    public Queue<Vacancy> Vacancies { get; } = new();

    public int Active { get; private set; }

    public int Ready { get; private set; }

    public int Available { get; private set; }

    public int Terminating { get; private set; }

    /// <summary>Active pods that were chosen for deletion.</summary>
    public int Marked { get; private set; }

    public int Created { get; set; }

    public int Deleted { get; set; }

    public int Restarts { get; set; }

    public int Desired => IsGone ? 0 : Numbers.Replicas;

    /// <summary>Pods that are to be at the update revision; partition keeps none back as long as there was no other.</summary>
    public int ToUpdate => IsGone ? 0 : Rollouts.Count <= 1 ? Numbers.Replicas : Math.Max(0, Numbers.Replicas - Numbers.Partition);

    public int Unavailable => Math.Max(0, Desired - Available);

    /// <summary>The most that were unavailable since all were available for the first time.</summary>
    public PeakTracker AfterStart { get; } = new();

    /// <summary>The same from the beginning.</summary>
    public PeakTracker Always { get; } = new();

    public Peak MaxUnavailable => _wasComplete ? AfterStart.Peak : Always.Peak;

    /// <summary>Pods unavailable times seconds, over the same time.</summary>
    public double UnavailablePodSeconds(SimTime now) => (_wasComplete ? AfterStart : Always).SumUntil(now);

    private (int Pods, int Ready) Updated => Rollout.Revision is { } revision ? _byRevision.GetValueOrDefault(revision) : default;

    public int UpdatedPods => Updated.Pods;

    public int UpdatedReady => Updated.Ready;

    /// <summary>
    /// Whether everything asked for is done and the controller has said so: as many pods as asked for, all of them available, the ones to be updated updated
    /// (as
    /// many as a paused update has begun), and none on its way out.
    /// </summary>
    public bool IsSettled
    {
        get
        {
            if (IsGone)
            {
                return Pods.Count == 0;
            }

            CloneSetStatus status = Latest.Status;
            return status.ObservedGeneration >= (Latest.Metadata.Generation ?? 0)
                && Terminating == 0
                && Marked == 0
                && Active == Numbers.Replicas
                && (Latest.Spec.UpdateStrategy.Paused ? UpdatedReady == UpdatedPods : UpdatedReady >= ToUpdate && UpdatedReady == UpdatedPods)
                && status.Replicas == Active
                && status.AvailableReplicas == Active
                && status.UpdatedReadyReplicas == UpdatedReady;
        }
    }

    public void Take(CloneSet set, SimTime now)
    {
        Latest = set;
        CloneSetNumbers numbers = CloneSetNumbers.Of(set.Spec);
        ScaledUp = numbers.Replicas > Numbers.Replicas ? now : ScaledUp;
        Numbers = numbers;
        Rollout.ToUpdate = ToUpdate;
    }

    /// <summary>Begins another rollout; what the one before had begun stays as it is.</summary>
    public RolloutTrack Supersede(SimTime now)
    {
        RolloutTrack last = Rollout;
        last.Superseded = now;
        foreach (PodSlot slot in last.Slots)
        {
            slot.Close(now);
        }

        foreach (PodTrack pod in Pods.Values)
        {
            pod.Slot = null;
        }

        var next = new RolloutTrack(this, last.Number + 1, now);
        Rollouts.Add(next);
        next.ToUpdate = ToUpdate;
        return next;
    }

    /// <summary>What the last rollout's template turned out to be the same revision as before: it was none.</summary>
    public void Forget(RolloutTrack rollout)
    {
        Rollouts.Remove(rollout);
        Rollout.Superseded = null;
        Rollout.ToUpdate = ToUpdate;
    }

    public void Count(in PodSight sight, int by)
    {
        Terminating += sight.IsTerminating ? by : 0;
        if (!sight.IsActive)
        {
            return;
        }

        Active += by;
        Marked += sight.IsMarked ? by : 0;
        int ready = sight.IsReady ? by : 0;
        Ready += ready;
        (int pods, int readyPods) = _byRevision.GetValueOrDefault(sight.Revision);
        _byRevision[sight.Revision] = (pods + by, readyPods + ready);
    }

    public void CountStage(PodStage stage, int by) => _stages[(int)stage] += by;

    public void CountAvailable(int by) => Available += by;

    public void AwaitAvailable(PodTrack pod, SimTime at) => _soonAvailable.Enqueue(pod, at);

    /// <summary>The next pod that has become available by its time alone.</summary>
    public bool TryTakeAvailable(SimTime now, out PodTrack pod, out SimTime at)
    {
        while (_soonAvailable.TryPeek(out pod!, out at) && at <= now)
        {
            _soonAvailable.Dequeue();
            if (pod.AvailableAt == at)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes in the counts as they are now, after everything that belongs to the moment's change.</summary>
    public void Measure(SimTime now)
    {
        Rollout.Reach(UpdatedReady, now);
        Always.Tell(Unavailable, now);
        Rollout.Unavailable.Tell(Unavailable, now);
        if (_wasComplete)
        {
            AfterStart.Tell(Unavailable, now);
        }
        else
        {
            _wasComplete = Desired > 0 && Unavailable == 0;
        }
    }

    public int[] Sample()
    {
        int[] sample = new int[WorkloadSeries.Width];
        sample[(int)WorkloadGauge.Desired] = Desired;
        sample[(int)WorkloadGauge.Pods] = Active;
        sample[(int)WorkloadGauge.Updated] = UpdatedPods;
        sample[(int)WorkloadGauge.Ready] = Ready;
        sample[(int)WorkloadGauge.UpdatedReady] = UpdatedReady;
        sample[(int)WorkloadGauge.Available] = Available;
        sample[(int)WorkloadGauge.Unavailable] = Unavailable;
        sample[(int)WorkloadGauge.AllowedUnavailable] = IsGone ? 0 : Numbers.MaxUnavailable;
        sample[(int)WorkloadGauge.ToUpdate] = ToUpdate;
        for (int stage = 0; stage < PodStages.Count; stage++)
        {
            sample[WorkloadSeries.IndexOf((PodStage)stage)] = _stages[stage];
        }

        // All that are ready are counted as one stage: which revision is the new one may change while they stand still.
        int ready = _stages[(int)PodStage.ReadyUpdated];
        sample[WorkloadSeries.IndexOf(PodStage.ReadyUpdated)] = Math.Min(ready, UpdatedReady);
        sample[WorkloadSeries.IndexOf(PodStage.ReadyOld)] = ready - Math.Min(ready, UpdatedReady);
        return sample;
    }
}
