using k8s.Models;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Workloads;

namespace Kruise.Sim.Measures.Workloads;

// What kubelets do.
internal sealed partial class WorkloadRecorder : IPodObserver
{
    public void Bound(V1Pod pod, string node)
    {
        // Seen in the commit, at the same moment.
    }

    public void SyncStarted(V1Pod pod)
    {
        if (Find(pod) is { } track)
        {
            track.Slot?.Enter(PodCause.Sandbox, loop.Now);
        }
    }

    public void SandboxReady(V1Pod pod)
    {
        if (Find(pod) is not { } track)
        {
            return;
        }

        track.Slot?.Enter(PodCause.KubeletSync, loop.Now);
        if (track.Work == PodStage.NodeLost)
        {
            track.Work = PodStage.Starting;
            Restage(track);
        }
    }

    public void NodeLost(V1Pod pod)
    {
        if (Find(pod) is { } track)
        {
            (track.Running, track.Answering, track.IsStopping) = (0, 0, false);
            Work(track, PodStage.NodeLost, PodCause.NodeLost);
        }
    }

    public void ImageWanted(V1Pod pod, string container, string image, bool present)
    {
        if (Find(pod) is not { } track)
        {
            return;
        }

        string? policy = PodContainers.Find(pod, container)?.ImagePullPolicy;
        if (!present && (track.PullFailed || policy == "Never"))
        {
            // Another look while the back-off lasts; a pull that begins says how long it had waited.
            Work(track, PodStage.BackOff, PodCause.PullBackOff);
        }
        else if (present && policy != "Always")
        {
            track.PullFailed = false;
            Work(track, PodStage.Starting, PodCause.ContainerStart);
        }
        else
        {
            Work(track, PodStage.Pulling, PodCause.PullQueue);
        }
    }

    public void PullStarted(V1Pod pod, string container, SimTime waited)
    {
        if (Find(pod) is not { } track)
        {
            return;
        }

        track.Slot?.BeginPull(waited, loop.Now);
        Work(track, PodStage.Pulling, PodCause.RuntimeCall);
    }

    public void PullEnded(V1Pod pod, string container, PullResult? result, string? error)
    {
        if (Find(pod) is not { } track)
        {
            return;
        }

        track.PullFailed = error is not null;
        track.Slot?.EndPull(result, error is not null, loop.Now);
        Work(track, error is null ? PodStage.Starting : PodStage.BackOff, error is null ? PodCause.ContainerStart : PodCause.PullBackOff);
    }

    public void ContainerStarted(V1Pod pod, string container, int restartCount)
    {
        if (Find(pod) is not { } track)
        {
            return;
        }

        track.Set.Restarts += restartCount > 0 ? 1 : 0;
        if (PodContainers.BitOf(pod, container) is not { } bit)
        {
            Work(track, PodStage.Starting, PodCause.InitContainers);
            return;
        }

        track.Running |= bit;
        track.Answering &= ~bit;
        if (track.Slot is { Done: null } slot)
        {
            slot.Started = loop.Now;
        }

        bool all = track.Running == track.All;
        Work(track, all ? PodStage.NotReady : PodStage.Starting, all ? PodCause.ReadinessDelay : PodCause.ContainerStart);
    }

    public void ContainerStopping(V1Pod pod, string container)
    {
        if (Find(pod) is { Sight.IsActive: true } track)
        {
            track.IsStopping = true;
            Work(track, track.Work, PodCause.ContainerStop);
        }
    }

    public void ContainerStopped(V1Pod pod, string container, int exitCode)
    {
        if (Find(pod) is not { } track)
        {
            return;
        }

        ulong? bit = PodContainers.BitOf(pod, container);
        track.Running &= ~(bit ?? 0);
        track.Answering &= ~(bit ?? 0);
        bool isOwn = track.IsStopping || (bit is null && exitCode == 0);
        track.IsStopping = false;
        Work(track, isOwn ? PodStage.Starting : PodStage.BackOff, isOwn ? PodCause.KubeletSync : PodCause.CrashBackOff);
    }

    public void ReadinessChanged(V1Pod pod, string container, bool ready)
    {
        if (Find(pod) is not { } track || PodContainers.BitOf(pod, container) is not { } bit)
        {
            return;
        }

        track.Answering = ready ? track.Answering | bit : track.Answering & ~bit;
        if (track.Slot is not { } slot)
        {
            return;
        }

        if (track.Answering == track.All && slot.Cause == PodCause.ReadinessDelay)
        {
            slot.Enter(PodCause.StatusReporting, loop.Now);
        }
        else if (!ready && slot.Cause == PodCause.StatusReporting)
        {
            slot.Enter(PodCause.ReadinessDelay, loop.Now);
        }
    }

    private PodTrack? Find(V1Pod pod) => _pods.GetValueOrDefault(pod.Metadata.Uid);

    private void Work(PodTrack track, PodStage work, PodCause cause)
    {
        track.Work = work;
        Restage(track);

        // What its kubelet does with an old pod is no part of the update before the pod has its new revision.
        if (track.Slot is { } slot && slot.Rollout.Revision == track.Sight.Revision && slot.Cause != PodCause.Grace)
        {
            slot.Enter(cause == PodCause.ReadinessDelay && track.Answering == track.All ? PodCause.StatusReporting : cause, loop.Now);
        }
    }
}
