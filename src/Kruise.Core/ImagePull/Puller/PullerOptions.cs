namespace Kruise.Core.ImagePull.Puller;

/// <summary>The limits and timings of a node's puller.</summary>
public sealed record PullerOptions
{
    /// <summary>
    /// Ours: reports when something happens, within a rate limit, and pulls five images at a time: the image pulls per second that the
    /// kubelet grants a node (<c>registryPullQPS</c>), and few enough that unpacking on one disk does not starve the pods.
    /// </summary>
    public static PullerOptions Default { get; } = new();

    /// <summary>
    /// v0.8.0: reports only when it polls, every 3 to 5 s while something is in progress and every 3 to 5 min otherwise, says nothing
    /// before the first progress of a pull, pulls everything at once, and sleeps after the last attempt too.
    /// </summary>
    public static PullerOptions OpenKruise08 { get; } = new()
    {
        MaxConcurrentPulls = null,
        Polling = PollingOptions.OpenKruise08,
        ReportsStart = false,
        SleepsAfterLastAttempt = true,
    };

    /// <summary>How many pulls may run at a time; null for no limit.</summary>
    public int? MaxConcurrentPulls { get; init; } = 5;

    /// <summary>When set, the status is only sent at polls; when null, it is sent as things happen.</summary>
    public PollingOptions? Polling { get; init; }

    /// <summary>Whether a tag is reported as soon as it is accepted, rather than at its first progress.</summary>
    public bool ReportsStart { get; init; } = true;

    /// <summary>Whether a tag sleeps after its last failed attempt before it is given up.</summary>
    public bool SleepsAfterLastAttempt { get; init; }

    /// <summary>How many status writes a second are allowed.</summary>
    public double StatusWritesPerSecond { get; init; } = 0.5;

    /// <summary>How many status writes are allowed at once.</summary>
    public int StatusWriteBurst { get; init; } = 5;

    /// <summary>
    /// How long after a report a change of progress or message alone is reported, when reports are not polled; 10 s, the pace at which a
    /// kubelet renews its node's lease. Changes of phase do not wait for it.
    /// </summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long without a report the status is sent although nothing changed.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromHours(12);

    /// <summary>What is added to <see cref="RefreshInterval"/> at random, uniform below this.</summary>
    public TimeSpan RefreshJitter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The pause after the first failed status write; doubles up to <see cref="WriteBackoffMax"/>.</summary>
    public TimeSpan WriteBackoffBase { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause after a failed status write, before <see cref="WriteBackoffMaxJitter"/>.</summary>
    public TimeSpan WriteBackoffMax { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>What is added to <see cref="WriteBackoffMax"/> at random, once per puller, uniform below this.</summary>
    public TimeSpan WriteBackoffMaxJitter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after the first failed attempt; doubles up to <see cref="RetrySleepMax"/>.</summary>
    public TimeSpan RetrySleepBase { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between attempts.</summary>
    public TimeSpan RetrySleepMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The limit of one attempt when the tag names none.</summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Attempts after the first when the tag names none.</summary>
    public int DefaultBackoffLimit { get; init; } = 3;

    /// <summary>
    /// How old a tag can be when a daemon that was watching sees it first; what looks older is taken for a node clock that is ahead. 60 s:
    /// the time that the NodeImage controller gives a daemon to answer.
    /// </summary>
    public TimeSpan ClockSlack { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>How a polling puller polls.</summary>
/// <param name="Busy">The least pause while something is in progress.</param>
/// <param name="BusyJitter">Added to <paramref name="Busy"/> at random, uniform below this.</param>
/// <param name="Idle">The least pause otherwise.</param>
/// <param name="IdleJitter">Added to <paramref name="Idle"/> at random, uniform below this.</param>
public sealed record PollingOptions(TimeSpan Busy, TimeSpan BusyJitter, TimeSpan Idle, TimeSpan IdleJitter)
{
    /// <summary>3 to 5 s and 3 to 5 min.</summary>
    public static PollingOptions OpenKruise08 { get; } =
        new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(2));
}
