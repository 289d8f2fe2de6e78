namespace Kruise.Core.SidecarSets;

/// <summary>The pace of SidecarSets, the same for every world that runs them.</summary>
public sealed record SidecarSetTiming
{
    /// <summary>Ours.</summary>
    public static SidecarSetTiming Default { get; } = new();

    /// <summary>v0.8.0's.</summary>
    public static SidecarSetTiming OpenKruise08 { get; } = new() { Options = SidecarSetOptions.OpenKruise08 };

    /// <summary>SidecarSets worked on at a time (inventory §2.1).</summary>
    public int Workers { get; init; } = 3;

    /// <summary>The controller's constants.</summary>
    public SidecarSetOptions Options { get; init; } = SidecarSetOptions.Default;
}
