using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Live.Cluster;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>
/// Reads an object that somebody wants to store, which the API server has not checked against the CRD yet: anything may be in it. A null member is taken as
/// absent, as in Go; a null in a list that is read here is refused.
/// </summary>
internal static class ObjectReader
{
    /// <summary>The object that a step takes.</summary>
    /// <exception cref="JsonException">It cannot be one; the message says which field is wrong.</exception>
    public static IKubernetesObject<V1ObjectMeta> Read(JsonElement element, AdmissionStep step)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"the request holds no {step.Kind}");
        }

        string apiVersion = ResourceKind.Of(step.ModelType).ApiVersion;
        if (Text(element, "kind") != step.Kind || Text(element, "apiVersion") != apiVersion)
        {
            throw new JsonException(
                $"the request holds a {Text(element, "kind")} of {Text(element, "apiVersion")}; this path takes {step.Kind} of {apiVersion}");
        }

        if (step.ModelType != typeof(ImagePullJob) && step.ModelType != typeof(NodeImage))
        {
            RefuseNulls(element, "");
        }

        object read = Read(element, KubeJson.Default.GetTypeInfo(step.ModelType)!);
        switch (read)
        {
            case ImagePullJob job:
                RefuseNulls(job);
                break;
            case NodeImage nodeImage:
                RefuseNulls(nodeImage);
                break;
        }

        var obj = (IKubernetesObject<V1ObjectMeta>)read;
        obj.Metadata ??= new V1ObjectMeta();
        return obj;
    }

    private static object Read(JsonElement element, JsonTypeInfo type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WriteWithoutNulls(writer, element, isTop: true);
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

    // Nobody here asks who set which field, and it may be half of a large object.
    private static void WriteWithoutNulls(Utf8JsonWriter writer, JsonElement element, bool isTop = false, bool isMetadata = false)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in element.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
                {
                    if (isMetadata && member.NameEquals("managedFields"))
                    {
                        continue;
                    }

                    writer.WritePropertyName(member.Name);
                    WriteWithoutNulls(writer, member.Value, isMetadata: isTop && member.NameEquals("metadata"));
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
