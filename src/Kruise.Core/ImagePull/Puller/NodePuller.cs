using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull.Puller;

/// <summary>
/// The decisions of the daemon of one node: which images to pull, when to try again and when to give up, and what to report. A state
/// machine that the world tells what happened, with the node's clock, and that answers with commands appended to the caller's list. It
/// begins empty, as a daemon does; what an earlier daemon reported it takes from the NodeImage's status. Calls that tell nothing new, or
/// speak of attempts that are over, do nothing. Costs O(tags of the node) a call. Not safe for use by several threads at a time.
/// </summary>
/// <remarks>
/// <para>
/// The deadline of a tag counts from its <c>createdAt</c>, so it does not start over with the daemon. <c>createdAt</c> was set by another
/// machine's clock: one in the future counts as now, and a daemon that was watching takes no tag for older than
/// <see cref="PullerOptions.ClockSlack"/> when it first sees it. So a node clock that is behind never prolongs a pull, and one that is
/// ahead shortens by more than that slack only the tags found at the daemon's start.
/// </para>
/// </remarks>
public sealed partial class NodePuller
{
    private readonly PullerOptions _options;
    private readonly RandomStream _random;
    private readonly List<TagPull> _tags = new(0);
    private NodeImage? _latest;
    private DateTime _wakeAt = DateTime.MaxValue;

    /// <summary>The puller of a daemon that starts.</summary>
    /// <param name="nodeName">The node.</param>
    /// <param name="options">Limits and timings.</param>
    /// <param name="random">The puller's own stream.</param>
    public NodePuller(string nodeName, PullerOptions options, RandomStream random)
    {
        NodeName = nodeName;
        _options = options;
        _random = random;
    }

    /// <summary>The node.</summary>
    public string NodeName { get; }

    /// <summary>Attempts that run now.</summary>
    public int RunningPulls { get; private set; }

    /// <summary>Tells of a state of the NodeImage that the watch delivered; null when it is gone. Older states than known are ignored.</summary>
    public void Observe(NodeImage? nodeImage, DateTime now, List<PullerCommand> commands)
    {
        if (nodeImage is null || nodeImage.Metadata.DeletionTimestamp is not null)
        {
            DropAll(commands);
            return;
        }

        NodeImageSpec? oldSpec = _latest?.Spec;
        if (!Take(nodeImage))
        {
            return;
        }

        if (_options.Polling is null)
        {
            Sync(now, commands);
            Settle(now, commands);
        }
        else if (oldSpec is null || !oldSpec.Equals(nodeImage.Spec))
        {
            Poll(now, commands);
            Settle(now, commands);
        }
    }

    /// <summary>Tells that an attempt ended by itself.</summary>
    public void PullEnded(PullId id, PullOutcome outcome, DateTime now, List<PullerCommand> commands)
    {
        if (FindRunning(id) is not { } tag)
        {
            return;
        }

        Released(tag);
        if (outcome.Result == PullResult.Failed)
        {
            AttemptFailed(tag, outcome.Error ?? "unknown error", now, commands);
        }
        else
        {
            Succeed(tag, outcome, now, commands);
        }

        Settle(now, commands);
    }

    /// <summary>Tells how far an attempt has come, in percent of its bytes.</summary>
    public void Progress(PullId id, int percent, DateTime now, List<PullerCommand> commands)
    {
        if (FindRunning(id) is not { } tag)
        {
            return;
        }

        tag.Published = true;
        int progress = Math.Clamp(percent, 0, 100);
        if (tag.Status.Progress != progress)
        {
            tag.Status = tag.Status with { Progress = progress };
        }

        Settle(now, commands);
    }

    /// <summary>Tells how the status write under way ended.</summary>
    /// <exception cref="ArgumentException">A success without the object that was stored.</exception>
    public void StatusWritten(StatusWriteOutcome outcome, DateTime now, List<PullerCommand> commands)
    {
        if (outcome is { Result: StatusWriteResult.Ok, Newest: null })
        {
            throw new ArgumentException("A successful write gives the object that was stored.", nameof(outcome));
        }

        if (!_writing)
        {
            return;
        }

        NodeImageSpec? oldSpec = _latest?.Spec;
        bool news = _latest is not null && outcome.Newest is not null && Take(outcome.Newest);
        EndWrite(outcome.Result, now);
        if (_options.Polling is null)
        {
            if (news)
            {
                Sync(now, commands);
            }
        }
        else if (_pollAfterWrite || (news && !_latest!.Spec.Equals(oldSpec)))
        {
            // A change of the spec that came with the answer: the watch will not tell of it again.
            Poll(now, commands);
        }

        Settle(now, commands);
    }

    /// <summary>Tells that a moment asked for has come; harmless at any time.</summary>
    public void Wake(DateTime now, List<PullerCommand> commands)
    {
        if (now >= _wakeAt)
        {
            _wakeAt = DateTime.MaxValue;
        }

        if (now >= _pollAt)
        {
            _pollAt = DateTime.MaxValue;
            Poll(now, commands);
        }

        Settle(now, commands);
    }

    // Does all that is due at this moment, and asks to be woken for what is due next.
    private void Settle(DateTime now, List<PullerCommand> commands)
    {
        EndOverdue(now, commands);
        StartReady(now, commands);
        if (_options.Polling is null)
        {
            Report(now, commands);
        }

        DateTime next = Earlier(NextTagEvent(now), Earlier(_reportAt, _pollAt));
        if (next < _wakeAt)
        {
            _wakeAt = next;
            commands.Add(new PullerCommand.WakeAt(next));
        }
    }

    private bool Take(NodeImage nodeImage)
    {
        long revision = ObjectCache.RevisionOf(nodeImage);
        if (_latest is not null && revision != 0 && revision <= ObjectCache.RevisionOf(_latest))
        {
            return false;
        }

        _latest = nodeImage;
        if (_retryOnNews)
        {
            _retryOnNews = false;
            _retryAt = default;
        }

        return true;
    }

    private static DateTime Earlier(DateTime a, DateTime b) => a <= b ? a : b;

    private static DateTime Later(DateTime a, DateTime b) => a >= b ? a : b;
}
