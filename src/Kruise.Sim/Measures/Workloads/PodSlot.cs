using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>
/// One place of a set on its way through one rollout: a pod that is changed in place, or an old pod and then the one that follows it. At every moment it
/// waits for exactly
/// one cause, so that the causes sum to the whole.
/// </summary>
internal sealed class PodSlot(RolloutTrack rollout, SimTime asked, PodCause cause)
{
    private readonly long[] _causes = new long[PodCauses.Count];
    private readonly List<(PodCause, SimTime)> _steps = [(cause, asked)];
    private SimTime _at = asked;

    public RolloutTrack Rollout { get; } = rollout;

    public SimTime Asked { get; } = asked;

    public PodCause Cause { get; private set; } = cause;

    /// <summary>The pod that holds it now, or held it last.</summary>
    public required PodTrack Pod { get; set; }

    public PodTrack? Replaced { get; set; }

    public PodUpdateWay Way { get; set; } = PodUpdateWay.Created;

    public SimTime? Begun { get; set; }

    /// <summary>Labels that the pod had when its update began, beside its template's.</summary>
    public IReadOnlyList<string> Labels { get; set; } = [];

    public SimTime? Pulled { get; set; }

    public SimTime? Started { get; set; }

    public SimTime? Done { get; private set; }

    public int PullAttempts { get; set; }

    public long BytesFetched { get; set; }

    /// <summary>When the present cause began, or time was last accounted for.</summary>
    public SimTime EnteredAt => _at;

    /// <summary>Nothing more is measured: done, or given up.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Not one of the pods to be updated after all.</summary>
    public bool IsDropped { get; set; }

    /// <summary>From this moment on it waits for another cause.</summary>
    public void Enter(PodCause cause, SimTime now)
    {
        if (IsClosed || cause == Cause)
        {
            return;
        }

        Spend(now);
        Cause = cause;
        if (_steps[^1].Item2 == now)
        {
            _steps[^1] = (cause, now);
        }
        else
        {
            _steps.Add((cause, now));
        }
    }

    /// <summary>It waits for another cause, and has since the last moment that was accounted for.</summary>
    public void Blame(PodCause cause, SimTime now)
    {
        if (!IsClosed)
        {
            Cause = cause;
            Spend(now);
        }
    }

    /// <summary>Divides the time since a pull began among its parts.</summary>
    public void Pull(PullResult result, SimTime now)
    {
        if (IsClosed)
        {
            return;
        }

        long left = (now - _at).Nanoseconds;
        _at = now;
        for (int part = (int)PullPart.Unpack; part > 0; part--)
        {
            long share = Math.Min(left, result.Parts[part]);
            _causes[(int)CauseOf((PullPart)part)] += share;
            left -= share;
        }

        _causes[(int)PodCause.RuntimeCall] += left;
    }

    public void Finish(SimTime now)
    {
        Close(now);
        Done = now;
    }

    public void Close(SimTime now)
    {
        if (!IsClosed)
        {
            Spend(now);
            IsClosed = true;
        }
    }

    public PodRow ToRow(SimTime now)
    {
        Close(now);
        return new PodRow
        {
            Namespace = Rollout.Set.Namespace,
            Workload = Rollout.Set.Name,
            Rollout = Rollout.Number,
            Pod = Pod.Name,
            Replaces = Replaced?.Name,
            Node = Pod.Node,
            Way = Way,
            Labels = Labels,
            Asked = Asked,
            Begun = Begun,
            Created = Way == PodUpdateWay.InPlace || Pod == Replaced ? null : Pod.Created,
            Bound = Way == PodUpdateWay.InPlace || Pod == Replaced ? null : Pod.Bound,
            Pulled = Pulled,
            Started = Started,
            Done = Done,
            PullAttempts = PullAttempts,
            BytesFetched = BytesFetched,
            Outcome = Done is null ? PodOutcome.Unfinished : PodOutcome.Updated,
            CauseNanoseconds = _causes,
            Steps = _steps,
        };
    }

    private void Spend(SimTime now)
    {
        _causes[(int)Cause] += (now - _at).Nanoseconds;
        _at = now;
    }

    private static PodCause CauseOf(PullPart part) => part switch
    {
        PullPart.RegistryLatency => PodCause.RegistryLatency,
        PullPart.DownloadRegistry => PodCause.DownloadRegistry,
        PullPart.DownloadUplink => PodCause.DownloadUplink,
        PullPart.DownloadNic => PodCause.DownloadNic,
        PullPart.DownloadConnection => PodCause.DownloadConnection,
        PullPart.Unpack => PodCause.Unpack,
        _ => PodCause.RuntimeCall,
    };
}
