using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;
using Kruise.Sim.Cluster;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Workloads;

namespace Kruise.Sim.Measures.Sidecars;

// What is stored of pods, and what kubelets do with their own containers.
internal sealed partial class SidecarChecker : IPodObserver
{
    // By pod and container: whose write changed the image last since the container started, and whether a kubelet was made to stop it.
    private readonly Dictionary<(string Uid, string Container), bool> _changedBySidecar = [];
    private readonly HashSet<(string Uid, string Container)> _stopped = [];

    /// <summary>Takes in a commit.</summary>
    public void OnCommit(Change change)
    {
        if (change.New is not V1Pod pod)
        {
            return;
        }

        if (change.Type == WatchEventType.Deleted)
        {
            Forget(pod);
        }
        else if (change.Old is V1Pod before)
        {
            NoteImages(before, pod);
        }
        else
        {
            CheckInjection(pod);
        }
    }

    public void ContainerStopping(V1Pod pod, string container) => _stopped.Add((pod.Metadata.Uid, container));

    public void ContainerStarted(V1Pod pod, string container, int restartCount)
    {
        var key = (pod.Metadata.Uid, container);
        bool stopped = _stopped.Remove(key);
        bool? changed = _changedBySidecar.Remove(key, out bool bySidecar) ? bySidecar : null;
        if (restartCount == 0 || changed == false || (changed is null && !stopped))
        {
            return;
        }

        foreach (V1Container own in pod.Spec.Containers)
        {
            if (own.Name == container && !PodSidecars.IsSidecar(own))
            {
                string why = changed == true ? "with the image that a sidecar upgrade gave it" : "although it had not ended and nobody had changed its image";
                _violations.Add(ViolationRule.BusinessRestart, $"container {container} of {Name(pod)}, which is no sidecar, was restarted {why}", Name(pod));
            }
        }
    }

    public void NodeLost(V1Pod pod)
    {
        foreach (V1Container container in pod.Spec.Containers)
        {
            // It ended with its node.
            _stopped.Remove((pod.Metadata.Uid, container.Name));
        }
    }

    private void Forget(V1Pod pod)
    {
        foreach (V1Container container in pod.Spec.Containers)
        {
            _stopped.Remove((pod.Metadata.Uid, container.Name));
            _changedBySidecar.Remove((pod.Metadata.Uid, container.Name));
        }
    }

    private void NoteImages(V1Pod before, V1Pod pod)
    {
        if (ReferenceEquals(before.Spec, pod.Spec) || ReferenceEquals(before.Spec.Containers, pod.Spec.Containers))
        {
            return;
        }

        bool bySidecar = IsUpgrade(before, pod);
        for (int i = 0; i < Math.Min(before.Spec.Containers.Count, pod.Spec.Containers.Count); i++)
        {
            if (before.Spec.Containers[i].Image != pod.Spec.Containers[i].Image)
            {
                _changedBySidecar[(pod.Metadata.Uid, pod.Spec.Containers[i].Name)] = bySidecar;
            }
        }
    }

    // A write that brings a pod to another hash of a set is that set's.
    private static bool IsUpgrade(V1Pod before, V1Pod pod)
    {
        if (ReferenceEquals(before.Metadata.Annotations, pod.Metadata.Annotations))
        {
            return false;
        }

        var old = PodSidecars.Of(before);
        var now = PodSidecars.Of(pod, old);
        return now.Sets.Any(set => old.HashOf(set.Key) is { } hash && hash != set.Value.Hash);
    }

    private void CheckInjection(V1Pod pod)
    {
        if (_view.Books.Count == 0 || !PodState.IsActive(pod))
        {
            return;
        }

        var sidecars = PodSidecars.Of(pod);
        foreach (string name in Names(pod).GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            _violations.Add(ViolationRule.Injection, $"{Name(pod)} has two containers {name}", Name(pod));
        }

        foreach (SidecarBook book in _view.Books)
        {
            SidecarRules rules = book.Rules;
            bool isIn = sidecars.HashOf(rules.Name) is not null;
            if (!rules.Injects(pod))
            {
                if (isIn)
                {
                    _violations.Add(ViolationRule.Scope, $"{Name(pod)} was given {Name(rules.Set)}, which does not select it", Name(rules.Set), Name(pod));
                }

                continue;
            }

            if ((isIn ? Fault(rules, pod, sidecars) : admissions.IsUnanswered ? null : "it was made without") is { } fault)
            {
                _violations.Add(ViolationRule.Injection, $"{Name(pod)} is selected by {Name(rules.Set)}: {fault}", Name(rules.Set), Name(pod));
            }
        }
    }

    private static string? Fault(SidecarRules rules, V1Pod pod, PodSidecars sidecars)
    {
        if (sidecars.HashOf(rules.Name) != rules.Hash)
        {
            return "it was made at another hash than the set's";
        }

        return Missing(rules.Set.Spec.Containers, pod.Spec.Containers) ?? Missing(rules.Set.Spec.InitContainers, pod.Spec.InitContainers);
    }

    private static string? Missing(IReadOnlyList<SidecarContainer>? wanted, IList<V1Container>? containers)
    {
        foreach (SidecarContainer sidecar in wanted ?? [])
        {
            if (containers?.FirstOrDefault(container => container.Name == sidecar.Name) is not { } present)
            {
                return $"it was made without container {sidecar.Name}";
            }

            if (present.Image != sidecar.Image || !PodSidecars.IsSidecar(present))
            {
                return $"its container {sidecar.Name} is not the set's";
            }
        }

        return null;
    }

    private static IEnumerable<string> Names(V1Pod pod) => pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).Select(container => container.Name);
}
