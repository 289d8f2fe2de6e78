using System.Collections;
using System.Reflection;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>
/// A JSON merge patch (RFC 7386) of a record, already bound to the record's fields: what it does not mention stays, null takes a field away, records and maps are
/// patched in turn, and everything else is replaced.
/// </summary>
internal sealed class MergePatch(MappingNode node, IReadOnlyList<MergePatch.Change> changes)
{
    /// <summary>What happens to one field: it gets the value, or the patch is applied to what it has.</summary>
    internal sealed record Change(PropertyInfo Property, object? Value, MergePatch? Inner, IReadOnlyDictionary<string, object?>? Entries);

    /// <summary>The patch as it was written.</summary>
    public MappingNode Node { get; } = node;

    /// <summary>A copy of the record with the patch applied; the record itself does not change.</summary>
    public T Apply<T>(T record)
        where T : class => (T)Apply(record, typeof(T));

    /// <summary>The tree that a patched document would have been read from, for places in messages.</summary>
    public static YamlNode Merge(YamlNode? target, YamlNode patch)
    {
        if (patch is not MappingNode mapping)
        {
            return patch;
        }

        MappingNode merged = target as MappingNode ?? new MappingNode(patch.Position, []);
        foreach ((ScalarNode key, YamlNode value) in mapping.Entries)
        {
            // The keys of what is replaced are replaced as well, so that both are found in the patch.
            IEnumerable<MappingEntry> others = merged.Entries.Where(entry => entry.Key.Value != key.Value);
            merged = value is ScalarNode { IsNull: true }
                ? new MappingNode(merged.Position, [.. others])
                : new MappingNode(merged.Position, [.. others, new MappingEntry(key, Merge(merged.Find(key.Value)?.Value, value))]);
        }

        return merged;
    }

    private object Apply(object? record, Type type)
    {
        object fresh = Activator.CreateInstance(type)!;
        object copy = record is null ? fresh : type.GetMethod("<Clone>$")!.Invoke(record, null)!;
        foreach (Change change in changes)
        {
            PropertyInfo property = change.Property;
            object? value = change.Inner is { } inner ? inner.Apply(property.GetValue(copy), property.PropertyType)
                : change.Entries is { } entries ? Merged(property, property.GetValue(copy), entries)
                : change.Value ?? property.GetValue(fresh);
            property.SetValue(copy, value);
        }

        return copy;
    }

    private static object Merged(PropertyInfo property, object? current, IReadOnlyDictionary<string, object?> entries)
    {
        Type element = property.PropertyType.GetGenericArguments()[1];
        var map = (IDictionary)Activator.CreateInstance(typeof(SortedDictionary<,>).MakeGenericType(typeof(string), element), StringComparer.Ordinal)!;
        foreach (DictionaryEntry entry in (IDictionary?)current ?? new Dictionary<string, object>(StringComparer.Ordinal))
        {
            map[entry.Key] = entry.Value;
        }

        foreach ((string key, object? value) in entries)
        {
            if (value is null)
            {
                map.Remove(key);
            }
            else
            {
                map[key] = value;
            }
        }

        return map;
    }
}
