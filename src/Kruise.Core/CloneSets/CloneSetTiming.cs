namespace Kruise.Core.CloneSets;

/// <summary>The pace of CloneSets, the same for every world that runs them.</summary>
public sealed record CloneSetTiming
{
    /// <summary>Ours.</summary>
    public static CloneSetTiming Default { get; } = new();

    /// <summary>v0.8.0's.</summary>
    public static CloneSetTiming OpenKruise08 { get; } = new() { Options = CloneSetOptions.OpenKruise08 };

    /// <summary>CloneSets worked on at a time (inventory §2.1).</summary>
    public int Workers { get; init; } = 3;

    /// <summary>The controller's constants.</summary>
    public CloneSetOptions Options { get; init; } = CloneSetOptions.Default;
}
