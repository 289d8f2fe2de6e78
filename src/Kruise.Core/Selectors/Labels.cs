namespace Kruise.Core.Selectors;

/// <summary>Comparison of label maps.</summary>
internal static class Labels
{
    /// <summary>Whether two objects carry the same labels; none and an empty map are the same.</summary>
    public static bool Same(IDictionary<string, string>? left, IDictionary<string, string>? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if ((left?.Count ?? 0) != (right?.Count ?? 0))
        {
            return false;
        }

        foreach ((string key, string value) in left ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (!right!.TryGetValue(key, out string? other) || !string.Equals(value, other, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
