using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Recording;

/// <summary>
/// The timeline of one job, made from what watches deliver; no I/O, no clock. Each pair of job and node is cut at moments, as the twin cuts them: asked ≤
/// dispatched ≤ started ≤ reported. Not safe for use by several threads at a time.
/// </summary>
/// <param name="key">The job.</param>
/// <param name="beganAt">The wall clock when the recorder's own clock stood at zero, UTC; places objects' times on it.</param>
internal sealed class JobTimeline(ObjectKey key, DateTime beganAt)
{
    private const long NanosecondsPerTick = 100;

    private readonly SortedDictionary<string, NodeTrack> _nodes = new(StringComparer.Ordinal);
    private readonly List<JobRound> _rounds = [];
    private ImagePullJob? _job;
    private long _completedRevision;

    public ObjectKey Key => key;

    /// <summary>The newest state of the job; null until it exists.</summary>
    public ImagePullJob? Job => _job;

    /// <summary>When the job completed; null while it has not.</summary>
    public long? Completed { get; private set; }

    /// <summary>Whether the job was deleted.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Whether there is nothing more to follow.</summary>
    public bool IsOver => Completed is not null || IsGone;

    /// <summary>When the job asked.</summary>
    public long Asked => _rounds.Count > 0 ? _rounds[0].Asked : 0;

    public bool SawBeginning => _rounds.Count > 0 && _rounds[0].SawBeginning;

    public void Observe(ImagePullJob job, Moment moment)
    {
        if (IsOver)
        {
            return;
        }

        if (_job is not null && _job.Metadata.Uid != job.Metadata.Uid)
        {
            JobGone(moment); // deleted and created again while nobody watched
            return;
        }

        if (_job is null || _job.Spec.Image != job.Spec.Image)
        {
            long asked = moment.IsPast && job.Metadata.CreationTimestamp is { } created ? WhenWas(created) : moment.Nanoseconds;
            Current?.End(asked);
            var round = new JobRound(job, asked, !moment.IsPast, WhenWas);
            _rounds.Add(round);
        }

        _job = job;
        Current!.Adjust(job, _nodes.Values, moment.Nanoseconds);
        foreach (NodeTrack node in _nodes.Values)
        {
            Current.Follow(node, moment);
        }

        if (job.Status.CompletionTime is { } completion)
        {
            Completed = moment.IsPast ? WhenWas(completion) : moment.Nanoseconds;
            _completedRevision = ObjectCache.RevisionOf(job);
        }
    }

    public void JobGone(Moment moment)
    {
        if (_job is null || IsOver)
        {
            return;
        }

        IsGone = true;
        Current?.End(moment.Nanoseconds);
    }

    /// <summary>
    /// Takes in a NodeImage. Watches are not in step with each other: what was stored before the job's completion counts, also when it is heard of after it,
    /// and what was stored later does not.
    /// </summary>
    public void Observe(NodeImage nodeImage, Moment moment)
    {
        long revision = ObjectCache.RevisionOf(nodeImage);
        if (IsGone || (Completed is not null && revision > _completedRevision))
        {
            return;
        }

        if (!_nodes.TryGetValue(nodeImage.Metadata.Name, out NodeTrack? node))
        {
            long joined = moment.IsPast && nodeImage.Metadata.CreationTimestamp is { } created ? WhenWas(created) : moment.Nanoseconds;
            _nodes.Add(nodeImage.Metadata.Name, node = new NodeTrack(nodeImage.Metadata.Name, joined));
        }
        else if (node.Latest is not null && revision > 0 && revision <= ObjectCache.RevisionOf(node.Latest))
        {
            return;
        }

        Change(node, nodeImage, moment);
    }

    public void NodeImageGone(string name, Moment moment)
    {
        if (!IsOver && _nodes.TryGetValue(name, out NodeTrack? node) && node.Latest is not null)
        {
            Change(node, null, moment);
        }
    }

    /// <summary>Whether every report that the job's completion counts has been heard.</summary>
    public bool HasAllReports()
    {
        (_, int succeeded, int failed) = Count();
        return Completed is not null && succeeded >= _job!.Status.Succeeded && failed >= _job.Status.Failed;
    }

    /// <summary>How far the job's present round has come: targets, those warm, those given up.</summary>
    public (int Targets, int Succeeded, int Failed) Count()
    {
        if (Current is not { } round)
        {
            return (0, 0, 0);
        }

        int succeeded = round.Rows.Values.Count(row => row.Outcome == RecordedOutcome.Succeeded);
        int failed = round.Rows.Values.Count(row => row.Outcome == RecordedOutcome.Failed);
        return (NodesOf(round).Count(), succeeded, failed);
    }

    /// <summary>The rows so far, by round and node: of every node that was ever asked, and of the targets that were there before the job ended.</summary>
    /// <param name="now">When the recording ends.</param>
    public IReadOnlyList<RecordedRow> Rows(long now) =>
        [.. _rounds.SelectMany(round => NodesOf(round).Select(node => Row(round, node, round.Ended ?? Completed ?? now)))];

    private JobRound? Current => _rounds.Count > 0 ? _rounds[^1] : null;

    private void Change(NodeTrack node, NodeImage? nodeImage, Moment moment)
    {
        NodeImage? before = node.Latest;
        node.Latest = nodeImage;
        Current?.CountTarget(before, nodeImage, moment.Nanoseconds);
        Current?.Follow(node, moment);
    }

    private IEnumerable<NodeTrack> NodesOf(JobRound round) => _nodes.Values.Where(node =>
        round.Rows.ContainsKey(node.Name)
        || (round.Selects(node.Latest) && !(node.Joined > (round.Ended ?? Completed))));

    private RecordedRow Row(JobRound round, NodeTrack node, long end)
    {
        long asked = Math.Max(round.Asked, node.Joined);
        long zero = Asked;
        round.Rows.TryGetValue(node.Name, out RowTrack? row);

        // Whole seconds of other clocks may come before what they follow.
        long? dispatched = row is null ? null : Math.Max(row.Dispatched, asked);
        long? started = row?.Started is { } start ? Math.Max(start, dispatched!.Value) : null;
        long? reported = row?.Reported is { } report ? Math.Max(report, started ?? dispatched!.Value) : null;
        long slotFree = row is null ? Math.Max(end, asked) : Math.Clamp(row.SlotFree, asked, dispatched!.Value);
        return new RecordedRow
        {
            Node = node.Name,
            Image = round.Image,
            Asked = asked - zero,
            Dispatched = dispatched - zero,
            Started = started - zero,
            Reported = reported - zero,
            Outcome = row?.Outcome ?? RecordedOutcome.Unfinished,
            Message = row?.Message,
            CompletionTime = row?.CompletionTime,
            WaitingForSlot = round.SawBeginning ? slotFree - asked : null,
            Dispatch = round.SawBeginning ? (dispatched ?? slotFree) - slotFree : null,
        };
    }

    private long WhenWas(DateTime time) => (time.ToUniversalTime() - beganAt).Ticks * NanosecondsPerTick;
}
