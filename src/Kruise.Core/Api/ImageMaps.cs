namespace Kruise.Core.Api;

/// <summary>Walks the maps of NodeImages in an order that does not depend on how they were built.</summary>
internal static class ImageMaps
{
    /// <summary>The entries, ordinal by image name.</summary>
    public static IEnumerable<KeyValuePair<string, T>> InOrder<T>(this IReadOnlyDictionary<string, T> images) =>
        images.Count < 2 || images is SortedList<string, T> ? images : images.OrderBy(entry => entry.Key, StringComparer.Ordinal);

    /// <summary>A copy that can be changed.</summary>
    public static SortedList<string, T> Copy<T>(this IReadOnlyDictionary<string, T>? images)
    {
        var copy = new SortedList<string, T>((images?.Count ?? 0) + 1, StringComparer.Ordinal);
        if (images is not null)
        {
            foreach ((string name, T value) in images)
            {
                copy.Add(name, value);
            }
        }

        return copy;
    }
}
