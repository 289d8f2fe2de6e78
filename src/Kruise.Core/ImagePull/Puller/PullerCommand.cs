using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull.Puller;

/// <summary>Names one attempt to pull, unique within its puller.</summary>
public readonly record struct PullId(long Value);

/// <summary>Something a puller wants done; the world carries commands out in order.</summary>
public abstract record PullerCommand
{
    private PullerCommand()
    {
    }

    /// <summary>
    /// Starts an attempt: succeed at once if the image is on the node under any spelling of its name, else pull it. The world answers with
    /// <see cref="NodePuller.PullEnded"/> unless it is told to stop before; the puller watches the time limit itself.
    /// </summary>
    /// <param name="Id">Names the attempt.</param>
    /// <param name="ImageName">The image's familiar name.</param>
    /// <param name="Tag">A tag or a digest.</param>
    /// <param name="Attempt">1 for the first.</param>
    /// <param name="Timeout">After how long the attempt will be stopped.</param>
    /// <param name="PullSecrets">Secrets to try, as the spec names them now.</param>
    public sealed record StartPull(
        PullId Id, string ImageName, string Tag, int Attempt, TimeSpan Timeout, IReadOnlyList<ReferenceObject>? PullSecrets) : PullerCommand
    {
        /// <summary>The image reference: <c>name:tag</c>, or <c>name@digest</c>.</summary>
        public string Reference => ImageReference.Pullable(ImageName, Tag);
    }

    /// <summary>Stops an attempt; an answer that is on its way already does no harm.</summary>
    public sealed record StopPull(PullId Id) : PullerCommand;

    /// <summary>
    /// Replaces the status, guarded by the resourceVersion of the object. The world answers with <see cref="NodePuller.StatusWritten"/>;
    /// there is at most one write under way.
    /// </summary>
    public sealed record WriteStatus(NodeImage NodeImage) : PullerCommand;

    /// <summary>Records an event about an object; never fails.</summary>
    public sealed record RecordEvent(V1ObjectReference About, EventSeverity Severity, string Reason, string Message) : PullerCommand;

    /// <summary>Asks for <see cref="NodePuller.Wake"/> at a moment. The world keeps one timer per puller, and of several moments the earliest wins.</summary>
    public sealed record WakeAt(DateTime At) : PullerCommand;
}

/// <summary>How an attempt ended by itself.</summary>
public enum PullResult
{
    /// <summary>The image was pulled.</summary>
    Pulled,

    /// <summary>The image was on the node already; nothing was fetched.</summary>
    AlreadyPresent,

    /// <summary>The attempt failed.</summary>
    Failed,
}

/// <summary>How an attempt ended by itself, with what the runtime said.</summary>
/// <param name="Result">How.</param>
/// <param name="ImageId">The runtime's id of the image; null when failed or unknown.</param>
/// <param name="Error">Why it failed; null otherwise.</param>
public readonly record struct PullOutcome(PullResult Result, string? ImageId, string? Error)
{
    /// <summary>The image was pulled.</summary>
    public static PullOutcome Pulled(string? imageId) => new(PullResult.Pulled, imageId, null);

    /// <summary>The image was on the node already.</summary>
    public static PullOutcome AlreadyPresent(string? imageId) => new(PullResult.AlreadyPresent, imageId, null);

    /// <summary>The attempt failed.</summary>
    public static PullOutcome Failed(string error) => new(PullResult.Failed, null, error);
}

/// <summary>How a status write ended.</summary>
/// <param name="Result">How.</param>
/// <param name="Newest">The object as the API server now has it: after a success what was stored; after a conflict if the world read it again.</param>
public readonly record struct StatusWriteOutcome(StatusWriteResult Result, NodeImage? Newest)
{
    /// <summary>The write succeeded and gave this object.</summary>
    public static StatusWriteOutcome Ok(NodeImage stored) => new(StatusWriteResult.Ok, stored);

    /// <summary>The object had changed; <paramref name="newest"/> if the world has read it again.</summary>
    public static StatusWriteOutcome Conflict(NodeImage? newest = null) => new(StatusWriteResult.Conflict, newest);

    /// <summary>The write failed for another reason, or nobody knows whether it succeeded.</summary>
    public static StatusWriteOutcome Failed { get; } = new(StatusWriteResult.Failed, null);
}

/// <summary>How a status write ended.</summary>
public enum StatusWriteResult
{
    /// <summary>It succeeded.</summary>
    Ok,

    /// <summary>It met a newer resourceVersion.</summary>
    Conflict,

    /// <summary>It failed for another reason.</summary>
    Failed,
}
