using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster;

/// <summary>Where the API server keeps a kind.</summary>
/// <param name="Type">The model.</param>
/// <param name="Kind">The kind as manifests write it.</param>
/// <param name="ApiVersion">Group and version, for example <c>apps.kruise.io/v1alpha1</c>; <c>v1</c> for the core group.</param>
/// <param name="Plural">The name of the resource in paths and in RBAC.</param>
/// <param name="IsNamespaced">Whether its objects belong to namespaces.</param>
internal abstract record ResourceKind(Type Type, string Kind, string ApiVersion, string Plural, bool IsNamespaced)
{
    // What reads and writes a kind is made when it is first needed: the types below a pod take megabytes, and a daemon never sees one.
    private static readonly ResourceKind[] _all =
    [
        new ResourceKind<ImagePullJob>(ImagePullJob.KindName, KruiseGroup.V1Alpha1, "imagepulljobs", true, static () => KubeJson.Default.ImagePullJob),
        new ResourceKind<NodeImage>(NodeImage.KindName, KruiseGroup.V1Alpha1, "nodeimages", false, static () => KubeJson.Default.NodeImage),
        new ResourceKind<CloneSet>(CloneSet.KindName, KruiseGroup.V1Alpha1, "clonesets", true, static () => KubeJson.Default.CloneSet),
        new ResourceKind<SidecarSet>(SidecarSet.KindName, KruiseGroup.V1Alpha1, "sidecarsets", false, static () => KubeJson.Default.SidecarSet),
        new ResourceKind<V1Pod>(V1Pod.KubeKind, "v1", "pods", true, static () => KubeJson.Default.V1Pod) { Trim = TrimmedPods.Trim },
        new ResourceKind<V1PersistentVolumeClaim>(
            V1PersistentVolumeClaim.KubeKind, "v1", "persistentvolumeclaims", true, static () => KubeJson.Default.V1PersistentVolumeClaim),
        new ResourceKind<V1ControllerRevision>(V1ControllerRevision.KubeKind, "apps/v1", "controllerrevisions", true, static () => KubeJson.Default.V1ControllerRevision),
        new ResourceKind<V1Node>(V1Node.KubeKind, "v1", "nodes", false, static () => KubeJson.Default.V1Node) { Trim = TrimNode },
        new ResourceKind<V1Secret>(V1Secret.KubeKind, "v1", "secrets", true, static () => KubeJson.Default.V1Secret),
    ];

    /// <summary>The group alone; empty for the core group.</summary>
    public string Group => ApiVersion.Contains('/', StringComparison.Ordinal) ? ApiVersion[..ApiVersion.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>The kind as errors name it: <c>imagepulljobs.apps.kruise.io</c>.</summary>
    public string FullName => Group.Length == 0 ? Plural : Plural + "." + Group;

    /// <summary>Whether the kind is one of ours: a CRD, whose model keeps the fields that it does not know.</summary>
    public bool IsOurs => ApiVersion == KruiseGroup.V1Alpha1;

    /// <summary>Whether caches keep a part of an object only: such an object must never replace the whole one.</summary>
    public abstract bool IsTrimmed { get; }

    public static ResourceKind Of(Type type) =>
        Array.Find(_all, kind => kind.Type == type) ?? throw new ArgumentException($"{type.Name} is not a kind that Live reads or writes.", nameof(type));

    public static ResourceKind<T> Of<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> => (ResourceKind<T>)Of(typeof(T));

    /// <summary>The path of all objects, or of those of one namespace.</summary>
    public string ListPath(string? @namespace)
    {
        string root = Group.Length == 0 ? "api/" + ApiVersion : "apis/" + ApiVersion;
        return string.IsNullOrEmpty(@namespace) ? $"{root}/{Plural}" : $"{root}/namespaces/{Uri.EscapeDataString(@namespace)}/{Plural}";
    }

    /// <summary>The path of one object.</summary>
    public string Path(ObjectKey key, string? subresource = null) =>
        $"{ListPath(IsNamespaced ? key.Namespace : null)}/{Uri.EscapeDataString(key.Name)}{(subresource is null ? "" : "/" + subresource)}";

    /// <summary>Writes an object of this kind as JSON, UTF-8.</summary>
    public abstract byte[] Write(IKubernetesObject<V1ObjectMeta> obj);

    /// <summary>Reads an object of this kind, with what list items lack: apiVersion and kind.</summary>
    /// <exception cref="JsonException">It is not an object of this kind.</exception>
    public abstract IKubernetesObject<V1ObjectMeta> ReadObject(JsonElement element);

    // A node's images, addresses and capacity are most of it, and no controller here reads them.
    private static V1Node TrimNode(V1Node node) => node with
    {
        Spec = null,
        Status = new V1NodeStatus { Conditions = node.Status?.Conditions is { } conditions ? [.. conditions.Where(c => c.Type == "Ready")] : null },
    };
}

/// <summary>A kind with its JSON.</summary>
internal sealed record ResourceKind<T>(string Kind, string ApiVersion, string Plural, bool IsNamespaced, Func<JsonTypeInfo<T>> MakeJson)
    : ResourceKind(typeof(T), Kind, ApiVersion, Plural, IsNamespaced)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>What a cache keeps of an object; null for all of it.</summary>
    public Func<T, T>? Trim { get; init; }

    public override bool IsTrimmed => Trim is not null;

    private JsonTypeInfo<T> Json => field ??= MakeJson();

    public override byte[] Write(IKubernetesObject<V1ObjectMeta> obj) => JsonSerializer.SerializeToUtf8Bytes((T)obj, Json);

    public override IKubernetesObject<V1ObjectMeta> ReadObject(JsonElement element) => Read(element);

    /// <inheritdoc cref="ReadObject"/>
    public T Read(JsonElement element)
    {
        T obj;
        try
        {
            obj = element.Deserialize(Json) ?? throw new JsonException($"A {Kind} is null.");
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
            // What the converters of KubernetesClient's models throw.
            throw new JsonException($"A {Kind} cannot be read: {e.Message}", e);
        }

        obj.ApiVersion ??= ApiVersion;
        obj.Kind ??= Kind;
        return obj;
    }

    /// <summary>Reads an object for a cache: without what nobody reads. Updates that lack managedFields leave them as they are.</summary>
    public T ReadForCache(JsonElement element)
    {
        T obj = Read(element);
        if (obj.Metadata.ManagedFields is not null)
        {
            obj.Metadata = obj.Metadata with { ManagedFields = null };
        }

        return Trim is null ? obj : Trim(obj);
    }
}
