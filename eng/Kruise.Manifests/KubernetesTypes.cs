using System.Text.Json.Nodes;
using k8s.Models;

namespace Kruise.Manifests;

/// <summary>The schemas of Kubernetes' own types inside ours, spelled out: their records carry no doc comments that a CRD could use.</summary>
internal static class KubernetesTypes
{
    /// <summary>Null for a type that is not Kubernetes' own.</summary>
    public static JsonObject? Of(Type type) =>
        type == typeof(V1LabelSelectorRequirement) ? Requirement()
        : type == typeof(V1LabelSelector) ? Selector()
        : type == typeof(V1ObjectReference) ? Reference()
        : type == typeof(V1PodTemplateSpec) ? Open("A pod, as Kubernetes describes it: metadata and spec.")
        : type == typeof(V1PersistentVolumeClaim) ? Open("A claim, as Kubernetes describes it: metadata and spec.")
        : type == typeof(V1Volume) ? Open("A volume, as Kubernetes describes it: a name and a source.")
        : null;

    /// <summary>Whether a record of ours adds fields to a type of Kubernetes' own, which is open as that type is.</summary>
    public static bool IsExtended(Type type) => type.BaseType is { } parent && parent.Assembly == typeof(V1Container).Assembly;

    /// <summary>Lets the fields of Kubernetes' own type pass beside those that a schema has.</summary>
    public static void LeaveOpen(JsonObject schema) => schema["x-kubernetes-preserve-unknown-fields"] = true;

    // Of pods and claims each API server knows its own version. A schema of ours would drop what a newer one has, or would have to let unknown fields pass at
    // every level and be twenty times the size of the rest; so they are open, as upstream's are, and the webhook says what is wrong with them.
    private static JsonObject Open(string description)
    {
        var schema = new JsonObject { ["description"] = description, ["type"] = "object" };
        LeaveOpen(schema);
        return schema;
    }

    private static JsonObject Selector() => new()
    {
        ["description"] = "Selects objects by their labels: all of matchLabels and matchExpressions must hold.",
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["matchExpressions"] = new JsonObject
            {
                ["description"] = "Requirements that must hold.",
                ["type"] = "array",
                ["items"] = Requirement(),
            },
            ["matchLabels"] = new JsonObject
            {
                ["description"] = "Labels that an object must carry, with their values.",
                ["type"] = "object",
                ["additionalProperties"] = new JsonObject { ["type"] = "string" },
            },
        },
        ["x-kubernetes-map-type"] = "atomic",
    };

    private static JsonObject Requirement() => new()
    {
        ["description"] = "A requirement on one label: its key, how it is compared, and with what.",
        ["type"] = "object",
        ["required"] = new JsonArray("key", "operator"),
        ["properties"] = new JsonObject
        {
            ["key"] = Text("The label's key."),
            ["operator"] = new JsonObject
            {
                ["description"] = "How the label is compared with the values.",
                ["type"] = "string",
                ["enum"] = new JsonArray("In", "NotIn", "Exists", "DoesNotExist"),
            },
            ["values"] = new JsonObject
            {
                ["description"] = "At least one with In and NotIn, none with Exists and DoesNotExist.",
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = "string" },
            },
        },
    };

    private static JsonObject Reference() => new()
    {
        ["description"] = "Names one object.",
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["apiVersion"] = Text("The API group and version of the object."),
            ["fieldPath"] = Text("A part of the object, where not the whole is meant."),
            ["kind"] = Text("The kind of the object."),
            ["name"] = Text("The name of the object."),
            ["namespace"] = Text("The namespace of the object."),
            ["resourceVersion"] = Text("The version of the object that was looked at."),
            ["uid"] = Text("The identity of the object, which another one of the same name does not have."),
        },
        ["x-kubernetes-map-type"] = "atomic",
    };

    private static JsonObject Text(string description) => new() { ["description"] = description, ["type"] = "string" };
}
