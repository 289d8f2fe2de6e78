using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Live.Cluster;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>
/// Reads an object that somebody wants to store, which the API server has not checked against the CRD yet: anything may be in it. A null member is taken as
/// absent, as in Go; a null in a list that is read here is refused.
/// </summary>
internal static class ObjectReader
{
    /// <summary>The object of a kind.</summary>
    /// <exception cref="JsonException">It cannot be one; the message says which field is wrong.</exception>
    public static IKubernetesObject<V1ObjectMeta> Read(JsonElement element, string kind)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"the request holds no {kind}");
        }

        if (Text(element, "kind") != kind || Text(element, "apiVersion") != KruiseGroup.V1Alpha1)
        {
            throw new JsonException(
                $"the request holds a {Text(element, "kind")} of {Text(element, "apiVersion")}; this path takes {kind} of {KruiseGroup.V1Alpha1}");
        }

        if (kind == ImagePullJob.KindName)
        {
            ImagePullJob job = Read(element, KubeJson.Default.ImagePullJob);
            RefuseNulls(job);
            return job;
        }

        if (kind == CloneSet.KindName)
        {
            RefuseNulls(element, "");
            return Read(element, KubeJson.Default.CloneSet);
        }

        NodeImage nodeImage = Read(element, KubeJson.Default.NodeImage);
        RefuseNulls(nodeImage);
        return nodeImage;
    }

    private static T Read<T>(JsonElement element, JsonTypeInfo<T> type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteWithoutNulls(writer, element);
        }

        try
        {
            return JsonSerializer.Deserialize(buffer.WrittenSpan, type)!;
        }
        catch (JsonException e)
        {
            string field = e.Path is { Length: > 2 } path ? path[2..] : "the object";
            throw new JsonException($"{field}: the value has a type or a form that the field does not take", e);
        }
        catch (Exception e) when (e is NotSupportedException or FormatException or InvalidOperationException)
        {
            // Converters of Kubernetes' own types have errors of their own.
            throw new JsonException($"the object cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static void WriteWithoutNulls(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in element.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
                {
                    writer.WritePropertyName(member.Name);
                    WriteWithoutNulls(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    WriteWithoutNulls(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static void RefuseNulls(ImagePullJob job)
    {
        RefuseNulls(job.Spec.PullSecrets, "spec.pullSecrets");
        RefuseNulls(job.Spec.Selector?.Names, "spec.selector.names");
        RefuseNulls(job.Spec.Selector?.MatchExpressions, "spec.selector.matchExpressions");
    }

    private static void RefuseNulls(NodeImage nodeImage)
    {
        foreach ((string name, ImageSpec image) in nodeImage.Spec.Images ?? new Dictionary<string, ImageSpec>(StringComparer.Ordinal))
        {
            RefuseNulls(image.Tags, $"spec.images[{name}].tags");
            RefuseNulls(image.PullSecrets, $"spec.images[{name}].pullSecrets");
        }
    }

    private static void RefuseNulls(IReadOnlyList<object?>? list, string field)
    {
        for (int i = 0; i < (list?.Count ?? 0); i++)
        {
            if (list![i] is null)
            {
                throw new JsonException($"{field}[{i}]: must not be null");
            }
        }
    }

    // A template is open to anything, and there is a list in every corner of it.
    private static void RefuseNulls(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in element.EnumerateObject())
            {
                RefuseNulls(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}");
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            for (int i = 0; i < element.GetArrayLength(); i++)
            {
                if (element[i].ValueKind == JsonValueKind.Null)
                {
                    throw new JsonException($"{path}[{i}]: must not be null");
                }

                RefuseNulls(element[i], $"{path}[{i}]");
            }
        }
    }

    private static string? Text(JsonElement obj, string name) =>
        obj.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
