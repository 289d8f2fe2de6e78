using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>What something waits for, from the moment it was asked for: exactly one cause at every moment, so that the causes sum to the whole.</summary>
/// <param name="asked">When it was asked for.</param>
/// <param name="cause">What it waits for first.</param>
internal abstract class CauseClock(SimTime asked, PodCause cause)
{
    private readonly List<(PodCause, SimTime)> _steps = [(cause, asked)];
    private SimTime _at = asked;

    public SimTime Asked { get; } = asked;

    public PodCause Cause { get; private set; } = cause;

    public SimTime? Begun { get; set; }

    public SimTime? Pulled { get; set; }

    public SimTime? Started { get; set; }

    public SimTime? Done { get; private set; }

    public int PullAttempts { get; set; }

    public long BytesFetched { get; set; }

    /// <summary>When the present cause began, or time was last accounted for.</summary>
    public SimTime EnteredAt => _at;

    /// <summary>Nothing more is measured: done, or given up.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Nanoseconds by <see cref="PodCause"/>.</summary>
    protected long[] Causes { get; } = new long[PodCauses.Count];

    /// <summary>Each cause and the moment it began, in order.</summary>
    protected IReadOnlyList<(PodCause Cause, SimTime At)> Steps => _steps;

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

    /// <summary>A pull begins that has waited so long, part of it perhaps for the end of a back-off.</summary>
    public void BeginPull(SimTime waited, SimTime now)
    {
        if (Cause == PodCause.PullBackOff)
        {
            Enter(PodCause.PullQueue, SimTime.Max(now - waited, EnteredAt));
        }

        PullAttempts++;
    }

    /// <summary>A pull has ended: the time since it began is divided among its parts, or was for nothing.</summary>
    /// <param name="result">What the runtime says; null when it was not asked.</param>
    /// <param name="failed">Whether it failed.</param>
    /// <param name="now">The moment.</param>
    public void EndPull(PullResult? result, bool failed, SimTime now)
    {
        BytesFetched += result?.BytesFetched ?? 0;
        if (!failed && result is not null)
        {
            Divide(result, now);
            Pulled = Done is null ? now : Pulled;
        }
        else
        {
            Blame(PodCause.PullBackOff, now);
        }
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

    private void Divide(PullResult result, SimTime now)
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
            Causes[(int)CauseOf((PullPart)part)] += share;
            left -= share;
        }

        Causes[(int)PodCause.RuntimeCall] += left;
    }

    private void Spend(SimTime now)
    {
        Causes[(int)Cause] += (now - _at).Nanoseconds;
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
