using k8s.Models;
using Kruise.Core.ImagePull;
using Kruise.Core.Workloads;

namespace Kruise.Core.InPlaceUpdate;

/// <summary>
/// The steps of an in-place update (inventory §6.7), each as a pod to write. The pod is taken out of service (<see cref="BeginStatus"/>), changed
/// (<see cref="Apply"/>), and looked at again (<see cref="Refresh"/>) until its grace is over and its containers run the new images.
/// </summary>
public static class InPlaceUpdater
{
    /// <summary>Whether the pod has the readiness gate of in-place updates.</summary>
    public static bool HasGate(V1Pod pod) => HasGate(pod.Spec);

    /// <summary>A pod's spec with the readiness gate of in-place updates.</summary>
    public static V1PodSpec WithGate(V1PodSpec spec) => HasGate(spec)
        ? spec
        : spec with { ReadinessGates = [.. spec.ReadinessGates ?? [], new V1PodReadinessGate { ConditionType = WorkloadKeys.InPlaceUpdateReady }] };

    /// <summary>Whether an update of the pod waits for the end of its grace.</summary>
    public static bool IsInGrace(V1Pod pod) => InPlaceUpdateGrace.Text(pod) is not null;

    /// <summary>
    /// When the grace of the pod's update ends and <see cref="Refresh"/> is due; the beginning of time when it is due whatever the time, as the grace has lost its
    /// sense or cannot be read. Null when the pod is in none.
    /// </summary>
    public static DateTime? GraceEndsAt(V1Pod pod) => InPlaceUpdateGrace.Text(pod) is not { } text
        ? null
        : InPlaceUpdateGrace.Read(text) is { } spec && InPlaceUpdateState.TryGet(pod, out InPlaceUpdateState? state) && state is not null
            && spec.Revision == PodState.Revision(pod)
            ? EndOf(spec, state)
            : DateTime.MinValue;

    /// <summary>How long until a moment, rounded up to whole seconds, so that whoever looks again after them finds the grace over (trap 56).</summary>
    public static TimeSpan Until(DateTime moment, DateTime now) =>
        TimeSpan.FromSeconds(((moment - now).Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);

    /// <summary>Whether no update keeps the pod from being ready. A pod without the condition is not being updated (trap 57).</summary>
    public static bool IsUpdateReady(V1Pod pod) => PodState.Condition(pod, WorkloadKeys.InPlaceUpdateReady) is null or { Status: PodState.True };

    /// <summary>
    /// The pod out of service, before anything in it changes; null when there is nothing to write, as it has no gate or is out of service already.
    /// Ready is made False in the same write, ahead of the kubelet, so that endpoints drop the pod before its containers stop (trap 52).
    /// </summary>
    public static V1Pod? BeginStatus(V1Pod pod, DateTime now)
    {
        if (!HasGate(pod))
        {
            return null;
        }

        V1Pod begun = WithCondition(pod, new V1PodCondition
        {
            Type = WorkloadKeys.InPlaceUpdateReady,
            Status = PodState.False,
            LastTransitionTime = KubernetesTime.WholeSeconds(now),
            Reason = "StartInPlaceUpdate",
        });

        // While containers are not ready the kubelet has a reason of its own.
        if (PodState.Condition(begun, PodState.ReadyCondition) is not null
            && PodState.Condition(begun, PodState.ContainersReadyCondition) is { Status: PodState.True })
        {
            begun = WithCondition(begun, new V1PodCondition
            {
                Type = PodState.ReadyCondition,
                Status = PodState.False,
                LastTransitionTime = KubernetesTime.WholeSeconds(now),
                Reason = "ReadinessGatesNotReady",
                Message = string.Join(", ", begun.Spec.ReadinessGates.Select(gate => GateProblem(begun, gate.ConditionType)).OfType<string>()),
            });
        }

        return ReferenceEquals(begun, pod) ? null : begun;
    }

    /// <summary>
    /// The pod with the new revision, and with the new images and metadata, or with the change kept for the end of its grace: then it carries the new
    /// revision while it runs the old images (trap 54).
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="spec">What changes.</param>
    /// <param name="now">The time.</param>
    /// <param name="alsoChange">What else the same write changes, such as the lifecycle state.</param>
    public static V1Pod Apply(V1Pod pod, InPlaceUpdateSpec spec, DateTime now, Func<V1Pod, V1Pod>? alsoChange = null)
    {
        var last = new SortedDictionary<string, InPlaceUpdateContainer>(StringComparer.Ordinal);
        foreach (V1ContainerStatus status in pod.Status?.ContainerStatuses ?? [])
        {
            if (spec.ContainerImages.ContainsKey(status.Name))
            {
                last[status.Name] = new InPlaceUpdateContainer { ImageId = status.ImageID };
            }
        }

        var state = new InPlaceUpdateState { Revision = spec.Revision, UpdateTimestamp = KubernetesTime.WholeSeconds(now), LastContainerStatuses = last };
        V1Pod applied = spec.GraceSeconds > 0 ? pod : Carry(pod, spec);
        applied = applied with
        {
            Metadata = applied.Metadata with { Labels = StringMaps.With(applied.Metadata.Labels, WorkloadKeys.ControllerRevisionHash, spec.Revision) },
        };
        applied = alsoChange?.Invoke(applied) ?? applied;

        Dictionary<string, string> annotations = StringMaps.Copy(applied.Metadata.Annotations);
        annotations.Remove(WorkloadKeys.InPlaceUpdateStateOld);
        annotations.Remove(WorkloadKeys.InPlaceUpdateGraceOld);
        annotations.Remove(WorkloadKeys.InPlaceUpdateGrace);
        annotations[WorkloadKeys.InPlaceUpdateState] = state.ToJson();
        if (spec.GraceSeconds > 0)
        {
            annotations[WorkloadKeys.InPlaceUpdateGrace] = InPlaceUpdateGrace.Write(spec);
        }

        return applied with { Metadata = applied.Metadata with { Annotations = annotations } };
    }

    /// <summary>
    /// What is due for a pod: back into service when its update is complete, even if its containers are not ready yet (trap 53: the pod's own
    /// readiness says that), and the end of its grace.
    /// </summary>
    public static InPlaceRefresh Refresh(V1Pod pod, DateTime now)
    {
        V1Pod? status = null;
        if (HasGate(pod) && PodState.Condition(pod, WorkloadKeys.InPlaceUpdateReady)?.Status != PodState.True && IsCompleted(pod))
        {
            status = WithCondition(pod, new V1PodCondition
            {
                Type = WorkloadKeys.InPlaceUpdateReady,
                Status = PodState.True,
                LastTransitionTime = KubernetesTime.WholeSeconds(now),
            });
        }

        InPlaceRefresh refresh = InPlaceUpdateGrace.Text(pod) is { } grace ? FinishGrace(status ?? pod, grace, now) : InPlaceRefresh.Nothing;
        return status is null ? refresh : refresh with { Status = status };
    }

    /// <summary>
    /// Whether the pod's containers run what the last in-place update asked for: another image than before or, once the grace is over, the same one
    /// under its new name (trap 50). A pod that was never updated is complete.
    /// </summary>
    public static bool IsCompleted(V1Pod pod)
    {
        if (!InPlaceUpdateState.TryGet(pod, out InPlaceUpdateState? state))
        {
            return true;
        }

        if (state is null || state.Revision != PodState.Revision(pod))
        {
            return false;
        }

        foreach ((string name, InPlaceUpdateContainer last) in state.LastContainerStatuses)
        {
            V1ContainerStatus? status = PodState.StatusOf(pod, name);
            if (status is null || ((status.ImageID ?? "") == last.ImageId && (IsInGrace(pod) || !RunsImageOfSpec(pod, status))))
            {
                return false;
            }
        }

        return true;
    }

    private static InPlaceRefresh FinishGrace(V1Pod pod, string grace, DateTime now)
    {
        bool hasState = InPlaceUpdateState.TryGet(pod, out InPlaceUpdateState? state);
        if (InPlaceUpdateGrace.Read(grace) is not { } spec)
        {
            return new InPlaceRefresh(null, null, null, $"annotation {WorkloadKeys.InPlaceUpdateGrace} cannot be read");
        }

        if (state is null)
        {
            return new InPlaceRefresh(null, null, null, $"annotation {WorkloadKeys.InPlaceUpdateState} {(hasState ? "cannot be read" : "is missing")}");
        }

        // The pod was given another revision in the meantime: that one's update goes the usual way (trap 55).
        if (spec.Revision != PodState.Revision(pod))
        {
            return new InPlaceRefresh(null, WithoutGrace(pod), null);
        }

        DateTime end = EndOf(spec, state);
        return end > now
            ? new InPlaceRefresh(null, null, Until(end, now))
            : new InPlaceRefresh(null, WithoutGrace(Carry(pod, spec)), null);
    }

    // A state that does not say when the update began is of one that began long ago.
    private static DateTime EndOf(InPlaceUpdateSpec spec, InPlaceUpdateState state) =>
        state.UpdateTimestamp is { } begun ? begun.ToUniversalTime().AddSeconds(spec.GraceSeconds) : DateTime.MinValue;

    private static V1Pod Carry(V1Pod pod, InPlaceUpdateSpec spec) => pod with
    {
        Metadata = spec.Metadata?.ApplyTo(pod.Metadata) ?? pod.Metadata,
        Spec = spec.ContainerImages.Count == 0
            ? pod.Spec
            : pod.Spec with
            {
                Containers =
                [
                    .. pod.Spec.Containers.Select(container =>
                        spec.ContainerImages.TryGetValue(container.Name, out string? image) ? container with { Image = image } : container),
                ],
            },
    };

    private static V1Pod WithoutGrace(V1Pod pod) => pod with
    {
        Metadata = pod.Metadata with
        {
            Annotations = StringMaps.Without(pod.Metadata.Annotations, WorkloadKeys.InPlaceUpdateGrace, WorkloadKeys.InPlaceUpdateGraceOld),
        },
    };

    private static bool RunsImageOfSpec(V1Pod pod, V1ContainerStatus status) =>
        ImageNames.Same(pod.Spec?.Containers?.FirstOrDefault(container => container.Name == status.Name)?.Image, status.Image);

    private static bool HasGate(V1PodSpec? spec) => spec?.ReadinessGates?.Any(gate => gate.ConditionType == WorkloadKeys.InPlaceUpdateReady) ?? false;

    // The kubelet's words, so that its next sync finds nothing to change.
    private static string? GateProblem(V1Pod pod, string gate) => PodState.Condition(pod, gate) switch
    {
        null => $"corresponding condition of pod readiness gate \"{gate}\" does not exist.",
        { Status: PodState.True } => null,
        var condition => $"the status of pod readiness gate \"{gate}\" is not \"True\", but {condition.Status}",
    };

    // A condition that has that status already stays, with its time and reason.
    private static V1Pod WithCondition(V1Pod pod, V1PodCondition condition)
    {
        V1PodStatus status = pod.Status ?? new V1PodStatus();
        V1PodCondition? present = PodState.Condition(pod, condition.Type);
        if (present?.Status == condition.Status)
        {
            return pod;
        }

        IEnumerable<V1PodCondition> conditions = status.Conditions ?? [];
        return pod with
        {
            Status = status with
            {
                Conditions = present is null ? [.. conditions, condition] : [.. conditions.Select(c => ReferenceEquals(c, present) ? condition : c)],
            },
        };
    }
}
