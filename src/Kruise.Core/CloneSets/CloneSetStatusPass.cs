using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Kruise.Core.Selectors;
using Kruise.Core.Workloads;

namespace Kruise.Core.CloneSets;

/// <summary>What a set's status says (inventory §10.6).</summary>
internal static class CloneSetStatusPass
{
    /// <summary>The status from what the pass has seen; the present one when it says the same.</summary>
    public static CloneSetStatus Of(CloneSetPass pass, int collisionCount, PlanFailure? lastFailure)
    {
        CloneSetPods pods = pass.Pods;
        RevisionPods? updated = pods.At(pass.UpdateRevision.Metadata.Name);
        CloneSetStatus old = pass.Set.Status;
        CloneSetStatus status = old with
        {
            ObservedGeneration = pass.Set.Metadata.Generation ?? 0,
            Replicas = pods.Count,
            ReadyReplicas = pods.Ready,
            AvailableReplicas = pods.Available(pass.Spec.MinReadySeconds, pass.Now),
            UpdatedReplicas = updated?.Count ?? 0,
            UpdatedReadyReplicas = updated?.Ready ?? 0,
            UpdateRevision = pass.UpdateRevision.Metadata.Name,
            CurrentRevision = CurrentRevision(pass),
            CollisionCount = collisionCount == 0 ? old.CollisionCount : collisionCount,
            Conditions = Conditions(pass, lastFailure),
            LabelSelector = LabelSelectorText.Of(pass.Spec.Selector),
        };
        return status == old ? old : status;
    }

    /// <summary>The revision that pods are moved away from: the update revision as soon as all pods have it and are ready (trap 78).</summary>
    public static string CurrentRevision(CloneSetPass pass)
    {
        int pods = pass.Pods.Count;
        RevisionPods? updated = pass.Pods.At(pass.UpdateRevision.Metadata.Name);
        bool moves = pods >= pass.Numbers.Replicas && (pods == 0 || (updated?.Count == pods && updated.Ready == pods));
        return moves ? pass.UpdateRevision.Metadata.Name : pass.CurrentRevision.Metadata.Name;
    }

    // What went wrong in the last pass, or cannot be done in this one. v0.8.0 compared everything but these (trap 79).
    private static IReadOnlyList<CloneSetCondition>? Conditions(CloneSetPass pass, PlanFailure? failure)
    {
        List<CloneSetCondition> conditions = [];
        if (failure is not null && ObjectOf(failure.Write) is { } kind && (kind == typeof(V1Pod) || kind == typeof(V1PersistentVolumeClaim)))
        {
            bool scale = failure.Write is Write.Create or Write.Delete;
            conditions.Add(new CloneSetCondition
            {
                Type = scale ? CloneSetCondition.FailedScale : CloneSetCondition.FailedUpdate,
                Status = PodState.True,
                Reason = scale ? CloneSetCondition.FailedScale : CloneSetCondition.FailedUpdate,
                Message = failure.Error,
            });
        }

        if (pass.Problem is { } problem && conditions.TrueForAll(condition => condition.Type != problem.Type))
        {
            conditions.Add(problem);
        }

        return conditions.Count == 0
            ? null
            : [.. conditions.Select(condition => condition with { LastTransitionTime = Since(pass, condition.Type) ?? KubernetesTime.WholeSeconds(pass.Now) })];
    }

    private static Type? ObjectOf(Write write) => write switch
    {
        Write.Create create => create.Object.GetType(),
        Write.Update update => update.Object.GetType(),
        Write.UpdateStatus update => update.Object.GetType(),
        Write.Delete delete => delete.Kind,
        _ => null,
    };

    private static DateTime? Since(CloneSetPass pass, string type) =>
        pass.Set.Status.Conditions?.FirstOrDefault(condition => condition.Type == type)?.LastTransitionTime;
}
