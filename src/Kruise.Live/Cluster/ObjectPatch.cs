using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Kruise.Live.Cluster;

/// <summary>
/// What of an object has changed, as a patch: the API server leaves everything else as it is, whether or not this program knows it. Guarded by the object's uid
/// and resourceVersion. For Kubernetes' own kinds a strategic merge patch, which merges lists entry by entry; for ours, as CRDs know no other, and for revisions
/// a JSON merge patch (RFC 7386), which replaces them.
/// </summary>
internal static class ObjectPatch
{
    private const string StrategicMediaType = "application/strategic-merge-patch+json";
    private const string MergeMediaType = "application/merge-patch+json";

    private const string Directive = "$patch";
    private const string DeleteFromSet = "$deleteFromPrimitiveList/";
    private const string Finalizers = "finalizers";

    /// <summary>Lists that the API server merges entry by entry, with what names an entry: the patchMergeKey of Kubernetes' types.</summary>
    private static readonly Dictionary<string, string> _mergeKeys = new(StringComparer.Ordinal)
    {
        ["conditions"] = "type",
        ["containers"] = "name",
        ["env"] = "name",
        ["ephemeralContainers"] = "name",
        ["hostAliases"] = "ip",
        ["imagePullSecrets"] = "name",
        ["initContainers"] = "name",
        ["ownerReferences"] = "uid",
        ["podIPs"] = "ip",
        ["ports"] = "containerPort",
        ["topologySpreadConstraints"] = "topologyKey",
        ["volumeDevices"] = "devicePath",
        ["volumeMounts"] = "mountPath",
        ["volumes"] = "name",
    };

    /// <summary>The media type of patches of a kind.</summary>
    public static string MediaTypeOf(ResourceKind kind) => IsStrategic(kind) ? StrategicMediaType : MergeMediaType;

    // A strategic patch makes the API server write the whole object anew, and a revision's data, which nobody may change, must stay the same to the byte: quotes
    // are written \u0022 here and \" there.
    private static bool IsStrategic(ResourceKind kind) => !kind.IsOurs && kind != ResourceKind.Of<V1ControllerRevision>();

    /// <summary>A patch of metadata and spec, or of the status alone.</summary>
    public static JsonObject Of(IKubernetesObject<V1ObjectMeta> from, IKubernetesObject<V1ObjectMeta> to, bool ofStatus)
    {
        bool strategic = IsStrategic(ResourceKind.Of(to.GetType()));
        JsonObject before = Json(from), after = Json(to);
        var patch = new JsonObject();
        if (ofStatus)
        {
            Member(patch, "status", before["status"], after["status"], strategic);
        }
        else
        {
            before.Remove("status");
            after.Remove("status");
            (before["metadata"] as JsonObject)?.Remove("resourceVersion");
            (after["metadata"] as JsonObject)?.Remove("resourceVersion");
            patch = Map(before, after, strategic);
        }

        var metadata = patch["metadata"] as JsonObject ?? [];
        metadata["uid"] = to.Metadata.Uid;
        metadata["resourceVersion"] = to.Metadata.ResourceVersion;
        patch["metadata"] = metadata;
        return patch;
    }

    private static JsonObject Map(JsonObject before, JsonObject after, bool strategic)
    {
        var patch = new JsonObject();
        foreach ((string name, JsonNode? value) in after)
        {
            Member(patch, name, before[name], value, strategic);
        }

        foreach ((string name, JsonNode? value) in before)
        {
            if (value is not null && !after.ContainsKey(name))
            {
                patch[name] = null;
            }
        }

        return patch;
    }

    private static void Member(JsonObject patch, string name, JsonNode? before, JsonNode? after, bool strategic)
    {
        switch (before, after)
        {
            case (JsonObject left, JsonObject right):
                JsonObject inner = Map(left, right, strategic);
                if (inner.Count > 0)
                {
                    patch[name] = inner;
                }

                break;
            case (JsonArray left, JsonArray right) when strategic && !JsonNode.DeepEquals(left, right):
                List(patch, name, left, right);
                break;
            default:
                if (!JsonNode.DeepEquals(before, after))
                {
                    patch[name] = after?.DeepClone();
                }

                break;
        }
    }

    private static void List(JsonObject patch, string name, JsonArray before, JsonArray after)
    {
        if (name == Finalizers)
        {
            Set(patch, name, before, after);
        }
        else if (!_mergeKeys.TryGetValue(name, out string? key))
        {
            patch[name] = after.DeepClone();
        }
        else if (IsKeyedBy(before, key) && IsKeyedBy(after, key))
        {
            JsonArray entries = Entries(before, after, key);
            if (entries.Count > 0)
            {
                patch[name] = entries;
            }
        }
        else
        {
            patch[name] = new JsonArray([new JsonObject { [Directive] = "replace" }, .. after.Select(entry => entry?.DeepClone())]);
        }
    }

    // Sent are those that are new or differ, each with its key, and those that are gone.
    private static JsonArray Entries(JsonArray before, JsonArray after, string key)
    {
        Dictionary<string, JsonObject> old = ByKey(before, key), current = ByKey(after, key);
        var entries = new JsonArray();
        foreach ((string value, JsonObject entry) in current)
        {
            JsonObject change = old.TryGetValue(value, out JsonObject? was) ? Map(was, entry, strategic: true) : (JsonObject)entry.DeepClone();
            if (change.Count > 0)
            {
                change[key] = entry[key]!.DeepClone();
                entries.Add((JsonNode)change);
            }
        }

        foreach ((string value, JsonObject entry) in old)
        {
            if (!current.ContainsKey(value))
            {
                entries.Add((JsonNode)new JsonObject { [key] = entry[key]!.DeepClone(), [Directive] = "delete" });
            }
        }

        return entries;
    }

    private static void Set(JsonObject patch, string name, JsonArray before, JsonArray after)
    {
        string[] old = [.. before.Select(Text)], current = [.. after.Select(Text)];
        string[] added = [.. current.Except(old, StringComparer.Ordinal)], removed = [.. old.Except(current, StringComparer.Ordinal)];
        if (added.Length > 0)
        {
            patch[name] = new JsonArray([.. added.Select(value => (JsonNode)JsonValue.Create(value))]);
        }

        if (removed.Length > 0)
        {
            patch[DeleteFromSet + name] = new JsonArray([.. removed.Select(value => (JsonNode)JsonValue.Create(value))]);
        }
    }

    private static bool IsKeyedBy(JsonArray list, string key)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return list.All(entry => entry is JsonObject fields && fields[key] is JsonValue value && seen.Add(Text(value)));
    }

    private static Dictionary<string, JsonObject> ByKey(JsonArray list, string key) =>
        list.Cast<JsonObject>().ToDictionary(entry => Text(entry[key]), entry => entry, StringComparer.Ordinal);

    private static string Text(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node?.ToJsonString() ?? "";

    private static JsonObject Json(IKubernetesObject<V1ObjectMeta> obj) => JsonNode.Parse(ResourceKind.Of(obj.GetType()).Write(obj))!.AsObject();
}
