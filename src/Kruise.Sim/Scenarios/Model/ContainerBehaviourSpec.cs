using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

/// <summary>
/// What the program in a container does. One entry applies to a container, whole: of those that match it the most specific, by image with tag or digest
/// before repository before none, and then with a container's name before without.
/// </summary>
internal sealed record ContainerBehaviourSpec
{
    [Field("The image: with a tag or digest that image alone, without one every image of the repository.", WhenAbsent = "every image", Format = TextFormat.ImageReference)]
    public string? Image { get; init; }

    [Field("The container's name.", WhenAbsent = "every container", Format = TextFormat.DnsLabel)]
    public string? Container { get; init; }

    [Field("From the container's start until it would answer a readiness probe.", Max = 86_400)]
    public Latency Ready { get; init; }

    [Field("Runs that never become ready.")]
    public Share NeverReady { get; init; }

    [Field("Runs that end with an error.", WhenAbsent = "none")]
    public CrashSpec? Crash { get; init; }

    [Field("Runs that lose readiness again and again.", WhenAbsent = "none")]
    public UnreadySpec? Unready { get; init; }

    [Field("From being told to stop until the program has ended; it is killed when its grace is over.", Max = 86_400)]
    public Latency Stop { get; init; } = Latency.Constant(SimTime.FromMilliseconds(500));

    [Field("How long a preStop hook takes.", WhenAbsent = "as long as the hook sleeps; another hook is refused", Max = 86_400)]
    public Latency? PreStop { get; init; }

    [Field("From the start to a successful end: what init containers do.", WhenAbsent = "init containers end at once, others run on", Max = 31_536_000)]
    public Latency? Runs { get; init; }
}

internal sealed record CrashSpec
{
    [Field("The share of runs that crash.")]
    public Share Probability { get; init; } = new(1);

    [Field("From the start of the run to its crash.", Max = 31_536_000)]
    public required Latency After { get; init; }
}

internal sealed record UnreadySpec
{
    [Field("The share of runs that do.")]
    public Share Probability { get; init; } = new(1);

    [Field("How long such a run is ready at a stretch.", Min = 0.001, Max = 31_536_000)]
    public required Latency Every { get; init; }

    [Field("How long it then is not.", Min = 0.001, Max = 31_536_000)]
    public required Latency For { get; init; }
}
