namespace Kruise.Live.Recording;

/// <summary>A node's part in a job while it is followed; moments are nanoseconds since the recorder began.</summary>
internal sealed class RowTrack(long slotFree, long dispatched)
{
    public long SlotFree { get; } = slotFree;

    public long Dispatched { get; } = dispatched;

    public long? Started { get; set; }

    public long? Reported { get; set; }

    /// <summary>When the job took its claim back, or the node left, before there was an outcome.</summary>
    public long? Released { get; set; }

    /// <summary>Whether the node counts against the job's limit.</summary>
    public bool HoldsSlot { get; set; } = true;

    public bool HasEnded => Reported is not null || Released is not null;

    public RecordedOutcome Outcome { get; set; }

    public string? Message { get; set; }

    /// <summary>By the clock of the node.</summary>
    public DateTime? CompletionTime { get; set; }
}
