namespace Kruise.Live.Cluster;

/// <summary>The pace of a reflector.</summary>
internal sealed record ReflectorOptions
{
    public static ReflectorOptions Default { get; } = new();

    /// <summary>Objects a page of a list; client-go's.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>How long one watch lasts at least. Watches end on purpose now and then, so that they spread over the replicas of the API server anew.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How much longer a watch may last, uniform: watches opened together do not end together.</summary>
    public TimeSpan WatchTimeoutJitter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// After how long without a line, not even a bookmark, a watch is taken for dead: the server sends a bookmark about every minute, so this is three missed
    /// ones. Opening it again loses nothing.
    /// </summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromMinutes(3.5);

    /// <summary>The pause after the first failure; doubles up to <see cref="BackoffMax"/>. client-go's numbers.</summary>
    public TimeSpan BackoffBase { get; init; } = TimeSpan.FromMilliseconds(800);

    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A list or watch that has worked for this long ends the row of failures.</summary>
    public TimeSpan BackoffResetAfter { get; init; } = TimeSpan.FromMinutes(2);
}
