namespace Kruise.Live.Cluster.Events;

/// <summary>How many events are too many; client-go's numbers.</summary>
internal sealed record EventLimits
{
    public static EventLimits Default { get; } = new();

    /// <summary>The how-manieth different message of a group (same object, type and reason) is combined with those that follow into one event.</summary>
    public int CombineFrom { get; init; } = 10;

    /// <summary>After how long without an event of its kind a group starts anew.</summary>
    public TimeSpan CombineWindow { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Events of one type about one object that may be written at once.</summary>
    public int Burst { get; init; } = 25;

    /// <summary>How long it takes until one more may be.</summary>
    public TimeSpan Refill { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Groups, events and objects remembered, each; what was used least recently is forgotten first.</summary>
    public int Remembered { get; init; } = 4096;
}
