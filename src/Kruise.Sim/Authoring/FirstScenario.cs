using Kruise.Core.ImagePull;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Authoring;

/// <summary>What a first scenario asks.</summary>
internal enum FirstScenarioKind
{
    [Word("warm-up", "How long does it take to bring an image to every node?")]
    WarmUp,

    [Word("rollout", "How long does it take to update the pods of a CloneSet, and how many are away meanwhile?")]
    Rollout,

    [Word("sidecar", "How long does it take to upgrade a sidecar in running pods?")]
    Sidecar,
}

/// <summary>The answers that a first scenario is made of. Where nobody gave one, its default stands.</summary>
internal sealed record FirstScenario
{
    /// <summary>The most pods that a node of the scenario takes.</summary>
    public const int PodsOfANode = 110;

    public FirstScenarioKind Kind { get; init; } = FirstScenarioKind.WarmUp;

    public string Name { get; init; } = "my-scenario";

    public int Nodes { get; init; } = 100;

    /// <summary>The image that is warmed, or that the pods or their sidecars are updated to.</summary>
    public ImageReference Image { get; init; } = ImageReference.Parse("registry.example.com/shop/app:2.0.0");

    /// <summary>Compressed.</summary>
    public DataSize ImageSize { get; init; } = new(300_000_000);

    /// <summary>Of a warm-up: nodes that pull at a time.</summary>
    public CountOrPercent Parallelism { get; init; } = CountOrPercent.OfCount(10);

    /// <summary>Of rollouts and sidecars; null for two a node.</summary>
    public int? PodCount { get; init; }

    public int Pods => PodCount ?? Math.Min(2 * Nodes, 1_000_000);

    /// <summary>Of rollouts and sidecars: pods that may be away at a time.</summary>
    public CountOrPercent MaxUnavailable { get; init; } = CountOrPercent.OfPercent(10);

    /// <summary>What a node can receive.</summary>
    public Bandwidth Bandwidth { get; init; } = new(125e6);

    /// <summary>What the registry can send to all nodes together.</summary>
    public Bandwidth Egress { get; init; } = new(1.25e9);

    /// <summary>What the file's first line names as its schema: a path relative to the file, or an address.</summary>
    public string Schema { get; init; } = SchemaFile;

    public const string SchemaFile = "scenario.schema.json";
}
