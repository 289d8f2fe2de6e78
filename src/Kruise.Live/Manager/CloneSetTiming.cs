using Kruise.Core.CloneSets;
using Kruise.Core.ImagePull;

namespace Kruise.Live.Manager;

/// <summary>The pace of the CloneSet controller.</summary>
internal sealed record CloneSetTiming
{
    /// <summary>CloneSets worked on at a time; v0.8.0's.</summary>
    public int Workers { get; init; } = 3;

    /// <summary>The controller's constants.</summary>
    public CloneSetOptions Options { get; init; } = CloneSetOptions.Default;

    /// <summary>What belongs to a preset.</summary>
    public static CloneSetTiming Of(ImagePullTiming preset) => new()
    {
        Options = ReferenceEquals(preset, ImagePullTiming.OpenKruise08) ? CloneSetOptions.OpenKruise08 : CloneSetOptions.Default,
    };
}
