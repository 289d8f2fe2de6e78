using k8s.Models;

namespace Kruise.Sim.Cluster;

/// <summary>What the API server does with metadata: apimachinery's <c>api/validation/objectmeta.go</c> and apiserver's <c>registry/rest</c>.</summary>
internal static class ObjectMetaRules
{
    public const string OrphanFinalizer = "orphan";
    public const string ForegroundFinalizer = "foregroundDeletion";

    /// <summary>The metadata a create leads to, before name, uid and time are given.</summary>
    public static V1ObjectMeta ForCreate(V1ObjectMeta given, KindInfo kind) => given with
    {
        NamespaceProperty = kind.Scope == KindScope.Cluster ? null : given.NamespaceProperty,
        Uid = null,
        CreationTimestamp = null,
        DeletionTimestamp = null,
        DeletionGracePeriodSeconds = null,
        Generation = kind.CountsGeneration ? 1 : null,
        ResourceVersion = null,
        SelfLink = null,
    };

    /// <summary>The metadata an update leads to: what the client may set from its object, the rest from the stored one.</summary>
    public static V1ObjectMeta ForUpdate(V1ObjectMeta old, V1ObjectMeta given) => given with
    {
        Name = old.Name,
        NamespaceProperty = old.NamespaceProperty,
        Uid = old.Uid,
        CreationTimestamp = old.CreationTimestamp,
        DeletionTimestamp = old.DeletionTimestamp ?? given.DeletionTimestamp,
        DeletionGracePeriodSeconds = given.DeletionGracePeriodSeconds ?? old.DeletionGracePeriodSeconds,
        Generation = old.Generation,
        ResourceVersion = old.ResourceVersion,
        SelfLink = old.SelfLink,
    };

    /// <summary>What is wrong with metadata by itself; null when nothing is.</summary>
    public static string? FirstProblem(V1ObjectMeta metadata)
    {
        if (string.IsNullOrEmpty(metadata.Name))
        {
            return "metadata.name: Required value: name or generateName is required";
        }

        if (!ObjectName.IsDns1123Subdomain(metadata.Name))
        {
            return metadata.Name.Length > ObjectName.MaxLength
                ? $"metadata.name: Invalid value: must be no more than {ObjectName.MaxLength} characters"
                : $"metadata.name: Invalid value: \"{metadata.Name}\": must be a lowercase RFC 1123 subdomain";
        }

        if (metadata.Finalizers is { } finalizers && finalizers.Contains(OrphanFinalizer) && finalizers.Contains(ForegroundFinalizer))
        {
            return $"metadata.finalizers: Invalid value: finalizers {OrphanFinalizer} and {ForegroundFinalizer} cannot be both set";
        }

        return FirstProblemOfOwners(metadata.OwnerReferences);
    }

    /// <summary>What is wrong with a change of metadata; null when nothing is.</summary>
    public static string? FirstProblemOfUpdate(V1ObjectMeta old, V1ObjectMeta metadata)
    {
        if (old.DeletionTimestamp is not null)
        {
            foreach (string finalizer in metadata.Finalizers ?? [])
            {
                if (old.Finalizers is null || !old.Finalizers.Contains(finalizer))
                {
                    return $"metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found \"{finalizer}\"";
                }
            }
        }

        if (metadata.DeletionTimestamp != old.DeletionTimestamp)
        {
            return "metadata.deletionTimestamp: Invalid value: field is immutable";
        }

        return metadata.DeletionGracePeriodSeconds != old.DeletionGracePeriodSeconds
            ? "metadata.deletionGracePeriodSeconds: Invalid value: field is immutable"
            : null;
    }

    /// <summary>The finalizers an object has once its deletion was asked for.</summary>
    public static IList<string>? FinalizersForDeletion(IList<string>? finalizers, Propagation propagation)
    {
        bool orphan = propagation == Propagation.Orphan
            || (propagation == Propagation.Default && finalizers is not null && finalizers.Contains(OrphanFinalizer));
        bool foreground = propagation == Propagation.Foreground
            || (propagation == Propagation.Default && finalizers is not null && finalizers.Contains(ForegroundFinalizer));
        if (finalizers is null or { Count: 0 } && !orphan && !foreground)
        {
            return null;
        }

        var result = new List<string>();
        foreach (string finalizer in finalizers ?? [])
        {
            if (finalizer is not (OrphanFinalizer or ForegroundFinalizer))
            {
                result.Add(finalizer);
            }
        }

        if (orphan)
        {
            result.Add(OrphanFinalizer);
        }

        if (foreground)
        {
            result.Add(ForegroundFinalizer);
        }

        return result;
    }

    /// <summary>Equality of everything a client can write; managedFields are not modelled. Absent and empty are the same.</summary>
    public static bool Same(V1ObjectMeta left, V1ObjectMeta right) =>
        ReferenceEquals(left, right)
        || (left.Name == right.Name
            && left.NamespaceProperty == right.NamespaceProperty
            && left.GenerateName == right.GenerateName
            && left.Uid == right.Uid
            && left.CreationTimestamp == right.CreationTimestamp
            && left.DeletionTimestamp == right.DeletionTimestamp
            && left.DeletionGracePeriodSeconds == right.DeletionGracePeriodSeconds
            && left.Generation == right.Generation
            && SameStrings(left.Labels, right.Labels)
            && SameStrings(left.Annotations, right.Annotations)
            && SameFinalizers(left.Finalizers, right.Finalizers)
            && SameOwners(left.OwnerReferences, right.OwnerReferences));

    public static bool SameFinalizers(IList<string>? left, IList<string>? right) =>
        ReferenceEquals(left, right) || (left ?? []).SequenceEqual(right ?? [], StringComparer.Ordinal);

    public static bool SameOwners(IList<V1OwnerReference>? left, IList<V1OwnerReference>? right) =>
        ReferenceEquals(left, right) || (left ?? []).SequenceEqual(right ?? []);

    private static bool SameStrings(IDictionary<string, string>? left, IDictionary<string, string>? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if ((left?.Count ?? 0) != (right?.Count ?? 0))
        {
            return false;
        }

        foreach ((string key, string value) in left ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (!right!.TryGetValue(key, out string? other) || value != other)
            {
                return false;
            }
        }

        return true;
    }

    private static string? FirstProblemOfOwners(IList<V1OwnerReference>? owners)
    {
        int controllers = 0;
        for (int i = 0; i < (owners?.Count ?? 0); i++)
        {
            V1OwnerReference owner = owners![i];
            string? missing = string.IsNullOrEmpty(owner.ApiVersion) ? "apiVersion"
                : string.IsNullOrEmpty(owner.Kind) ? "kind"
                : string.IsNullOrEmpty(owner.Name) ? "name"
                : string.IsNullOrEmpty(owner.Uid) ? "uid"
                : null;
            if (missing is not null)
            {
                return $"metadata.ownerReferences.{missing}: Invalid value: \"\": {missing} must not be empty";
            }

            controllers += owner.Controller == true ? 1 : 0;
        }

        return controllers > 1 ? "metadata.ownerReferences: Invalid value: Only one reference can have Controller set to true" : null;
    }
}
