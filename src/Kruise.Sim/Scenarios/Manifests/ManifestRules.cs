using System.Reflection;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Manifests;

/// <summary>A kind that manifests may have.</summary>
internal sealed record ManifestType(string ApiVersion, string Kind, Type Type);

/// <summary>What a manifest may and must say, beyond the names and types that the Kubernetes models give.</summary>
internal static class ManifestRules
{
    public static readonly IReadOnlyList<ManifestType> Types =
    [
        new(KruiseGroup.V1Alpha1, ImagePullJob.KindName, typeof(ImagePullJob)),
        new("v1", "Secret", typeof(V1Secret)),
    ];

    private static readonly HashSet<string> _metadataFields = typeof(V1ObjectMeta).GetProperties()
        .Select(p => p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name)
        .OfType<string>()
        .ToHashSet(StringComparer.Ordinal);

    private static readonly FieldAttribute _plain = new("");
    private static readonly FieldAttribute _labels = new("") { Format = TextFormat.Labels };
    private static readonly FieldAttribute _name = new("") { Format = TextFormat.DnsSubdomain };
    private static readonly FieldAttribute _namespace = new("") { Format = TextFormat.DnsLabel };

    /// <summary>The rule for a field; null when a manifest may not have it.</summary>
    public static (FieldAttribute Info, bool IsRequired)? Of(Type type, string field)
    {
        if (type == typeof(V1ObjectMeta))
        {
            return field switch
            {
                "name" => (_name, true),
                "namespace" => (_namespace, false),
                "labels" => (_labels, false),
                "annotations" => (_plain, false),
                _ => null,
            };
        }

        if (typeof(IKubernetesObject).IsAssignableFrom(type))
        {
            return field switch
            {
                "apiVersion" or "kind" or "metadata" => (_plain, true),
                "spec" => (_plain, true),
                "status" => null,
                _ => (_plain, false),
            };
        }

        // The required fields of the CRD's schema, and of the label selector's.
        bool required = (type == typeof(ImagePullJobSpec) && field is ("image" or "completionPolicy"))
            || (type == typeof(V1LabelSelectorRequirement) && field is ("key" or "operator"));
        return (_plain, required);
    }

    /// <summary>Why a field that Kubernetes knows may not stand in a manifest; null for fields that nobody knows.</summary>
    public static string? WhyRefused(Type type, string field)
    {
        if (typeof(IKubernetesObject).IsAssignableFrom(type))
        {
            return field == "status" ? "is written by controllers, not by manifests" : null;
        }

        return type == typeof(V1ObjectMeta) && _metadataFields.Contains(field) ? "is the cluster's own or is not simulated" : null;
    }

    /// <summary>The kind of a document; null after a problem was reported.</summary>
    public static ManifestType? TypeOf(BindContext context, YamlNode node, FieldPath path)
    {
        if (node is not MappingNode mapping)
        {
            context.Error(node, path, new Finding($"found {node.Describe()}", "a Kubernetes object with apiVersion, kind and metadata"));
            return null;
        }

        string? apiVersion = Text(context, mapping, "apiVersion", path, Types.Select(t => t.ApiVersion));
        string? kind = Text(context, mapping, "kind", path, Types.Select(t => t.Kind));
        if (apiVersion is null || kind is null)
        {
            return null;
        }

        if (Types.FirstOrDefault(t => t.Kind == kind) is not { } type)
        {
            context.Error(
                BindContext.PositionOf(mapping.Find("kind")!.Value),
                path.Field("kind"),
                new Finding($"unknown kind {Quote.Text(kind)} ({Quote.Bare(apiVersion)})", Known, Nearest.Of(kind, Types.Select(t => t.Kind))));
            return null;
        }

        if (type.ApiVersion != apiVersion)
        {
            context.Error(
                BindContext.PositionOf(mapping.Find("apiVersion")!.Value),
                path.Field("apiVersion"),
                new Finding($"{Quote.Text(apiVersion)} has no kind {kind}", Known, type.ApiVersion));
            return null;
        }

        return type;
    }

    /// <summary>The kind that a document says it is, without complaint; null when it is none of the known.</summary>
    public static ManifestType? TypeOf(YamlNode node) =>
        node is MappingNode mapping && mapping.Find("kind")?.Value is ScalarNode kind ? Types.FirstOrDefault(t => t.Kind == kind.Value) : null;

    private static string Known => string.Join(", ", Types.Select(t => $"{t.Kind} ({t.ApiVersion})"));

    private static string? Text(BindContext context, MappingNode mapping, string field, FieldPath path, IEnumerable<string> known)
    {
        switch (mapping.Find(field)?.Value)
        {
            case ScalarNode { IsNull: false } scalar:
                return scalar.Value;
            case null or ScalarNode:
                string? misspelt = mapping.Entries.Select(e => e.Key.Value).FirstOrDefault(key => key != field && Nearest.Of(key, [field]) is not null);
                context.Error(
                    mapping.Find(misspelt ?? field)?.Key.Position ?? mapping.Position,
                    path,
                    new Finding(
                        misspelt is null ? $"the field {Quote.Text(field)} is missing" : $"unknown field {Quote.Text(misspelt)}",
                        misspelt is null ? string.Join(", ", known) : "apiVersion, kind, metadata and the fields of the kind",
                        misspelt is null ? null : field));
                return null;
            case { } other:
                context.Error(other, path.Field(field), new Finding($"found {other.Describe()}", string.Join(", ", known)));
                return null;
        }
    }
}
