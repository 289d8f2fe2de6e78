using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Core.Selectors;
using Kruise.Core.Workloads;

namespace Kruise.Core.Api;

/// <summary>What a <see cref="CloneSet"/> may say (inventory §10.2).</summary>
public static class CloneSetValidation
{
    /// <summary>All problems of a set, in the order of its fields; empty when it is fine. Expects a defaulted set.</summary>
    public static IReadOnlyList<FieldError> Validate(CloneSet set)
    {
        var problems = new Problems();
        CloneSetSpec spec = set.Spec;
        ValidateName(set.Metadata, problems);
        problems.AtLeast("spec.replicas", 0, spec.Replicas);
        bool usable = ValidateSelector(spec.Selector, problems);
        HashSet<string> claims = ValidateClaims(spec.VolumeClaimTemplates, problems);
        problems.Errors.AddRange(PodTemplateValidation.Validate(spec.Template, usable ? spec.Selector : null, claims, "spec.template"));
        ValidatePodsToDelete(spec.ScaleStrategy.PodsToDelete, problems);
        UpdateStrategyValidation.Validate(spec.UpdateStrategy, spec.Replicas ?? CloneSetDefaults.Replicas, "spec.updateStrategy", problems);
        problems.AtLeast("spec.revisionHistoryLimit", 0, spec.RevisionHistoryLimit);
        problems.AtLeast("spec.minReadySeconds", 0, spec.MinReadySeconds);
        return problems.Errors;
    }

    /// <summary>All problems of a change; empty when it is fine. Expects defaulted sets.</summary>
    /// <remarks>
    /// A change that leaves the spec as it is, or only takes names out of <c>podsToDelete</c> as the controller does, passes whatever the rest says: it may
    /// have been stored under older rules. So does every change of a set that is being deleted, or its finalizers could not be taken off.
    /// </remarks>
    public static IReadOnlyList<FieldError> ValidateUpdate(CloneSet old, CloneSet set)
    {
        if (set.Metadata.DeletionTimestamp is not null || CloneSetChange.IsOnlyFewerPodsToDelete(old.Spec, set.Spec))
        {
            return [];
        }

        var problems = new Problems();
        const string immutable =
            "cannot be changed: an update may change replicas, template, lifecycle, scaleStrategy, updateStrategy, minReadySeconds and revisionHistoryLimit";
        if (!ValueEquality.Same(old.Spec.Selector, set.Spec.Selector))
        {
            problems.Invalid("spec.selector", CloneSetChange.Describe(set.Spec.Selector), immutable);
        }

        if (!CloneSetChange.SameClaims(old.Spec.VolumeClaimTemplates, set.Spec.VolumeClaimTemplates))
        {
            string names = string.Join(",", (set.Spec.VolumeClaimTemplates ?? []).Select(claim => claim.Metadata?.Name));
            problems.Invalid("spec.volumeClaimTemplates", names.Length == 0 ? "[]" : names, immutable);
        }

        if (set.Spec.UpdateStrategy.Type == CloneSetUpdateStrategy.InPlaceOnly && !CloneSetChange.IsReachableInPlace(old.Spec.Template, set.Spec.Template))
        {
            problems.Invalid(
                "spec.template.spec",
                "a change that needs new pods",
                "with spec.updateStrategy.type InPlaceOnly only the images of containers may be changed; other changes take ReCreate or InPlaceIfPossible");
        }

        problems.Errors.AddRange(Validate(set));
        return problems.Errors;
    }

    /// <summary>
    /// The rule for <c>podsToDelete</c> that needs to see the pods: names that the stored set does not hold yet are of pods of this set that are not
    /// terminating. Names that it holds already may be of pods that are gone. A pod that belongs to nobody is an error like any other; it crashed the
    /// webhook of v0.8.0.
    /// </summary>
    /// <param name="old">The stored set; null when the set is new.</param>
    /// <param name="set">The set.</param>
    /// <param name="pods">Finds a pod; null when there is none.</param>
    public static IReadOnlyList<FieldError> ValidatePodsToDelete(CloneSet? old, CloneSet set, Func<ObjectKey, V1Pod?> pods)
    {
        if (set.Metadata.DeletionTimestamp is not null)
        {
            return [];
        }

        var problems = new Problems();
        var known = new HashSet<string>(old?.Spec.ScaleStrategy.PodsToDelete ?? [], StringComparer.Ordinal);
        IReadOnlyList<string> names = set.Spec.ScaleStrategy.PodsToDelete ?? [];
        for (int i = 0; i < names.Count; i++)
        {
            if (string.IsNullOrEmpty(names[i]) || !known.Add(names[i]))
            {
                continue;
            }

            V1Pod? pod = pods(new ObjectKey(set.Metadata.NamespaceProperty ?? "", names[i]));
            V1OwnerReference? owner = pod is null ? null : PodState.ControllerOf(pod.Metadata);
            string? problem = pod is null ? "there is no such pod"
                : pod.Metadata.DeletionTimestamp is not null ? "this one is terminating already"
                : owner is null ? "this one belongs to nobody"
                : owner.Uid != set.Metadata.Uid ? $"this one belongs to {owner.Kind} {owner.Name}"
                : null;
            if (problem is not null)
            {
                problems.Invalid(
                    $"spec.scaleStrategy.podsToDelete[{i}]", names[i], $"must be the name of a pod of this CloneSet that is not terminating: {problem}");
            }
        }

        return problems.Errors;
    }

    private static void ValidateName(V1ObjectMeta metadata, Problems problems)
    {
        const string allowed =
            "must be a DNS subdomain: at most 253 lower-case letters, digits, '-' and '.', each part beginning and ending with a letter or digit";
        if (!string.IsNullOrEmpty(metadata.Name))
        {
            if (!Names.IsDnsSubdomain(metadata.Name))
            {
                problems.Invalid("metadata.name", metadata.Name, allowed);
            }
        }
        else if (string.IsNullOrEmpty(metadata.GenerateName))
        {
            problems.Required("metadata.name", allowed);
        }
        else if (!Names.IsDnsSubdomain(metadata.GenerateName + "a"))
        {
            problems.Invalid("metadata.generateName", metadata.GenerateName, allowed);
        }
    }

    private static bool ValidateSelector(V1LabelSelector? selector, Problems problems)
    {
        const string field = "spec.selector";
        if (selector is null)
        {
            problems.Required(field, "must select the set's pods by the labels of its template");
            return false;
        }

        int before = problems.Errors.Count;
        LabelSelectorValidation.ValidateSome(selector, field, "it would select every pod of the namespace", problems);
        return problems.Errors.Count == before;
    }

    private static HashSet<string> ValidateClaims(IReadOnlyList<V1PersistentVolumeClaim>? claims, Problems problems)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < (claims?.Count ?? 0); i++)
        {
            problems.UniqueLabel($"spec.volumeClaimTemplates[{i}].metadata.name", claims![i].Metadata?.Name, names);
        }

        return names;
    }

    private static void ValidatePodsToDelete(IReadOnlyList<string>? names, Problems problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < (names?.Count ?? 0); i++)
        {
            string field = $"spec.scaleStrategy.podsToDelete[{i}]";
            if (string.IsNullOrEmpty(names![i]))
            {
                problems.Required(field, "must be the name of a pod");
            }
            else if (!seen.Add(names[i]))
            {
                problems.Invalid(field, names[i], "must be listed once: it is a duplicate");
            }
        }
    }
}
