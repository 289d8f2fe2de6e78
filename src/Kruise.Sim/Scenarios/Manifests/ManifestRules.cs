using System.Reflection;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Manifests;

/// <summary>A kind that manifests may have.</summary>
internal sealed record ManifestType(string ApiVersion, string Kind, Type Type)
{
    /// <summary>Whether its objects belong to namespaces.</summary>
    public bool IsNamespaced { get; init; } = true;
}

/// <summary>How a field of a manifest is read; its own type where that is not the one of the property.</summary>
internal sealed record FieldRule(FieldAttribute Info, bool IsRequired, FieldType? Type = null);

/// <summary>What a manifest may and must say, beyond the names and types that the Kubernetes models give.</summary>
internal static class ManifestRules
{
    public static readonly IReadOnlyList<ManifestType> Types =
    [
        new(KruiseGroup.V1Alpha1, ImagePullJob.KindName, typeof(ImagePullJob)),
        new(KruiseGroup.V1Alpha1, CloneSet.KindName, typeof(CloneSet)),
        new(KruiseGroup.V1Alpha1, SidecarSet.KindName, typeof(SidecarSet)) { IsNamespaced = false },
        new("v1", V1Secret.KubeKind, typeof(V1Secret)),
        new("v1", V1PersistentVolumeClaim.KubeKind, typeof(V1PersistentVolumeClaim)),
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
    public static FieldRule? Of(Type type, bool inTemplate, PropertyInfo property, string field)
    {
        if (type == typeof(V1ObjectMeta))
        {
            return OfMetadata(inTemplate, field);
        }

        if (typeof(IKubernetesObject).IsAssignableFrom(type))
        {
            return field switch
            {
                "apiVersion" or "kind" => new FieldRule(_plain, !inTemplate),
                "metadata" or "spec" => new FieldRule(_plain, true),
                "status" => null,
                _ => new FieldRule(_plain, false),
            };
        }

        if (PodFields.Of(type, field) is { } known)
        {
            if (known.Use == PodFieldUse.Refused)
            {
                return null;
            }

            string description = known.Use == PodFieldUse.Inert ? $"Without effect: {known.Why}." : char.ToUpperInvariant(known.Why[0]) + known.Why[1..] + ".";
            FieldType? metadata = type == typeof(V1PodTemplateSpec) && field == "metadata" ? new RecordType(typeof(V1ObjectMeta), inTemplate: true) : null;
            return new FieldRule(new FieldAttribute(description) { Only = known.Only?.ToArray() }, known.IsRequired, metadata);
        }

        if (type == typeof(V1LabelSelectorRequirement))
        {
            return new FieldRule(_plain, field is "key" or "operator");
        }

        // As the CRD's schema has it.
        SchemaAttribute? schema = property.GetCustomAttribute<SchemaAttribute>();
        FieldType? claims = type == typeof(CloneSetSpec) && field == "volumeClaimTemplates"
            ? new ListType(typeof(V1PersistentVolumeClaim), new RecordType(typeof(V1PersistentVolumeClaim), inTemplate: true))
            : null;
        return new FieldRule(schema?.Values is { } values ? new FieldAttribute("") { Only = values } : _plain, schema?.Required ?? false, claims);
    }

    /// <summary>Why a field that Kubernetes knows may not stand in a manifest; null for fields that nobody knows.</summary>
    public static string? WhyRefused(RecordShape shape, string field)
    {
        if (PodFields.Of(shape.Type, field) is { Use: PodFieldUse.Refused } refused)
        {
            return refused.Why;
        }

        if (typeof(IKubernetesObject).IsAssignableFrom(shape.Type))
        {
            return field == "status" ? "is written by controllers, not by manifests" : null;
        }

        return shape.Type == typeof(V1ObjectMeta) && _metadataFields.Contains(field) ? "is the cluster's own or is not simulated" : null;
    }

    // Pods are named by their controller: what a template says of it has no effect on a cluster either. Finalizers go from the template to every pod.
    private static FieldRule? OfMetadata(bool inTemplate, string field) => field switch
    {
        "name" => new FieldRule(_name, !inTemplate),
        "namespace" => new FieldRule(_namespace, false),
        "labels" => new FieldRule(_labels, false),
        "annotations" => new FieldRule(_plain, false),
        "finalizers" when inTemplate => new FieldRule(_plain, false),
        _ => null,
    };

    /// <summary>The kind of a document; null after a problem was reported.</summary>
    public static ManifestType? TypeOf(BindContext context, YamlNode node, FieldPath path)
    {
        if (node is not MappingNode mapping)
        {
            context.Error(node, path, new Finding($"found {node.Describe()}", "a Kubernetes object with apiVersion, kind and metadata"));
            return null;
        }

        string? apiVersion = Text(context, mapping, "apiVersion", path, Types.Select(t => t.ApiVersion).Distinct(StringComparer.Ordinal));
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
