namespace Kruise.Live.Recording;

/// <summary>How a node's part in a job ended.</summary>
internal enum RecordedOutcome
{
    /// <summary>The recording or the job ended, or the node left, before the node was done.</summary>
    Unfinished,

    Succeeded,

    Failed,
}

/// <summary>A node's part in a job. Moments are nanoseconds since the job's asking; null is what did not happen, or cannot be known.</summary>
internal sealed record RecordedRow
{
    public required string Node { get; init; }

    /// <summary>The image as the job names it.</summary>
    public required string Image { get; init; }

    public required long Asked { get; init; }

    public long? Dispatched { get; init; }

    public long? Started { get; init; }

    public long? Reported { get; init; }

    public required RecordedOutcome Outcome { get; init; }

    /// <summary>The last error.</summary>
    public string? Message { get; init; }

    /// <summary>What of the time went to waiting for a slot; null when the recorder did not see the job begin.</summary>
    public long? WaitingForSlot { get; init; }

    /// <summary>What of the time went to dispatch by the manager, likewise.</summary>
    public long? Dispatch { get; init; }

    /// <summary>When the pull ended by the clock of the node, whole seconds; null when it did not.</summary>
    public DateTime? CompletionTime { get; init; }

    public int? Attempts { get; init; }

    public long? Bytes { get; init; }

    public long? Warmup => Outcome == RecordedOutcome.Unfinished ? null : Reported - Asked;
}
