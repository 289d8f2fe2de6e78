using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Sim.Cluster;

/// <summary>The registrations of the kinds that the simulated cluster serves; each call makes new ones, for one registry.</summary>
internal static class StandardKinds
{
    public static KindRegistry Registry() => new(Node(), Secret(), ImagePullJob(), NodeImage(), CloneSet());

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
}
