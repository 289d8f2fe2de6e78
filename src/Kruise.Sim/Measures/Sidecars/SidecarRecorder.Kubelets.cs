using k8s.Models;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Workloads;

namespace Kruise.Sim.Measures.Sidecars;

// What kubelets do: an upgrade follows the containers whose images it changed.
internal sealed partial class SidecarRecorder : IPodObserver
{
    public void ImageWanted(V1Pod pod, string container, string image, bool present)
    {
        string? policy = PodContainers.Find(pod, container)?.ImagePullPolicy;
        Each(pod, container, (upgrade, bit, now) =>
        {
            if (!present && (upgrade.Cause == PodCause.PullBackOff || policy == "Never"))
            {
                return;
            }

            upgrade.Enter(present && policy != "Always" ? PodCause.ContainerStart : PodCause.PullQueue, now);
        });
    }

    public void PullStarted(V1Pod pod, string container, SimTime waited) => Each(pod, container, (upgrade, bit, now) =>
    {
        upgrade.BeginPull(waited, now);
        upgrade.Enter(PodCause.RuntimeCall, now);
    });

    public void PullEnded(V1Pod pod, string container, PullResult? result, string? error)
    {
        foreach (SidecarTrack set in SetsOf(pod))
        {
            if (set.Book.Rules.Has(container))
            {
                set.Pulls++;
                set.BytesFetched += result?.BytesFetched ?? 0;
            }
        }

        Each(pod, container, (upgrade, bit, now) =>
        {
            upgrade.EndPull(result, error is not null, now);
            upgrade.Enter(error is null ? PodCause.ContainerStart : PodCause.PullBackOff, now);
        });
    }

    public void ContainerStarted(V1Pod pod, string container, int restartCount)
    {
        if (restartCount > 0)
        {
            bool isOwn = PodContainers.Find(pod, container) is { } found && !PodSidecars.IsSidecar(found);
            foreach (SidecarTrack set in SetsOf(pod))
            {
                set.Restarts += set.Book.Rules.Has(container) ? 1 : 0;
                set.BusinessRestarts += isOwn ? 1 : 0;
            }
        }

        Each(pod, container, (upgrade, bit, now) =>
        {
            upgrade.Running |= bit;
            upgrade.Answering &= ~bit;
            upgrade.Started = now;
            upgrade.Enter(upgrade.Running == upgrade.All ? PodCause.ReadinessDelay : PodCause.ContainerStart, now);
        });
    }

    public void ContainerStopping(V1Pod pod, string container) => Each(pod, container, (upgrade, bit, now) =>
    {
        upgrade.IsStopping = true;
        upgrade.Enter(PodCause.ContainerStop, now);
    });

    public void ContainerStopped(V1Pod pod, string container, int exitCode) => Each(pod, container, (upgrade, bit, now) =>
    {
        upgrade.Running &= ~bit;
        upgrade.Answering &= ~bit;
        upgrade.Enter(upgrade.IsStopping ? PodCause.KubeletSync : PodCause.CrashBackOff, now);
        upgrade.IsStopping = false;
    });

    public void ReadinessChanged(V1Pod pod, string container, bool ready) => Each(pod, container, (upgrade, bit, now) =>
    {
        upgrade.Answering = ready ? upgrade.Answering | bit : upgrade.Answering & ~bit;
        if (upgrade.Running == upgrade.All && upgrade.Cause is PodCause.ReadinessDelay or PodCause.StatusReporting)
        {
            upgrade.Enter(upgrade.Answering == upgrade.All ? PodCause.StatusReporting : PodCause.ReadinessDelay, now);
        }
    });

    public void NodeLost(V1Pod pod)
    {
        foreach (SidecarUpgrade upgrade in _upgrades.GetValueOrDefault(pod.Metadata.Uid) ?? [])
        {
            (upgrade.Running, upgrade.Answering, upgrade.IsStopping) = (0, 0, false);
            upgrade.Enter(PodCause.NodeLost, loop.Now);
        }
    }

    private void Each(V1Pod pod, string container, Action<SidecarUpgrade, ulong, SimTime> tell)
    {
        if (_upgrades.Count == 0 || !_upgrades.TryGetValue(pod.Metadata.Uid, out List<SidecarUpgrade>? upgrades) || PodContainers.BitOf(pod, container) is not { } bit)
        {
            return;
        }

        foreach (SidecarUpgrade upgrade in upgrades)
        {
            if ((upgrade.All & bit) != 0)
            {
                tell(upgrade, bit, loop.Now);
            }
        }
    }

    private IEnumerable<SidecarTrack> SetsOf(V1Pod pod)
    {
        if (_setsOf.TryGetValue(pod.Metadata.Uid, out IReadOnlyDictionary<string, InjectedSet>? names))
        {
            foreach (string name in names.Keys)
            {
                if (_byName.TryGetValue(name, out SidecarTrack? set))
                {
                    yield return set;
                }
            }
        }
    }
}
