using k8s.Models;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Workloads;

/// <summary>Several observers, told in order.</summary>
internal sealed class PodObservers(params IReadOnlyList<IPodObserver> observers) : IPodObserver
{
    public void Bound(V1Pod pod, string node) => Each(observer => observer.Bound(pod, node));

    public void SyncStarted(V1Pod pod) => Each(observer => observer.SyncStarted(pod));

    public void SandboxReady(V1Pod pod) => Each(observer => observer.SandboxReady(pod));

    public void ImageWanted(V1Pod pod, string container, string image, bool present) => Each(observer => observer.ImageWanted(pod, container, image, present));

    public void PullStarted(V1Pod pod, string container, SimTime waited) => Each(observer => observer.PullStarted(pod, container, waited));

    public void PullEnded(V1Pod pod, string container, PullResult? result, string? error) => Each(observer => observer.PullEnded(pod, container, result, error));

    public void ContainerStarted(V1Pod pod, string container, int restartCount) => Each(observer => observer.ContainerStarted(pod, container, restartCount));

    public void ContainerStopping(V1Pod pod, string container) => Each(observer => observer.ContainerStopping(pod, container));

    public void ContainerStopped(V1Pod pod, string container, int exitCode) => Each(observer => observer.ContainerStopped(pod, container, exitCode));

    public void NodeLost(V1Pod pod) => Each(observer => observer.NodeLost(pod));

    public void ReadinessChanged(V1Pod pod, string container, bool ready) => Each(observer => observer.ReadinessChanged(pod, container, ready));

    private void Each(Action<IPodObserver> tell)
    {
        foreach (IPodObserver observer in observers)
        {
            tell(observer);
        }
    }
}
