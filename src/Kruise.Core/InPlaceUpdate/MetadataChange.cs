using System.Buffers;
using System.Text.Json;
using k8s.Models;
using Kruise.Core.Workloads;

namespace Kruise.Core.InPlaceUpdate;

/// <summary>The difference between the metadata of two templates, to be made in a pod: what neither template speaks of is left alone.</summary>
/// <param name="Labels">Labels to set, or to remove where the value is null; in ordinal order.</param>
/// <param name="Annotations">Annotations likewise.</param>
/// <param name="AddedFinalizers">Finalizers that only the new template has.</param>
/// <param name="RemovedFinalizers">Finalizers that only the old template had.</param>
public sealed record MetadataChange(
    IReadOnlyList<KeyValuePair<string, string?>> Labels,
    IReadOnlyList<KeyValuePair<string, string?>> Annotations,
    IReadOnlyList<string> AddedFinalizers,
    IReadOnlyList<string> RemovedFinalizers)
{
    private const string DeleteFinalizers = "$deleteFromPrimitiveList/finalizers";

    /// <summary>The change from one template's metadata to another's; null when there is none.</summary>
    public static MetadataChange? Of(V1ObjectMeta? old, V1ObjectMeta? @new)
    {
        var change = new MetadataChange(
            Difference(old?.Labels, @new?.Labels),
            Difference(old?.Annotations, @new?.Annotations),
            [.. (@new?.Finalizers ?? []).Except(old?.Finalizers ?? [], StringComparer.Ordinal)],
            [.. (old?.Finalizers ?? []).Except(@new?.Finalizers ?? [], StringComparer.Ordinal)]);
        return change.Labels.Count + change.Annotations.Count + change.AddedFinalizers.Count + change.RemovedFinalizers.Count == 0 ? null : change;
    }

    /// <summary>The metadata with the change made.</summary>
    public V1ObjectMeta ApplyTo(V1ObjectMeta metadata) => metadata with
    {
        Labels = Apply(Labels, metadata.Labels),
        Annotations = Apply(Annotations, metadata.Annotations),
        Finalizers = AddedFinalizers.Count + RemovedFinalizers.Count == 0
            ? metadata.Finalizers
            : [.. (metadata.Finalizers ?? []).Except(RemovedFinalizers, StringComparer.Ordinal).Union(AddedFinalizers, StringComparer.Ordinal)],
    };

    /// <summary>The change as a strategic merge patch of a pod, which is how upstream keeps it.</summary>
    internal byte[] ToPatch()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("metadata");
            Write(writer, DeleteFinalizers, RemovedFinalizers);
            Write(writer, "annotations", Annotations);
            Write(writer, "finalizers", AddedFinalizers);
            Write(writer, "labels", Labels);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Reads a strategic merge patch. A whole map or list that upstream sets to null (its template lost the last entry) is left alone: taken by
    /// its word it would remove what others set too, the update's own annotations among it.
    /// </summary>
    /// <exception cref="JsonException">It is no such patch.</exception>
    internal static MetadataChange FromPatch(ReadOnlyMemory<byte> patch)
    {
        using var document = JsonDocument.Parse(patch);
        JsonElement metadata = Member(document.RootElement, "metadata", JsonValueKind.Object);
        return new MetadataChange(
            Map(Member(metadata, "labels", JsonValueKind.Object)),
            Map(Member(metadata, "annotations", JsonValueKind.Object)),
            List(Member(metadata, "finalizers", JsonValueKind.Array)),
            List(Member(metadata, DeleteFinalizers, JsonValueKind.Array)));
    }

    private static IReadOnlyList<KeyValuePair<string, string?>> Difference(IDictionary<string, string>? old, IDictionary<string, string>? @new)
    {
        var difference = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (string key in old?.Keys ?? [])
        {
            if (@new is null || !@new.ContainsKey(key))
            {
                difference[key] = null;
            }
        }

        foreach ((string key, string value) in @new ?? StringMaps.Copy(null))
        {
            if (old is null || !old.TryGetValue(key, out string? before) || before != value)
            {
                difference[key] = value;
            }
        }

        return [.. difference];
    }

    private static IDictionary<string, string>? Apply(IReadOnlyList<KeyValuePair<string, string?>> changes, IDictionary<string, string>? map)
    {
        if (changes.Count == 0)
        {
            return map;
        }

        Dictionary<string, string> copy = StringMaps.Copy(map);
        foreach ((string key, string? value) in changes)
        {
            if (value is null)
            {
                copy.Remove(key);
            }
            else
            {
                copy[key] = value;
            }
        }

        return copy;
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<KeyValuePair<string, string?>> map)
    {
        if (map.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach ((string key, string? value) in map)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<string> list)
    {
        if (list.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (string item in list)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }

    private static JsonElement Member(JsonElement parent, string name, JsonValueKind kind) =>
        parent.ValueKind == JsonValueKind.Undefined ? default
        : parent.ValueKind != JsonValueKind.Object ? throw new JsonException("A patch must be an object.")
        : !parent.TryGetProperty(name, out JsonElement member) || member.ValueKind == JsonValueKind.Null ? default
        : member.ValueKind == kind ? member
        : throw new JsonException($"\"{name}\" must be of kind {kind}.");

    private static KeyValuePair<string, string?>[] Map(JsonElement map) => map.ValueKind == JsonValueKind.Undefined
        ? []
        :
        [
            .. map.EnumerateObject()
                .Select(entry => KeyValuePair.Create(entry.Name, Text(entry.Value)))
                .OrderBy(entry => entry.Key, StringComparer.Ordinal),
        ];

    private static string[] List(JsonElement list) =>
        list.ValueKind == JsonValueKind.Undefined
            ? []
            : [.. list.EnumerateArray().Select(item => Text(item) ?? throw new JsonException("A finalizer must be text."))];

    private static string? Text(JsonElement value) =>
        value.ValueKind is JsonValueKind.String or JsonValueKind.Null ? value.GetString() : throw new JsonException("A value must be text.");
}
