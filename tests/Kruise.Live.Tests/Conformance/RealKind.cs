using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Tests.Conformance;

/// <summary>Where the API server serves a kind of the table, and how its JSON is read.</summary>
internal sealed record RealKind(Type Type, string Prefix, string Plural, bool Namespaced, Func<string, IKubernetesObject<V1ObjectMeta>> Read)
{
    public static IReadOnlyList<RealKind> All { get; } =
    [
        new(typeof(ImagePullJob), $"apis/{KruiseGroup.V1Alpha1}", "imagepulljobs", true, json => KubernetesJson.Deserialize<ImagePullJob>(json)),
        new(typeof(NodeImage), $"apis/{KruiseGroup.V1Alpha1}", "nodeimages", false, json => KubernetesJson.Deserialize<NodeImage>(json)),
        new(typeof(V1Secret), "api/v1", "secrets", true, json => KubernetesJson.Deserialize<V1Secret>(json)),
        new(typeof(V1Node), "api/v1", "nodes", false, json => KubernetesJson.Deserialize<V1Node>(json)),
    ];

    public static RealKind Of(Type type) => All.Single(kind => kind.Type == type);

    /// <summary>The path of all objects of a namespace; of all there are where the kind has none or none is given.</summary>
    public string Collection(string? @namespace) =>
        Namespaced && !string.IsNullOrEmpty(@namespace) ? $"{Prefix}/namespaces/{@namespace}/{Plural}" : $"{Prefix}/{Plural}";

    public string Item(ObjectKey key) => $"{Collection(key.Namespace)}/{key.Name}";

    /// <summary>A new object with metadata and nothing else.</summary>
    public IKubernetesObject<V1ObjectMeta> New(V1ObjectMeta metadata) =>
        Type == typeof(ImagePullJob) ? new ImagePullJob { Metadata = metadata }
        : Type == typeof(NodeImage) ? new NodeImage { Metadata = metadata }
        : Type == typeof(V1Secret) ? new V1Secret { ApiVersion = "v1", Kind = V1Secret.KubeKind, Metadata = metadata }
        : new V1Node { ApiVersion = "v1", Kind = V1Node.KubeKind, Metadata = metadata };
}
