using System.Net;

namespace Kruise.Live.Manager.LeaderElection;

/// <summary>Which lease is contended for, by whom, and at what pace; client-go's numbers.</summary>
internal sealed record LeaderElectionOptions
{
    /// <summary>The lease of managers; the role that they run under names it.</summary>
    public const string LeaseName = "kruise-manager";

    /// <summary>The lease's name.</summary>
    public string Name { get; init; } = LeaseName;

    /// <summary>The lease's namespace.</summary>
    public string Namespace { get; init; } = "kruise-system";

    /// <summary>Who contends; different for every process that ever was.</summary>
    public string Identity { get; init; } = $"{Dns.GetHostName()}_{Guid.NewGuid()}";

    /// <summary>How long others wait for a renewal before they take the lease. Whole seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// After how long without a renewal the leader stops. What remains of the lease's duration is the time that its workers have to end.
    /// </summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause between tries.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause of those who wait for the lease is longer by a random part of this many retry periods.</summary>
    public double Jitter { get; init; } = 1.2;

    /// <exception cref="InvalidOperationException">The times do not fit together: a leader could go on after its lease has run out.</exception>
    public void Validate()
    {
        if (LeaseDuration <= RenewDeadline || RenewDeadline <= RetryPeriod * Jitter
            || RetryPeriod <= TimeSpan.Zero || LeaseDuration.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new InvalidOperationException("Needed: lease duration in whole seconds > renew deadline > retry period · jitter > 0.");
        }
    }
}
