using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>A pod of a set, as it goes.</summary>
internal sealed class PodTrack(SetTrack set, long number, string uid, string name, SimTime requested, SimTime created)
{
    public SetTrack Set { get; } = set;

    /// <summary>The order of creation.</summary>
    public long Number { get; } = number;

    public string Uid { get; } = uid;

    public string Name { get; } = name;

    /// <summary>When the first request for it reached the API server.</summary>
    public SimTime Requested { get; } = requested;

    /// <summary>When it was stored.</summary>
    public SimTime Created { get; } = created;

    public string? Node { get; set; }

    public SimTime? Bound { get; set; }

    public PodSight Sight { get; set; }

    public PodStage Stage { get; set; } = PodStage.Scheduling;

    /// <summary>What its kubelet does with it, as long as it is not ready.</summary>
    public PodStage Work { get; set; } = PodStage.Scheduling;

    public bool IsAvailable { get; set; }

    /// <summary>When it will have been ready for long enough; null when it is available or not ready.</summary>
    public SimTime? AvailableAt { get; set; }

    /// <summary>Since when its instance has been out of service; null while it serves, and before it ever did.</summary>
    public SimTime? UnavailableSince { get; set; }

    /// <summary>The rollout in which that began.</summary>
    public RolloutTrack? UnavailableIn { get; set; }

    public SimTime? FirstReady { get; set; }

    /// <summary>Its place in the present rollout; null when it has none (yet).</summary>
    public PodSlot? Slot { get; set; }

    /// <summary>Containers, a bit each.</summary>
    public ulong All { get; set; }

    public ulong Running { get; set; }

    public ulong Answering { get; set; }

    /// <summary>Whether its last pull failed.</summary>
    public bool PullFailed { get; set; }

    /// <summary>Whether a container stops because its image changed.</summary>
    public bool IsStopping { get; set; }
}

/// <summary>A place that a pod left and another is to take.</summary>
internal readonly record struct Vacancy(PodTrack Left, PodSlot? Slot, SimTime? UnavailableSince, RolloutTrack? UnavailableIn);
