using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;

namespace Kruise.Core.CloneSets;

/// <summary>The tie between a set and what it controls.</summary>
internal static class CloneSetOwner
{
    /// <summary>The reference to the controlling CloneSet, or null when something else or nothing controls the object.</summary>
    public static V1OwnerReference? Of(V1ObjectMeta metadata) =>
        PodState.ControllerOf(metadata) is { Kind: CloneSet.KindName } owner && IsKruise(owner.ApiVersion) ? owner : null;

    /// <summary>The key of the controlling CloneSet, or null.</summary>
    public static ObjectKey? KeyOf(V1ObjectMeta? metadata) =>
        metadata is not null && Of(metadata) is { } owner ? new ObjectKey(metadata.NamespaceProperty ?? "", owner.Name) : null;

    /// <summary>The reference that everything which a set makes carries.</summary>
    public static V1OwnerReference Reference(CloneSet set) => new()
    {
        ApiVersion = KruiseGroup.V1Alpha1,
        Kind = CloneSet.KindName,
        Name = set.Metadata.Name,
        Uid = set.Metadata.Uid,
        Controller = true,
        BlockOwnerDeletion = true,
    };

    // Whatever the version: references outlive versions of the API.
    private static bool IsKruise(string? apiVersion) => apiVersion?.StartsWith(KruiseGroup.Name + "/", StringComparison.Ordinal) ?? false;
}
