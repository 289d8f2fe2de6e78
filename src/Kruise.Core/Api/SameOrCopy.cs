namespace Kruise.Core.Api;

/// <summary>Copies of lists in which something changed; the list itself when nothing did.</summary>
internal static class SameOrCopy
{
    public static IList<T>? Of<T>(IList<T>? list, Func<T, T> change)
        where T : class
    {
        List<T>? copy = null;
        for (int i = 0; i < (list?.Count ?? 0); i++)
        {
            T before = list![i];
            T after = change(before);
            if (!ReferenceEquals(before, after))
            {
                copy ??= [.. list];
                copy[i] = after;
            }
        }

        return copy ?? list;
    }
}
