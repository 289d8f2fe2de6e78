using System.Globalization;
using Kruise.Core.ImagePull;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Authoring;

/// <summary>
/// One thing that a first scenario needs to know: an option of <c>kruise-sim new</c> and a question on a terminal, read by the same rules.
/// </summary>
/// <param name="Option">The option, with its dashes.</param>
/// <param name="HelpName">What stands for its value in help.</param>
/// <param name="Description">What it is; the question on a terminal.</param>
/// <param name="Current">What stands without an answer, as it would be written.</param>
/// <param name="Apply">Takes an answer in, or says what is wrong with it.</param>
internal sealed record FirstScenarioQuestion(
    string Option, string HelpName, string Description, Func<FirstScenario, string> Current, Func<FirstScenario, string, (FirstScenario Changed, Finding? Wrong)> Apply)
{
    private const int MostNodes = 1_000_000;

    /// <summary>The kinds whose scenarios have it; all when empty.</summary>
    public IReadOnlyList<FirstScenarioKind> Kinds { get; init; } = [];

    public bool IsOf(FirstScenarioKind kind) => Kinds.Count == 0 || Kinds.Contains(kind);

    /// <summary>The words of <c>--kind</c>.</summary>
    public static IReadOnlyList<FirstScenarioKind> AllKinds => Enum.GetValues<FirstScenarioKind>();

    public static readonly IReadOnlyList<FirstScenarioQuestion> All =
    [
        new("--nodes", "N", "Nodes of the cluster", s => Text(s.Nodes), (s, answer) =>
            Whole(answer, 1, MostNodes, out int nodes) is { } wrong ? (s, wrong) : (s with { Nodes = nodes }, null)),
        new("--image", "IMAGE", "The image that is warmed, or that pods or sidecars are updated to", s => s.Image.FamiliarReference, (s, answer) =>
            TextForms.Check(answer, TextFormat.ImageReference) is { } wrong ? (s, wrong) : (s with { Image = ImageReference.Parse(answer) }, null)),
        new("--image-size", "SIZE", "Its compressed size", s => UnitText.Format(s.ImageSize), (s, answer) =>
            UnitText.Parse(answer, out DataSize size) is { } wrong ? (s, wrong)
            : size.Bytes is < 2 or > 1_000_000_000_000_000 ? (s, new Finding($"{Quote.Text(answer)} is out of range", "sizes from 2B to 1PB"))
            : (s with { ImageSize = size }, null)),
        new("--parallelism", "N|%", "Nodes that pull at a time", s => s.Parallelism.ToString(), (s, answer) =>
            Some(answer, out CountOrPercent some) is { } wrong ? (s, wrong) : (s with { Parallelism = some }, null)) { Kinds = [FirstScenarioKind.WarmUp] },
        new("--pods", "N", "Pods", s => Text(s.Pods), (s, answer) =>
            Whole(answer, 1, MostNodes, out int pods) is { } wrong ? (s, wrong) : (s with { PodCount = pods }, null)) { Kinds = [FirstScenarioKind.Rollout, FirstScenarioKind.Sidecar] },
        new("--max-unavailable", "N|%", "Pods that may be unavailable at a time", s => s.MaxUnavailable.ToString(), (s, answer) =>
            Some(answer, out CountOrPercent some) is { } wrong ? (s, wrong) : (s with { MaxUnavailable = some }, null)) { Kinds = [FirstScenarioKind.Rollout, FirstScenarioKind.Sidecar] },
        new("--bandwidth", "RATE", "What a node can receive", s => UnitText.Format(s.Bandwidth), (s, answer) =>
            Rate(answer, out Bandwidth rate) is { } wrong ? (s, wrong) : (s with { Bandwidth = rate }, null)),
        new("--egress", "RATE", "What the registry can send to all nodes together", s => UnitText.Format(s.Egress), (s, answer) =>
            Rate(answer, out Bandwidth rate) is { } wrong ? (s, wrong) : (s with { Egress = rate }, null)),
    ];

    /// <summary>What is wrong with answers that are well each by itself; null when nothing is.</summary>
    public static (string Option, Finding Finding)? Together(FirstScenario scenario)
    {
        long room = (long)scenario.Nodes * FirstScenario.PodsOfANode;
        return scenario.Kind != FirstScenarioKind.WarmUp && scenario.Pods > room
            ? ("--pods", new Finding(
                string.Create(CultureInfo.InvariantCulture, $"{scenario.Pods} pods have no room on {scenario.Nodes} nodes of {FirstScenario.PodsOfANode} pods each"),
                string.Create(CultureInfo.InvariantCulture, $"1 to {room}")))
            : null;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Finding? Whole(string answer, int least, int most, out int number)
    {
        string allowed = string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
        return int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most
            ? null
            : new Finding($"{Quote.Text(answer)} is not one", allowed);
    }

    private static Finding? Some(string answer, out CountOrPercent some) =>
        UnitText.Parse(answer, out some) is { } wrong ? wrong
        : some.Count is 0 || some.Percent is 0 ? new Finding($"{Quote.Text(answer)} is none at all: nothing would ever happen", "a whole number from 1, or a percentage above 0% up to 100%")
        : null;

    private static Finding? Rate(string answer, out Bandwidth rate) =>
        UnitText.Parse(answer, out rate) is { } wrong ? wrong
        : rate.BytesPerSecond is <= 0 or > 1.25e13 ? new Finding($"{Quote.Text(answer)} is out of range", "bandwidths above 0bps up to 100Tbps")
        : null;
}
