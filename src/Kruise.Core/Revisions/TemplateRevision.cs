using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Workloads;

namespace Kruise.Core.Revisions;

/// <summary>
/// Pod templates as ControllerRevisions: <c>{"spec":{"template":{...,"$patch":"replace"}}}</c>. What is derived from a template or from a revision's
/// data is kept beside it for as long as it lives, as neither ever changes; <c>with</c> hands the data on to the copy.
/// </summary>
public static class TemplateRevision
{
    // A ControllerRevision is named after its parent, and names have at most 253 characters (Kubernetes leaves the hash 30 of them).
    private const int MaxParentLength = 223;

    private static readonly ConditionalWeakTable<V1PodTemplateSpec, Serialised> _ofTemplate = [];
    private static readonly ConditionalWeakTable<object, Parsed> _ofData = [];

    /// <summary>The bytes of a template's revision data, canonical.</summary>
    public static ReadOnlyMemory<byte> Bytes(V1PodTemplateSpec template) => Of(template).Bytes;

    /// <summary>The name of a parent's revision.</summary>
    public static string Name(string parent, string hash) => $"{(parent.Length > MaxParentLength ? parent[..MaxParentLength] : parent)}-{hash}";

    /// <summary>A revision of a template, ready to be created.</summary>
    /// <param name="parent">The parent's metadata: its namespace, name and annotations are taken on.</param>
    /// <param name="owner">The reference to the parent.</param>
    /// <param name="template">What is to be remembered.</param>
    /// <param name="number">Its place in the history.</param>
    /// <param name="collisionCount">How many times its name was taken by something else.</param>
    public static V1ControllerRevision Make(V1ObjectMeta parent, V1OwnerReference owner, V1PodTemplateSpec template, long number, int collisionCount)
    {
        Serialised serialised = Of(template);
        string hash = RevisionHash.Of(serialised.Bytes, collisionCount);
        return new V1ControllerRevision
        {
            ApiVersion = "apps/v1",
            Kind = "ControllerRevision",
            Metadata = new V1ObjectMeta
            {
                Name = Name(parent.Name, hash),
                NamespaceProperty = parent.NamespaceProperty,
                Labels = StringMaps.With(template.Metadata?.Labels, WorkloadKeys.RevisionHash, hash),
                Annotations = parent.Annotations is { Count: > 0 } annotations ? StringMaps.Copy(annotations) : null,
                OwnerReferences = [owner],
            },
            Data = serialised.Data,
            Revision = number,
        };
    }

    /// <summary>
    /// Whether two revisions say the same, however they were written: nulls, empty objects and creation times are no difference. So a revision that
    /// upstream wrote is recognised and its pods are not replaced.
    /// </summary>
    public static bool Same(V1ControllerRevision left, V1ControllerRevision right) =>
        Of(left.Data) is { } ours
        && Of(right.Data) is { } theirs
        && (ReferenceEquals(theirs, ours) || theirs.Sparse.AsSpan().SequenceEqual(ours.Sparse));

    /// <summary>Whether a revision says what a template says.</summary>
    public static bool Says(V1ControllerRevision revision, V1PodTemplateSpec template) =>
        Of(revision.Data) is { } theirs
        && Of(Of(template).Data) is { } ours
        && (ReferenceEquals(theirs, ours) || theirs.Sparse.AsSpan().SequenceEqual(ours.Sparse));

    /// <summary>The template that a revision remembers, the same instance every time; null when its data holds none.</summary>
    public static V1PodTemplateSpec? TemplateOf(V1ControllerRevision revision) => Of(revision.Data)?.Template;

    /// <summary>
    /// The template's spec, canonical and sparse, with no container's image in it: templates in which it is the same differ in images and metadata only.
    /// </summary>
    internal static byte[] SpecWithoutImages(V1PodTemplateSpec template) => Of(template).SpecWithoutImages;

    private static Serialised Of(V1PodTemplateSpec template) => _ofTemplate.GetValue(template, static template => new Serialised(template));

    private static Parsed? Of(object? data)
    {
        if (data is null)
        {
            return null;
        }

        if (_ofData.TryGetValue(data, out Parsed? parsed))
        {
            return parsed;
        }

        JsonElement? element = data switch
        {
            JsonElement value => value,
            JsonDocument document => document.RootElement,
            JsonObject node => Element(node),
            _ => null,
        };
        return element is { ValueKind: JsonValueKind.Object } json ? _ofData.GetValue(data, _ => new Parsed(json)) : null;
    }

    private static JsonElement Element(JsonObject node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString());
        return document.RootElement.Clone();
    }

    private sealed class Serialised
    {
        private readonly Lazy<byte[]> _specWithoutImages;

        public Serialised(V1PodTemplateSpec template)
        {
            JsonObject json = JsonSerializer.SerializeToNode(template, CoreJson.Default.V1PodTemplateSpec)!.AsObject();
            json["$patch"] = "replace";
            Bytes = CanonicalJson.Sorted(Element(new JsonObject { ["spec"] = new JsonObject { ["template"] = json } }));
            using var document = JsonDocument.Parse(Bytes);
            JsonElement element = document.RootElement.Clone();
            Data = element;
            _ofData.Add(Data, new Parsed(element, new Lazy<V1PodTemplateSpec?>(template)));
            _specWithoutImages = new Lazy<byte[]>(WithoutImages);
        }

        public byte[] Bytes { get; }

        /// <summary>One box for all revisions made of the template, so that what is kept beside the data is kept once.</summary>
        public object Data { get; }

        public byte[] SpecWithoutImages => _specWithoutImages.Value;

        private byte[] WithoutImages()
        {
            JsonNode? spec = JsonNode.Parse(Bytes)!["spec"]!["template"]!["spec"];
            foreach (JsonNode? container in spec?["containers"]?.AsArray() ?? [])
            {
                if (container?["image"] is not null)
                {
                    container["image"] = "";
                }
            }

            return spec is null ? [] : CanonicalJson.Sparse(Element(spec.AsObject()));
        }
    }

    private sealed class Parsed(JsonElement data, Lazy<V1PodTemplateSpec?> template)
    {
        private readonly Lazy<byte[]> _sparse = new(() => CanonicalJson.Sparse(data));

        public Parsed(JsonElement data)
            : this(data, new Lazy<V1PodTemplateSpec?>(() => Read(data)))
        {
        }

        public byte[] Sparse => _sparse.Value;

        public V1PodTemplateSpec? Template => template.Value;

        private static V1PodTemplateSpec? Read(JsonElement data)
        {
            if (!data.TryGetProperty("spec", out JsonElement spec)
                || spec.ValueKind != JsonValueKind.Object
                || !spec.TryGetProperty("template", out JsonElement template)
                || template.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            try
            {
                return template.Deserialize(CoreJson.Default.V1PodTemplateSpec);
            }
            catch (Exception e) when (e is JsonException or NotSupportedException or FormatException)
            {
                // Data that somebody else wrote and that is no template.
                return null;
            }
        }
    }
}
