using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

/// <summary>A question about a cluster, as a file: the cluster, what happens to it and when, and what is expected.</summary>
internal sealed record Scenario
{
    public const string ApiVersionText = "sim.kruise.io/v1alpha1";
    public const string KindText = "Scenario";

    [Field("The version of the file format.", Format = TextFormat.Constant)]
    public required string ApiVersion { get; init; } = ApiVersionText;

    [Field("The kind of the file.", Format = TextFormat.Constant)]
    public required string Kind { get; init; } = KindText;

    [Field("What the scenario is called.")]
    public required ScenarioMetadata Metadata { get; init; }

    [Field("What is simulated.")]
    public required ScenarioSpec Spec { get; init; }
}

internal sealed record ScenarioMetadata
{
    [Field("The scenario's name; a run writes to a folder of this name.", Format = TextFormat.DnsLabel)]
    public required string Name { get; init; }

    [Field("Labels for whoever keeps many scenarios; the simulation does not read them.", Format = TextFormat.Labels)]
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ScenarioDefaults.NoLabels;
}

internal sealed record ScenarioSpec
{
    [Field("The question that the scenario answers, in one sentence. It heads the report.")]
    public string? Question { get; init; }

    [Field("The seed of every random draw. Same seed, same run.")]
    public ulong Seed { get; init; } = 1;

    [Field("The latest virtual end. A run ends earlier when every job has finished and nothing is left on the timeline.", Min = 0, AboveMin = true, Max = 31_536_000)]
    public SimTime Duration { get; init; } = SimTime.FromSeconds(86_400);

    [Field("How the API server and the controllers behave.")]
    public ControlPlaneSpec ControlPlane { get; init; } = new();

    [Field("The nodes.")]
    public required ClusterSpec Cluster { get; init; }

    [Field("The registries that hold the images.")]
    public IReadOnlyList<RegistrySpec> Registries { get; init; } = [];

    [Field("What programs in containers do. Of the entries that match a container the most specific counts, whole; a container that none matches is ready at once.", Max = 10_000)]
    public IReadOnlyList<ContainerBehaviourSpec> Containers { get; init; } = [];

    [Field("What happens, and when. Entries of the same moment happen in the order written.")]
    public IReadOnlyList<TimelineEntry> Timeline { get; init; } = [];

    [Field("What the run must have measured for its verdict to be good.")]
    public IReadOnlyList<Expectation> Expect { get; init; } = [];

    [Field("The same scenario several times over, with some values replaced: one run for each. Without variants the scenario is run once, as it is.", Max = 1000)]
    public IReadOnlyList<VariantSpec> Variants { get; init; } = [];
}

/// <summary>A bound on a measured figure.</summary>
[AtLeastOneOf("min", "max")]
internal sealed record Expectation
{
    [Field("The metric's name, for example warmup.seconds.p99 or workloads.web.maxUnavailable; kruise-sim explain lists them, and so does the message about a name that is none.")]
    public required string Metric { get; init; }

    [Field("The least value that is good, in the metric's unit.")]
    public double? Min { get; init; }

    [Field("The greatest value that is good, in the metric's unit.")]
    public double? Max { get; init; }

    [Field("The share of seeds in which the metric must be within the bounds; kruise-sim check judges it over its seeds.", WhenAbsent = "every seed")]
    public Share? Share { get; init; }

    [Field("The quantile of the metric over seeds that must be within the bounds, in place of a share: 95% with max bounds the value that 95 in 100 seeds do not exceed.", WhenAbsent = "every seed")]
    public Share? Quantile { get; init; }

    [Field("How sure the verdict on a share or a quantile must be; with fewer seeds than that takes it is inconclusive.")]
    public Share Confidence { get; init; } = new(0.95);

    /// <summary>Whether one seed cannot decide it.</summary>
    public bool IsOverSeeds => Share is not null || Quantile is not null;
}

/// <summary>One of several runs of a scenario.</summary>
internal sealed record VariantSpec
{
    [Field("The variant's name; it stands beside the scenario's in the report.", Format = TextFormat.DnsSubdomain)]
    public required string Name { get; init; }

    [Field("Values by path, as --set takes them: spec.timeline[0].apply.spec.parallelism: 50.", WhenAbsent = "the scenario as it is")]
    public IReadOnlyDictionary<string, AnyValue> Set { get; init; } = new Dictionary<string, AnyValue>(StringComparer.Ordinal);
}

/// <summary>A value of any shape, kept as it was written.</summary>
internal sealed record AnyValue(string Text);

internal static class ScenarioDefaults
{
    public static readonly IReadOnlyDictionary<string, string> NoLabels = new SortedDictionary<string, string>(StringComparer.Ordinal);
}
