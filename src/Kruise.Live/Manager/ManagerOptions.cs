using Kruise.Core.CloneSets;
using Kruise.Core.Features;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;

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

    /// <summary>The only namespace whose jobs and workloads are worked on; null for all. SidecarSets are then put into pods, and not upgraded.</summary>
    public string? Namespace { get; init; }

    public required ImagePullTiming Timing { get; init; }

    public required CloneSetTiming CloneSets { get; init; }

    public required SidecarSetTiming SidecarSets { get; init; }

    public required RetryTiming Retries { get; init; }

    public required FeatureGates Gates { get; init; }

    /// <summary>Whether webhooks are served and their configurations kept.</summary>
    public required bool ServesWebhooks { get; init; }

    /// <summary>How long a stop waits for what is in flight; the pod's grace period is 10 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(8);
}

/// <summary>When a controller tries again what failed; client-go's numbers.</summary>
internal sealed record RetryTiming
{
    /// <summary>The first wait of a key that failed; doubles.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(1000);

    /// <summary>Retries a second of all keys of a controller.</summary>
    public double Qps { get; init; } = 10;

    /// <summary>Retries at once.</summary>
    public int Burst { get; init; } = 100;

    /// <summary>A limit for the retries of one controller.</summary>
    public RateLimiter NewLimiter() => new(new ItemBackoff(BaseDelay, MaxDelay), new TokenBucket(Qps, Burst));
}
