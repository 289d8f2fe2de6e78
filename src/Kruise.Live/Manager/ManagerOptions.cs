using Kruise.Core.Features;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Manager;

/// <summary>How a manager runs, as its flags and environment say.</summary>
internal sealed record ManagerOptions
{
    /// <summary>Where metrics are served; <c>0</c> or empty for nowhere.</summary>
    public required string MetricsAddress { get; init; }

    /// <summary>Where <c>/healthz</c> and <c>/readyz</c> are served; <c>0</c> or empty for nowhere.</summary>
    public required string HealthProbeAddress { get; init; }

    public required bool EnableLeaderElection { get; init; }

    public required string LeaderElectionNamespace { get; init; }

    /// <summary>The only namespace whose jobs are worked on; null for all.</summary>
    public string? Namespace { get; init; }

    public required ManagerTiming Timing { get; init; }

    public required FeatureGates Gates { get; init; }

    /// <summary>Whether webhooks are served and their configurations kept.</summary>
    public required bool ServesWebhooks { get; init; }

    /// <summary>How long a stop waits for what is in flight; the pod's grace period is 10 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(8);
}

/// <summary>The pace of a manager: a preset, with single values replaced by flags.</summary>
internal sealed record ManagerTiming
{
    /// <summary>
    /// Ours. The client's limit leaves the protection of the server to API Priority and Fairness, as controllers of Kubernetes 1.29 and later do, without lifting
    /// it; the simulator's preset of the same name has the same numbers.
    /// </summary>
    public static ManagerTiming Default { get; } = new();

    /// <summary>v0.8.0's.</summary>
    public static ManagerTiming OpenKruise08 { get; } = new()
    {
        ClientQps = 30,
        ClientBurst = 50,
        ParallelWrites = 1,
        NodeImageWorkers = 3,
        ImagePullJob = ImagePullJobOptions.OpenKruise08,
        NodeImage = NodeImageOptions.OpenKruise08,
    };

    /// <summary>Requests per second of each controller's client in the long run.</summary>
    public double ClientQps { get; init; } = 100;

    /// <summary>Requests at once of each controller's client.</summary>
    public int ClientBurst { get; init; } = 200;

    /// <summary>Writes of one plan under way at a time.</summary>
    public int ParallelWrites { get; init; } = 16;

    public int ImagePullJobWorkers { get; init; } = 3;

    public int NodeImageWorkers { get; init; } = 10;

    public ImagePullJobOptions ImagePullJob { get; init; } = ImagePullJobOptions.Default;

    public NodeImageOptions NodeImage { get; init; } = NodeImageOptions.Default;

    public TimeSpan RetryBaseDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    public TimeSpan RetryMaxDelay { get; init; } = TimeSpan.FromSeconds(1000);

    /// <summary>Retries a second of all keys of a controller.</summary>
    public double RetryQps { get; init; } = 10;

    public int RetryBurst { get; init; } = 100;

    /// <summary>A limit for the retries of one controller.</summary>
    public RateLimiter NewRetryLimiter() => new(new ItemBackoff(RetryBaseDelay, RetryMaxDelay), new TokenBucket(RetryQps, RetryBurst));
}
