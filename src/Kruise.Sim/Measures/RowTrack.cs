using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Measures;

/// <summary>One node's part in one job, as it goes.</summary>
internal sealed class RowTrack(JobTrack job, string image, string tag, SimTime slotFree, SimTime dispatched)
{
    public JobTrack Job { get; } = job;

    public string Image { get; } = image;

    public string Tag { get; } = tag;

    public SimTime SlotFree { get; } = slotFree;

    public SimTime Dispatched { get; } = dispatched;

    public SimTime? Reported { get; set; }

    /// <summary>When the job took its claim back, or the node left, before there was an outcome.</summary>
    public SimTime? Released { get; set; }

    /// <summary>Whether the node counts against the job's limit.</summary>
    public bool HoldsSlot { get; set; } = true;

    /// <summary>What there was of a pull under way when the row ended.</summary>
    public PullResult? UnderWay { get; set; }

    public bool HasEnded => Reported is not null || Released is not null;

    public NodeOutcome Outcome { get; set; } = NodeOutcome.Unfinished;

    public string? Message { get; set; }
}
