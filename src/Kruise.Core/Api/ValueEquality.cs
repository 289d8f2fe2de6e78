using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Equality by content for the collections inside API records (a record compares its collections by reference).</summary>
internal static class ValueEquality
{
    public static bool Same<T>(IReadOnlyList<T>? left, IReadOnlyList<T>? right) => Same(left, right, EqualityComparer<T>.Default.Equals);

    public static bool Same<T>(IReadOnlyList<T>? left, IReadOnlyList<T>? right, Func<T, T, bool> same)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left is null || right is null || left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (!same(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    public static bool Same<T>(IReadOnlyDictionary<string, T>? left, IReadOnlyDictionary<string, T>? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left is null || right is null || left.Count != right.Count)
        {
            return false;
        }

        var comparer = EqualityComparer<T>.Default;
        foreach ((string key, T value) in left)
        {
            if (!right.TryGetValue(key, out T? other) || !comparer.Equals(value, other))
            {
                return false;
            }
        }

        return true;
    }

    public static bool Same(IDictionary<string, string>? left, IDictionary<string, string>? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left is null || right is null || left.Count != right.Count)
        {
            return false;
        }

        foreach ((string key, string value) in left)
        {
            if (!right.TryGetValue(key, out string? other) || !string.Equals(value, other, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    public static bool Same(V1LabelSelector? left, V1LabelSelector? right) =>
        ReferenceEquals(left, right)
        || (left is not null
            && right is not null
            && Same(left.MatchLabels, right.MatchLabels)
            && Same(List(left.MatchExpressions), List(right.MatchExpressions), Same));

    public static bool Same(V1LabelSelectorRequirement left, V1LabelSelectorRequirement right) =>
        left.Key == right.Key
        && left.OperatorProperty == right.OperatorProperty
        && (left.Values ?? []).SequenceEqual(right.Values ?? [], StringComparer.Ordinal);

    private static IReadOnlyList<T>? List<T>(IList<T>? list) => list is null ? null : list as IReadOnlyList<T> ?? [.. list];
}
