using System.Text.Json;
using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Sim.Cluster;

/// <summary>The registrations of the kinds that the simulated cluster serves; each call makes new ones, for one registry.</summary>
internal static class StandardKinds
{
    /// <param name="tolerationSeconds">How long pods that say nothing of it stay on a lost node.</param>
    public static KindRegistry Registry(long tolerationSeconds = LostNodes.DefaultTolerationSeconds) =>
        new(Node(), Secret(), ImagePullJob(), NodeImage(), Pod(tolerationSeconds), PersistentVolumeClaim(), ControllerRevision(), CloneSet(), SidecarSet());

    // Nodes register themselves with a status, carry no generation, and their kubelet may set labels through /status
    // (kubernetes:pkg/registry/core/node/strategy.go).
    public static KindInfo Node() => new KindInfo<V1Node>("v1", V1Node.KubeKind, "nodes", KindScope.Cluster)
    {
        HasStatusSubresource = true,
        AllowsUnconditionalUpdate = true,
        CreateKeepsStatus = true,
        StatusUpdateWritesMetadata = true,
        SpecEquality = StructuralComparer.AllBut<V1Node>(nameof(V1Node.ApiVersion), nameof(V1Node.Kind), nameof(V1Node.Metadata), nameof(V1Node.Status)),
        StatusEquality = static (a, b) => StructuralComparer<V1NodeStatus?>.Default.Same(a.Status, b.Status),
        Copy = static (node, metadata) => node with { Metadata = metadata },
        CopyStatus = static (node, from, metadata) => node with { Metadata = metadata, Status = from?.Status },
    };

    // A secret has a type, and keeps it (kubernetes:pkg/apis/core/validation/validation.go).
    public static KindInfo Secret() => new KindInfo<V1Secret>("v1", V1Secret.KubeKind, "secrets", KindScope.Namespaced)
    {
        AllowsUnconditionalUpdate = true,
        Defaults = static secret => string.IsNullOrEmpty(secret.Type) ? secret with { Type = "Opaque" } : secret,
        UpdateProblem = static (old, wanted) => old.Type == wanted.Type ? null : $"type: Invalid value: \"{wanted.Type}\": field is immutable",
        SpecEquality = StructuralComparer.AllBut<V1Secret>(nameof(V1Secret.ApiVersion), nameof(V1Secret.Kind), nameof(V1Secret.Metadata)),
        Copy = static (secret, metadata) => secret with { Metadata = metadata },
    };

    // Pods have no generation in 1.20, go in two steps, and are watched by node (kubernetes:pkg/registry/core/pod/strategy.go).
    public static KindInfo Pod(long tolerationSeconds) => new KindInfo<V1Pod>("v1", V1Pod.KubeKind, "pods", KindScope.Namespaced)
    {
        HasStatusSubresource = true,
        AllowsUnconditionalUpdate = true,
        StatusUpdateWritesMetadata = true,
        Defaults = pod => LostNodes.Tolerated(PodDefaults.Apply(pod), tolerationSeconds),
        UpdateProblem = PodRules.ProblemOfUpdate,
        Grace = PodRules.Grace,
        Field = static pod => pod.Spec?.NodeName,
        SpecEquality = PodRules.SameSpec,
        StatusEquality = PodRules.SameStatus,
        Copy = static (pod, metadata) => pod with { Metadata = metadata },
        CopyStatus = static (pod, from, metadata) => pod with { Metadata = metadata, Status = from is null ? PendingPod : from.Status },
    };

    private static readonly V1PodStatus PendingPod = new() { Phase = "Pending" };

    // The spec is immutable, but a bound claim may ask for more (kubernetes:pkg/apis/core/validation, ValidatePersistentVolumeClaimUpdate).
    public static KindInfo PersistentVolumeClaim() =>
        new KindInfo<V1PersistentVolumeClaim>("v1", V1PersistentVolumeClaim.KubeKind, "persistentvolumeclaims", KindScope.Namespaced)
        {
            HasStatusSubresource = true,
            AllowsUnconditionalUpdate = true,
            StatusUpdateWritesMetadata = true,
            Defaults = static claim => claim.Spec is { VolumeMode: null } spec ? claim with { Spec = spec with { VolumeMode = "Filesystem" } } : claim,
            UpdateProblem = static (old, wanted) =>
                ReferenceEquals(old.Spec, wanted.Spec) || SameClaimBut(old.Spec, wanted.Spec)
                    ? null
                    : "spec: Forbidden: is immutable after creation except resources.requests for bound claims",
            SpecEquality = static (a, b) => StructuralComparer<V1PersistentVolumeClaimSpec?>.Default.Same(a.Spec, b.Spec),
            StatusEquality = static (a, b) => StructuralComparer<V1PersistentVolumeClaimStatus?>.Default.Same(a.Status, b.Status),
            Copy = static (claim, metadata) => claim with { Metadata = metadata },
            CopyStatus = static (claim, from, metadata) => claim with { Metadata = metadata, Status = from is null ? PendingClaim : from.Status },
        };

    private static readonly V1PersistentVolumeClaimStatus PendingClaim = new() { Phase = "Pending" };

    private static readonly Func<V1PersistentVolumeClaimSpec, V1PersistentVolumeClaimSpec, bool> SameClaimBut =
        StructuralComparer.AllBut<V1PersistentVolumeClaimSpec>(nameof(V1PersistentVolumeClaimSpec.Resources), nameof(V1PersistentVolumeClaimSpec.VolumeName));

    // A revision keeps its data; only its number and metadata change (kubernetes:pkg/apis/apps/validation, ValidateControllerRevisionUpdate).
    public static KindInfo ControllerRevision() =>
        new KindInfo<V1ControllerRevision>("apps/v1", V1ControllerRevision.KubeKind, "controllerrevisions", KindScope.Namespaced)
        {
            AllowsUnconditionalUpdate = true,
            UpdateProblem = static (old, wanted) => SameData(old.Data, wanted.Data) ? null : "data: Invalid value: field is immutable",
            SpecEquality = static (a, b) => a.Revision == b.Revision && SameData(a.Data, b.Data),
            Copy = static (revision, metadata) => revision with { Metadata = metadata },
        };

    private static bool SameData(object? left, object? right) =>
        Equals(left, right) || (left is JsonElement a && right is JsonElement b && JsonElement.DeepEquals(a, b));

    public static KindInfo ImagePullJob() =>
        new KindInfo<ImagePullJob>(KruiseGroup.V1Alpha1, Core.Api.ImagePullJob.KindName, "imagepulljobs", KindScope.Namespaced)
        {
            HasStatusSubresource = true,
            CountsGeneration = true,
            SpecEquality = static (a, b) => a.Spec == b.Spec,
            StatusEquality = static (a, b) => a.Status == b.Status,
            Copy = static (job, metadata) => job with { Metadata = metadata },
            CopyStatus = static (job, from, metadata) => job with { Metadata = metadata, Status = from?.Status ?? new ImagePullJobStatus() },
        };

    public static KindInfo NodeImage() =>
        new KindInfo<NodeImage>(KruiseGroup.V1Alpha1, Core.Api.NodeImage.KindName, "nodeimages", KindScope.Cluster)
        {
            HasStatusSubresource = true,
            CountsGeneration = true,
            SpecEquality = static (a, b) => a.Spec == b.Spec,
            StatusEquality = static (a, b) => a.Status == b.Status,
            Copy = static (image, metadata) => image with { Metadata = metadata },
            CopyStatus = static (image, from, metadata) => image with { Metadata = metadata, Status = from?.Status ?? new NodeImageStatus() },
        };

    public static KindInfo CloneSet() =>
        new KindInfo<CloneSet>(KruiseGroup.V1Alpha1, Core.Api.CloneSet.KindName, "clonesets", KindScope.Namespaced)
        {
            HasStatusSubresource = true,
            CountsGeneration = true,
            SpecEquality = static (a, b) => ReferenceEquals(a.Spec, b.Spec) || StructuralComparer<CloneSetSpec>.Default.Same(a.Spec, b.Spec),
            StatusEquality = static (a, b) => a.Status == b.Status,
            Copy = static (set, metadata) => set with { Metadata = metadata },
            CopyStatus = static (set, from, metadata) => set with { Metadata = metadata, Status = from?.Status ?? new CloneSetStatus() },
        };

    public static KindInfo SidecarSet() =>
        new KindInfo<SidecarSet>(KruiseGroup.V1Alpha1, Core.Api.SidecarSet.KindName, "sidecarsets", KindScope.Cluster)
        {
            HasStatusSubresource = true,
            CountsGeneration = true,
            SpecEquality = static (a, b) => ReferenceEquals(a.Spec, b.Spec) || StructuralComparer<SidecarSetSpec>.Default.Same(a.Spec, b.Spec),
            StatusEquality = static (a, b) => a.Status == b.Status,
            Copy = static (set, metadata) => set with { Metadata = metadata },
            CopyStatus = static (set, from, metadata) => set with { Metadata = metadata, Status = from?.Status ?? new SidecarSetStatus() },
        };
}
