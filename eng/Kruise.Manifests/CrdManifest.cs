using System.Reflection;
using System.Text.Json.Nodes;
using Kruise.Core.Api;
using Kruise.Live.Install.Ownership;
using Kruise.Live.Install.Templates;

namespace Kruise.Manifests;

/// <summary>Makes the CRD of a kind.</summary>
internal static class CrdManifest
{
    public static string Yaml(CrdKind kind, XmlDocs docs)
    {
        string name = kind.Type.Name;
        var names = new JsonObject
        {
            ["kind"] = name,
            ["listKind"] = name + "List",
            ["plural"] = kind.Plural,
            ["singular"] = name.ToLowerInvariant(),
            ["categories"] = new JsonArray("kruise"),
        };
        if (kind.ShortNames.Count > 0)
        {
            names["shortNames"] = new JsonArray(kind.ShortNames.Select(s => (JsonNode)s).ToArray());
        }

        var crd = new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{kind.Plural}.{KruiseGroup.Name}",
                ["labels"] = new JsonObject { [OwnershipCheck.Label] = OwnershipCheck.Ours },
            },
            ["spec"] = new JsonObject
            {
                ["group"] = KruiseGroup.Name,
                ["names"] = names,
                ["scope"] = kind.IsNamespaced ? "Namespaced" : "Cluster",
                ["versions"] = new JsonArray(Version(kind, docs)),
            },
        };
        return YamlText.Of(crd) + "\n";
    }

    private static JsonObject Version(CrdKind kind, XmlDocs docs) => new()
    {
        ["name"] = KruiseGroup.V1Alpha1[(KruiseGroup.Name.Length + 1)..],
        ["served"] = true,
        ["storage"] = true,
        ["subresources"] = Subresources(kind),
        ["additionalPrinterColumns"] = new JsonArray(kind.Columns.Select(column => (JsonNode)Column(kind, column.Header, column.Path, docs)).ToArray()),
        ["schema"] = new JsonObject { ["openAPIV3Schema"] = new CrdSchema(docs).OfKind(kind.Type) },
    };

    private static JsonObject Subresources(CrdKind kind)
    {
        var subresources = new JsonObject { ["status"] = new JsonObject() };
        if (kind.IsScalable)
        {
            subresources["scale"] = new JsonObject
            {
                ["specReplicasPath"] = Existing(kind, ".spec.replicas"),
                ["statusReplicasPath"] = Existing(kind, ".status.replicas"),
                ["labelSelectorPath"] = Existing(kind, ".status.labelSelector"),
            };
        }

        return subresources;
    }

    private static string Existing(CrdKind kind, string path)
    {
        CrdSchema.At(kind.Type, path);
        return path;
    }

    private static JsonObject Column(CrdKind kind, string header, string path, XmlDocs docs)
    {
        if (path == ".metadata.creationTimestamp")
        {
            return new JsonObject { ["name"] = header, ["type"] = "date", ["description"] = "Time since the object was made.", ["jsonPath"] = path };
        }

        PropertyInfo field = CrdSchema.At(kind.Type, path);
        return new JsonObject
        {
            ["name"] = header,
            ["type"] = CrdSchema.TypeName(field.PropertyType),
            ["description"] = docs.For(field),
            ["jsonPath"] = path,
        };
    }
}
