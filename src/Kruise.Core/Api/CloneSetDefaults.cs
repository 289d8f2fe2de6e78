using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Fills in what a <see cref="CloneSet"/> leaves out (inventory §10.1).</summary>
public static class CloneSetDefaults
{
    /// <summary>Pods when the set does not say.</summary>
    public const int Replicas = 1;

    /// <summary>Unused revisions kept when the set does not say.</summary>
    public const int RevisionHistoryLimit = 10;

    /// <summary>Pods that may be unavailable during an update when the set does not say.</summary>
    public const string MaxUnavailable = "20%";

    /// <summary>The set with its defaults; see <see cref="PodTemplateDefaults"/> for those of its template.</summary>
    /// <returns>The same instance when nothing was missing.</returns>
    public static CloneSet Apply(CloneSet set)
    {
        CloneSetSpec spec = set.Spec;
        CloneSetUpdateStrategy strategy = Apply(spec.UpdateStrategy);
        V1PodTemplateSpec? template = spec.Template is null ? null : PodTemplateDefaults.Apply(spec.Template);
        IReadOnlyList<V1PersistentVolumeClaim>? claims = Apply(spec.VolumeClaimTemplates);
        bool complete = spec is { Replicas: not null, RevisionHistoryLimit: not null }
            && ReferenceEquals(strategy, spec.UpdateStrategy)
            && ReferenceEquals(template, spec.Template)
            && ReferenceEquals(claims, spec.VolumeClaimTemplates);
        return complete
            ? set
            : set with
            {
                Spec = spec with
                {
                    Replicas = spec.Replicas ?? Replicas,
                    RevisionHistoryLimit = spec.RevisionHistoryLimit ?? RevisionHistoryLimit,
                    Template = template,
                    VolumeClaimTemplates = claims,
                    UpdateStrategy = strategy,
                },
            };
    }

    private static CloneSetUpdateStrategy Apply(CloneSetUpdateStrategy strategy)
    {
        bool needsInPlace = strategy.InPlaceUpdateStrategy is null
            && strategy.Type is CloneSetUpdateStrategy.InPlaceIfPossible or CloneSetUpdateStrategy.InPlaceOnly;
        bool complete = !string.IsNullOrEmpty(strategy.Type)
            && strategy is { Partition: not null, MaxUnavailable: not null, MaxSurge: not null }
            && !needsInPlace;
        return complete
            ? strategy
            : strategy with
            {
                Type = Text.Or(strategy.Type, CloneSetUpdateStrategy.ReCreate),
                Partition = strategy.Partition ?? 0,
                MaxUnavailable = strategy.MaxUnavailable ?? MaxUnavailable,
                MaxSurge = strategy.MaxSurge ?? 0,
                InPlaceUpdateStrategy = needsInPlace ? new InPlaceUpdateStrategy() : strategy.InPlaceUpdateStrategy,
            };
    }

    private static IReadOnlyList<V1PersistentVolumeClaim>? Apply(IReadOnlyList<V1PersistentVolumeClaim>? claims)
    {
        V1PersistentVolumeClaim[]? defaulted = claims?.Select(PersistentVolumeClaimDefaults.Apply).ToArray();
        return defaulted is null || !defaulted.Where((claim, i) => !ReferenceEquals(claim, claims![i])).Any() ? claims : defaulted;
    }
}
