using k8s.Models;

namespace Kruise.Sim.Cluster;

/// <summary>
/// What may change of a pod (pkg/apis/core/validation, <c>ValidatePodUpdate</c> of 1.20): images, a deadline that is set or shortened, and more tolerations.
/// Compared by
/// reference first: writers copy with <c>with</c>, so what they did not touch is the same instance.
/// </summary>
internal static class PodRules
{
    private static readonly Func<V1PodSpec, V1PodSpec, bool> SameRest = StructuralComparer.AllBut<V1PodSpec>(
        nameof(V1PodSpec.Containers),
        nameof(V1PodSpec.InitContainers),
        nameof(V1PodSpec.ActiveDeadlineSeconds),
        nameof(V1PodSpec.Tolerations),
        nameof(V1PodSpec.NodeName));

    private static readonly Func<V1Container, V1Container, bool> SameButImage = StructuralComparer.AllBut<V1Container>(nameof(V1Container.Image));

    private static readonly Func<V1PodStatus, V1PodStatus, bool> SameRestOfStatus = StructuralComparer.AllBut<V1PodStatus>(
        nameof(V1PodStatus.Conditions),
        nameof(V1PodStatus.ContainerStatuses),
        nameof(V1PodStatus.InitContainerStatuses),
        nameof(V1PodStatus.Phase));

    private static readonly Func<V1ContainerStatus, V1ContainerStatus, bool> SameRestOfContainer = StructuralComparer.AllBut<V1ContainerStatus>(
        nameof(V1ContainerStatus.Name),
        nameof(V1ContainerStatus.Image),
        nameof(V1ContainerStatus.ImageID),
        nameof(V1ContainerStatus.Ready),
        nameof(V1ContainerStatus.RestartCount),
        nameof(V1ContainerStatus.State),
        nameof(V1ContainerStatus.LastState));

    /// <summary>The grace of a deletion: what was asked or the pod's own; none when it runs nowhere or has finished (pod strategy,
    /// <c>CheckGracefulDelete</c>).</summary>
    public static long Grace(V1Pod pod, long? askedSeconds) =>
        string.IsNullOrEmpty(pod.Spec?.NodeName) || pod.Status?.Phase is "Succeeded" or "Failed"
            ? 0
            : askedSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 0;

    /// <summary>What is wrong with a change; null when nothing is.</summary>
    public static string? ProblemOfUpdate(V1Pod old, V1Pod wanted)
    {
        V1PodSpec? before = old.Spec;
        V1PodSpec? after = wanted.Spec;
        if (ReferenceEquals(before, after) || before is null)
        {
            return null;
        }

        if (after is null)
        {
            return "spec: Required value";
        }

        if ((before.Containers?.Count ?? 0) != (after.Containers?.Count ?? 0)
            || (before.InitContainers?.Count ?? 0) != (after.InitContainers?.Count ?? 0))
        {
            return "spec.containers: Forbidden: pod updates may not add or remove containers";
        }

        return ImageProblem("containers", after.Containers)
            ?? ImageProblem("initContainers", after.InitContainers)
            ?? DeadlineProblem(before.ActiveDeadlineSeconds, after.ActiveDeadlineSeconds)
            ?? (OnlyAdds(before.Tolerations, after.Tolerations)
                ? null
                : "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds")
            ?? ((before.NodeName ?? "") == (after.NodeName ?? "")
                && SameContainers(before.Containers, after.Containers, SameButImage)
                && SameContainers(before.InitContainers, after.InitContainers, SameButImage)
                && SameRest(before, after)
                    ? null
                    : "spec: Forbidden: pod updates may only change images, `spec.activeDeadlineSeconds` and (by additions) `spec.tolerations`");
    }

    public static bool SameSpec(V1Pod left, V1Pod right) =>
        ReferenceEquals(left.Spec, right.Spec) || StructuralComparer<V1PodSpec?>.Default.Same(left.Spec, right.Spec);

    /// <summary>Status by content: what a status write usually changes is looked at first, and by hand.</summary>
    public static bool SameStatus(V1Pod left, V1Pod right) => SameStatus(left.Status, right.Status);

    /// <summary>The same of statuses by themselves.</summary>
    public static bool SameStatus(V1PodStatus? a, V1PodStatus? b)
    {
        if (ReferenceEquals(a, b))
        {
            return true;
        }

        return a is not null
            && b is not null
            && a.Phase == b.Phase
            && SameConditions(a.Conditions, b.Conditions)
            && SameContainers(a.ContainerStatuses, b.ContainerStatuses, SameContainer)
            && SameContainers(a.InitContainerStatuses, b.InitContainerStatuses, SameContainer)
            && SameRestOfStatus(a, b);
    }

    private static bool SameContainer(V1ContainerStatus a, V1ContainerStatus b) =>
        a.Name == b.Name
        && a.Ready == b.Ready
        && a.RestartCount == b.RestartCount
        && a.ImageID == b.ImageID
        && a.Image == b.Image
        && a.State == b.State
        && a.LastState == b.LastState
        && SameRestOfContainer(a, b);

    private static bool SameConditions(IList<V1PodCondition>? a, IList<V1PodCondition>? b) =>
        SameContainers(a, b, static (x, y) => x == y);

    private static bool SameContainers<T>(IList<T>? a, IList<T>? b, Func<T, T, bool> same)
        where T : class
    {
        if (ReferenceEquals(a, b))
        {
            return true;
        }

        int count = a?.Count ?? 0;
        if (count != (b?.Count ?? 0))
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            if (!ReferenceEquals(a![i], b![i]) && !same(a[i], b[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static string? ImageProblem(string field, IList<V1Container>? containers)
    {
        for (int i = 0; i < (containers?.Count ?? 0); i++)
        {
            if (string.IsNullOrEmpty(containers![i].Image))
            {
                return FormattableString.Invariant($"spec.{field}[{i}].image: Required value");
            }
        }

        return null;
    }

    private static string? DeadlineProblem(long? before, long? after) =>
        before is null || before == after ? null
        : after is null ? "spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value"
        : after > before ? FormattableString.Invariant($"spec.activeDeadlineSeconds: Invalid value: {after}: must be less than or equal to previous value")
        : null;

    private static bool OnlyAdds(IList<V1Toleration>? before, IList<V1Toleration>? after)
    {
        if (ReferenceEquals(before, after))
        {
            return true;
        }

        foreach (V1Toleration kept in before ?? [])
        {
            if (!(after ?? []).Any(t => t.Key == kept.Key && t.OperatorProperty == kept.OperatorProperty && t.Value == kept.Value && t.Effect == kept.Effect))
            {
                return false;
            }
        }

        return true;
    }
}
