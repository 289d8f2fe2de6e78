namespace Kruise.Live.Cluster.Events;

/// <summary>The pace of an <see cref="EventRecorder"/>; client-go's numbers.</summary>
internal sealed record EventRecorderOptions
{
    public static EventRecorderOptions Default { get; } = new();

    public EventLimits Limits { get; init; } = EventLimits.Default;

    /// <summary>Events that may wait to be written.</summary>
    public int QueueLength { get; init; } = 1000;

    /// <summary>How often an event is tried in all while the API server cannot be reached.</summary>
    public int Tries { get; init; } = 12;

    /// <summary>The pause between tries; the first one is a random part of it, so that clients do not come back all at once.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(10);
}
