using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Measures;

/// <summary>
/// What a node's daemon did for one version of one tag. The daemon writes it; rows of every job that owns the tag read it. A tag that was dropped and is asked for
/// again may begin at the same version, and differs by its date.
/// </summary>
internal sealed class TaskTrack(string image, string tag, long version, DateTime? createdAt)
{
    public string Image { get; } = image;

    public string Tag { get; } = tag;

    public long Version { get; } = version;

    public DateTime? CreatedAt { get; } = createdAt;

    /// <summary>The task's own limit for one attempt; null when it leaves that to the daemon.</summary>
    public TimeSpan? AttemptLimit { get; init; }

    /// <summary>When the daemon first knew of the task.</summary>
    public SimTime Accepted { get; set; }

    /// <summary>When the first attempt began.</summary>
    public SimTime? FirstAttempt { get; set; }

    /// <summary>When the latest attempt began.</summary>
    public SimTime LastAttempt { get; set; }

    /// <summary>When the latest attempt ended.</summary>
    public SimTime? LastEnd { get; set; }

    public int Attempts { get; set; }

    /// <summary>Over all attempts that have ended.</summary>
    public long BytesFetched { get; set; }

    /// <summary>The attempt under way; null when none is.</summary>
    public (IContainerRuntime Runtime, long Token)? Running { get; set; }

    /// <summary>Attempts that were stopped because nobody wanted them any more, in order; null when there are none.</summary>
    public List<PullResult>? CutOff { get; set; }

    /// <summary>The result of the attempt that succeeded; null until then.</summary>
    public PullResult? Success { get; set; }

    public string? LastError { get; set; }

    /// <summary>What there is so far of the attempt under way.</summary>
    public PullResult? SoFar() => Running is { } running ? running.Runtime.Peek(running.Token) : null;
}
