namespace Kruise.Sim.Measures.Workloads;

/// <summary>What a pod is doing, for counts over time; every pod that exists is in exactly one stage.</summary>
internal enum PodStage : byte
{
    ReadyUpdated = 0,
    ReadyOld = 1,

    /// <summary>Out of service for a change in place, whatever its containers do.</summary>
    UpdatingInPlace = 2,

    /// <summary>Its containers run and it is not ready.</summary>
    NotReady = 3,

    /// <summary>On a node; sandbox or containers are being made.</summary>
    Starting = 4,
    Pulling = 5,

    /// <summary>Without a node.</summary>
    Scheduling = 6,

    /// <summary>A container ended, a pull failed, or the pod as a whole did.</summary>
    BackOff = 7,
    Terminating = 8,

    /// <summary>Its node is lost, and the API server knows that it is not ready.</summary>
    NodeLost = 9,
}

/// <summary>Names of <see cref="PodStage"/>.</summary>
internal static class PodStages
{
    public const int Count = 10;

    public static readonly IReadOnlyList<string> Keys =
        ["readyUpdated", "readyOld", "updatingInPlace", "notReady", "starting", "pulling", "scheduling", "backOff", "terminating", "nodeLost"];

    public static readonly IReadOnlyList<string> Titles =
    [
        "ready, updated", "ready, old revision", "updating in place", "running, not ready", "starting", "pulling", "waiting for a node", "crashed or in back-off", "terminating", "on a lost node",
    ];
}
