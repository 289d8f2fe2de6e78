namespace Kruise.Core.Workloads;

/// <summary>Copies of labels and annotations; what is copied stays as it is.</summary>
public static class StringMaps
{
    /// <summary>A copy with one entry set.</summary>
    public static IDictionary<string, string> With(IDictionary<string, string>? map, string key, string value)
    {
        Dictionary<string, string> copy = Copy(map);
        copy[key] = value;
        return copy;
    }

    /// <summary>A copy without some entries; the map itself when it has none of them.</summary>
    public static IDictionary<string, string>? Without(IDictionary<string, string>? map, params ReadOnlySpan<string> keys)
    {
        Dictionary<string, string>? copy = null;
        foreach (string key in keys)
        {
            if (map is not null && map.ContainsKey(key))
            {
                copy ??= Copy(map);
                copy.Remove(key);
            }
        }

        return copy ?? map;
    }

    /// <summary>A copy.</summary>
    public static Dictionary<string, string> Copy(IDictionary<string, string>? map) =>
        map is null ? new Dictionary<string, string>(StringComparer.Ordinal) : new Dictionary<string, string>(map, StringComparer.Ordinal);
}
