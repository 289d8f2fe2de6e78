namespace Kruise.Live.Cluster;

/// <summary>Which objects of a kind are listed and watched.</summary>
/// <param name="Namespace">One namespace; null for all.</param>
/// <param name="Name">One name; null for all.</param>
internal sealed record ListScope(string? Namespace = null, string? Name = null)
{
    public static ListScope Everything { get; } = new();

    /// <summary>The path of the scope's list with its selector, ready for further parameters.</summary>
    public string PathOf(ResourceKind kind) =>
        kind.ListPath(Namespace) + (Name is null ? "?" : "?fieldSelector=" + Uri.EscapeDataString("metadata.name=" + Name) + "&");
}
