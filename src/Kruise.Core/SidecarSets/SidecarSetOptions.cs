namespace Kruise.Core.SidecarSets;

/// <summary>The SidecarSet controller's constants.</summary>
public sealed record SidecarSetOptions
{
    /// <summary>Ours. A pass updates at most 500 pods, as that of a CloneSet, so that a pause or an edit is noticed however many pods there are.</summary>
    public static SidecarSetOptions Default { get; } = new();

    /// <summary>v0.8.0's: a pass updates all that may be updated.</summary>
    public static SidecarSetOptions OpenKruise08 { get; } = new() { MaxPodsPerPass = int.MaxValue };

    /// <summary>Pods that one pass updates at most; positive.</summary>
    public int MaxPodsPerPass { get; init; } = 500;
}
