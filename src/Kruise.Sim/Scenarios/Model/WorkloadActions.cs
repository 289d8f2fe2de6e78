using Kruise.Core.Api;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

/// <summary>Something done to a CloneSet that was applied before.</summary>
internal interface ICloneSetAction
{
    string CloneSet { get; }

    string Namespace { get; }
}

/// <summary>Something done to a SidecarSet that was applied before.</summary>
internal interface ISidecarSetAction
{
    string SidecarSet { get; }
}

/// <summary>Something done to a CloneSet alone.</summary>
internal abstract record CloneSetAction : ICloneSetAction
{
    [Field("The CloneSet's name.", Format = TextFormat.DnsSubdomain)]
    public required string CloneSet { get; init; }

    [Field("The CloneSet's namespace.", Format = TextFormat.DnsLabel)]
    public string Namespace { get; init; } = "default";
}

internal sealed record ScaleAction : CloneSetAction
{
    [Field("Pods that there are to be, as kubectl scale says it.", Min = 0, Max = 1_000_000)]
    public required int Replicas { get; init; }
}

/// <summary>A change of some fields, as <c>kubectl patch --type merge</c> makes it.</summary>
[FormWith("cloneSet", typeof(CloneSetPatch))]
[FormWith("sidecarSet", typeof(SidecarSetPatch))]
internal abstract record PatchAction;

internal sealed record CloneSetPatch : PatchAction, ICloneSetAction
{
    [Field("The CloneSet's name.", Format = TextFormat.DnsSubdomain)]
    public required string CloneSet { get; init; }

    [Field("The CloneSet's namespace.", Format = TextFormat.DnsLabel)]
    public string Namespace { get; init; } = "default";

    [Field(
        "Fields of the spec that are to change, as kubectl patch --type merge has them: null takes a field away, a list replaces the whole list.",
        PatchOf = typeof(CloneSetSpec))]
    public required MergePatch Spec { get; init; }
}

internal sealed record SidecarSetPatch : PatchAction, ISidecarSetAction
{
    [Field("The SidecarSet's name.", Format = TextFormat.DnsSubdomain)]
    public required string SidecarSet { get; init; }

    [Field(
        "Fields of the spec that are to change, as kubectl patch --type merge has them: null takes a field away, a list replaces the whole list.",
        PatchOf = typeof(SidecarSetSpec))]
    public required MergePatch Spec { get; init; }
}

/// <summary>Another image for a container, as <c>kubectl set image</c> says it.</summary>
[FormWith("cloneSet", typeof(CloneSetImage))]
[FormWith("sidecarSet", typeof(SidecarSetImage))]
internal abstract record SetImageAction;

internal sealed record CloneSetImage : SetImageAction, ICloneSetAction
{
    [Field("The CloneSet's name.", Format = TextFormat.DnsSubdomain)]
    public required string CloneSet { get; init; }

    [Field("The CloneSet's namespace.", Format = TextFormat.DnsLabel)]
    public string Namespace { get; init; } = "default";

    [Field("The container's name.", Format = TextFormat.DnsLabel)]
    public required string Container { get; init; }

    [Field("The image that it is to have, as kubectl set image says it.", Format = TextFormat.ImageReference)]
    public required string Image { get; init; }
}

internal sealed record SidecarSetImage : SetImageAction, ISidecarSetAction
{
    [Field("The SidecarSet's name.", Format = TextFormat.DnsSubdomain)]
    public required string SidecarSet { get; init; }

    [Field("The sidecar's name.", Format = TextFormat.DnsLabel)]
    public required string Container { get; init; }

    [Field("The image that it is to have. Pods that run come to it as the set's updateStrategy says.", Format = TextFormat.ImageReference)]
    public required string Image { get; init; }
}

/// <summary>Some of a CloneSet's pods.</summary>
[ExactlyOneOf("count", "names")]
internal record PodsAction : CloneSetAction
{
    [Field("How many of those that are there and not terminating, drawn at random.", WhenAbsent = "those that are named")]
    public CountOrPercent? Count { get; init; }

    [Field("The pods by name.", WhenAbsent = "as many as count says", Min = 1, Max = 100_000, Format = TextFormat.DnsSubdomain)]
    public IReadOnlyList<string>? Names { get; init; }
}

/// <summary>Labels for some of a CloneSet's pods.</summary>
internal sealed record LabelPodsAction : PodsAction
{
    [Field("Labels that the pods get beside those of their template, until they are replaced.", Format = TextFormat.Labels)]
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
}

/// <summary>Some of a pool's nodes.</summary>
internal sealed record NodesAction
{
    [Field("The pool's name.")]
    public required string Pool { get; init; }

    [Field("How many of those that it could be done to, the oldest first, as a number or a percentage.")]
    public CountOrPercent Count { get; init; } = CountOrPercent.OfPercent(100);
}
