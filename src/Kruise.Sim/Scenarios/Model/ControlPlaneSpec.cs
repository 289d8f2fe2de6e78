using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios;

/// <summary>A named set of timing constants for the whole control plane.</summary>
internal enum ControlPlanePreset
{
    [Word("default", "This implementation's own: status is reported when something happens.")]
    Default,

    [Word("openkruise-0.8", "OpenKruise v0.8.0's: status polled every 3 to 5 s, client at 30 requests per second with a burst of 50, 3 workers.")]
    OpenKruise08,
}

/// <summary>How the API server, the controllers and the daemons' reporting behave. A null value is the preset's.</summary>
internal sealed record ControlPlaneSpec
{
    private const string FromPreset = "from the preset";

    [Field("The constants to start from; single values can be replaced beside it.")]
    public ControlPlanePreset Preset { get; init; } = ControlPlanePreset.Default;

    [Field("How long a request to the API server takes.", WhenAbsent = FromPreset, Max = 3600)]
    public Latency? ApiLatency { get; init; }

    [Field("How long after a write the controllers' watches deliver it.", WhenAbsent = FromPreset, Max = 3600)]
    public Latency? WatchDelay { get; init; }

    [Field("How long a worker computes in one reconcile, besides its requests.", WhenAbsent = FromPreset, Max = 3600)]
    public Latency? ReconcileTime { get; init; }

    [Field("The manager's client.")]
    public ClientSpec Client { get; init; } = new();

    [Field("Reconciles at a time, by controller.")]
    public WorkersSpec Workers { get; init; } = new();

    [Field("How long the manager waits for a node's daemon before it counts the node as failed.", WhenAbsent = FromPreset, Min = 0, AboveMin = true, Max = 86_400)]
    public SimTime? NoResponseTimeout { get; init; }

    [Field("How every node's daemon works.")]
    public DaemonOptionsSpec Daemon { get; init; } = new();

    [Field("The scheduler.")]
    public SchedulerSpec Scheduler { get; init; } = new();

    [Field("What becomes of nodes that fall silent, and of their pods.")]
    public NodeLifecycleSpec NodeLifecycle { get; init; } = new();

    [Field("The webhooks of Kruise, as the API server calls them.")]
    public WebhookSpec Webhook { get; init; } = new();

    [Field("Feature gates.")]
    public FeatureGatesSpec FeatureGates { get; init; } = new();
}

internal sealed record ClientSpec
{
    [Field("Requests per second in the long run.", WhenAbsent = "from the preset", Min = 0, AboveMin = true, Max = 1_000_000)]
    public double? Qps { get; init; }

    [Field("Requests that may be made at once.", WhenAbsent = "from the preset", Min = 1, Max = 1_000_000)]
    public int? Burst { get; init; }

    [Field("Writes of one reconcile that may be under way at the same time.", WhenAbsent = "from the preset", Min = 1, Max = 100_000)]
    public int? ParallelWrites { get; init; }
}

internal sealed record WorkersSpec
{
    [Field("Workers of the ImagePullJob controller.", WhenAbsent = "from the preset", Min = 1, Max = 10_000)]
    public int? ImagePullJob { get; init; }

    [Field("Workers of the NodeImage controller.", WhenAbsent = "from the preset", Min = 1, Max = 10_000)]
    public int? NodeImage { get; init; }

    [Field("Workers of the CloneSet controller.", WhenAbsent = "from the preset", Min = 1, Max = 10_000)]
    public int? CloneSet { get; init; }

    [Field("Workers of the SidecarSet controller.", WhenAbsent = "from the preset", Min = 1, Max = 10_000)]
    public int? SidecarSet { get; init; }
}

/// <summary>When a daemon reports what became of its pulls.</summary>
internal enum StatusReporting
{
    [Word("onChange", "When something happens.")]
    OnChange,

    [Word("polling", "When it next looks, as v0.8.0 does: every 3 to 5 s while pulling.")]
    Polling,
}

internal sealed record DaemonOptionsSpec
{
    [Field("When a daemon reports.", WhenAbsent = "from the preset")]
    public StatusReporting? StatusReporting { get; init; }

    [Field("Status writes per second of one daemon in the long run.", WhenAbsent = "from the preset", Min = 0, AboveMin = true, Max = 100_000)]
    public double? StatusQps { get; init; }

    [Field("Status writes that one daemon may make at once.", WhenAbsent = "from the preset", Min = 1, Max = 100_000)]
    public int? StatusBurst { get; init; }

    [Field("Images that one daemon pulls at a time.", WhenAbsent = "from the preset", Min = 1, Max = 10_000)]
    public int? MaxConcurrentPulls { get; init; }
}

/// <summary>What becomes of a pod whose webhook does not answer.</summary>
internal enum WebhookFailurePolicy
{
    [Word("Ignore", "It is made without its sidecars.")]
    Ignore,

    [Word("Fail", "It is not made; its controller tries again.")]
    Fail,
}

internal sealed record WebhookSpec
{
    [Field(
        "How long a call takes. Calls about pods are made one by one; those about Kruise's own kinds are part of apiLatency, as long as no fault makes the webhooks slow or takes them down.",
        Max = 3600)]
    public Latency Latency { get; init; } = new(SimTime.FromMilliseconds(2.3), SimTime.FromMilliseconds(4.8));

    [Field("How long the API server waits for an answer (timeoutSeconds).", Min = 1, Max = 30)]
    public SimTime Timeout { get; init; } = SimTime.FromSeconds(30);

    [Field("What becomes of a pod whose webhook does not answer (webhookConfiguration.failurePolicy.pods of the chart). Writes of Kruise's own kinds are refused then, always.")]
    public WebhookFailurePolicy FailurePolicy { get; init; } = WebhookFailurePolicy.Ignore;
}

internal sealed record FeatureGatesSpec
{
    [Field("Whether pods pass a webhook when they are made, and with it sidecars: without it SidecarSets are refused.", Name = "PodWebhook", WhenAbsent = "on")]
    public bool? PodWebhook { get; init; }

    [Field("Whether the node daemon exists, and with it image warm-up: without it ImagePullJobs are refused.", Name = "KruiseDaemon", WhenAbsent = "on")]
    public bool? KruiseDaemon { get; init; }
}
