using k8s.Models;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Workloads;

/// <summary>
/// Hears, at the moment it happens, of every step of a pod's way that cannot be seen in its objects. Calls come in order of virtual time; a listener must
/// not write to the
/// world. The steps of a start are contiguous, so their differences sum to its length.
/// </summary>
internal interface IPodObserver
{
    /// <summary>A binding was committed: the pod has a node.</summary>
    void Bound(V1Pod pod, string node)
    {
    }

    /// <summary>The kubelet's worker took the pod up for the first time: what was before is the watch and the sync.</summary>
    void SyncStarted(V1Pod pod)
    {
    }

    /// <summary>The sandbox is there.</summary>
    void SandboxReady(V1Pod pod)
    {
    }

    /// <summary>A container (new, or to be restarted) needs its image: the kubelet looks at it now, and asks for a pull unless it is there.</summary>
    void ImageWanted(V1Pod pod, string container, string image, bool present)
    {
    }

    /// <summary>The pull goes to the runtime now; what was before was the kubelet's own queue.</summary>
    void PullStarted(V1Pod pod, string container, SimTime waited)
    {
    }

    /// <summary>The pull ended: as the runtime says, or with an error of the kubelet's own (no result then). On failure another follows after a
    /// back-off.</summary>
    void PullEnded(V1Pod pod, string container, PullResult? result, string? error)
    {
    }

    /// <summary>A container runs.</summary>
    void ContainerStarted(V1Pod pod, string container, int restartCount)
    {
    }

    /// <summary>A container is asked to stop: its pod goes, or its image changed.</summary>
    void ContainerStopping(V1Pod pod, string container)
    {
    }

    /// <summary>A container ended.</summary>
    void ContainerStopped(V1Pod pod, string container, int exitCode)
    {
    }

    /// <summary>The pod's node died, and all that ran in the pod with it.</summary>
    void NodeLost(V1Pod pod)
    {
    }

    /// <summary>A container answers its readiness probe, or no longer; the API hears of it later.</summary>
    void ReadinessChanged(V1Pod pod, string container, bool ready)
    {
    }
}
