using k8s.Models;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

internal enum RunState : byte
{
    /// <summary>Never started on this node.</summary>
    New,
    Running,
    Ended,
}

/// <summary>One container of a pod on its node: what the runtime knows of it, and what the kubelet last saw of that.</summary>
internal sealed class ContainerRun(int index, bool isInit, V1Container spec)
{
    public int Index { get; } = index;

    public bool IsInit { get; } = isInit;

    public V1Container Spec { get; set; } = spec;

    public RunState State { get; set; }

    /// <summary>It has been asked to stop.</summary>
    public bool IsStopping { get; set; }

    /// <summary>The image of the present or last run, as the pod named it; null before the first.</summary>
    public string? Image { get; set; }

    public string ImageId { get; set; } = "";

    public SimTime StartedAt { get; set; }

    public SimTime EndedAt { get; set; }

    public int ExitCode { get; set; }

    public int Starts { get; set; }

    /// <summary>The program answers its probe.</summary>
    public bool IsReady { get; set; }

    /// <summary>Why it does not run although it should; null when there is nothing to say.</summary>
    public string? WaitingReason { get; set; }

    public string? WaitingMessage { get; set; }

    /// <summary>The end of the run before the present one.</summary>
    public V1ContainerState? Last { get; set; }

    public ContainerBehaviour Behaviour { get; set; } = ContainerBehaviour.Default;

    /// <summary>How the present run loses readiness; null when it does not.</summary>
    public ReadinessFlaps? Flaps { get; set; }

    /// <summary>The crash back-off of the container with its present image.</summary>
    public BackOff CrashBackOff;

    public string? CrashBackOffImage { get; set; }

    public EventHandle Exit;

    public EventHandle Readiness;

    public EventHandle Stop;

    /// <summary>The status as the kubelet saw it at its last sync, without readiness.</summary>
    public V1ContainerStatus? Seen { get; set; }

    public bool SeenRunning { get; set; }

    /// <summary>It runs another image than the pod asks for.</summary>
    public bool IsChanged => State == RunState.Running && Image != Spec.Image;
}
