using Kruise.Core.Api;
using Kruise.Core.ImagePull;

namespace Kruise.Live.Recording;

/// <summary>
/// A job, as long as it asks for one image: its slots and the rows of its nodes, by the rules by which the twin keeps its own. A slot becomes free with the
/// job, with every rise of its limit, and whenever a node reports or is released; a node takes the slot that has been free for longest.
/// </summary>
internal sealed class JobRound
{
    private readonly FreeSlots<long> _slots = new();
    private readonly Dictionary<string, RowTrack> _rows = new(StringComparer.Ordinal);
    private readonly ImageReference? _reference;
    private readonly string _uid;
    private readonly Func<DateTime, long> _whenWas;
    private TargetSelector _selector;
    private ImagePullJobNodeSelector? _selectorSpec;
    private Parallelism _parallelism;
    private int? _targets;
    private int _limit;

    /// <summary>Begins a round.</summary>
    /// <param name="job">The job.</param>
    /// <param name="asked">When it asked.</param>
    /// <param name="sawBeginning">Whether the recorder was there.</param>
    /// <param name="whenWas">Puts an object's time on the recorder's clock.</param>
    public JobRound(ImagePullJob job, long asked, bool sawBeginning, Func<DateTime, long> whenWas)
    {
        _reference = ImageReference.TryParse(job.Spec.Image, out ImageReference? reference, out _) ? reference : null;
        _uid = job.Metadata.Uid;
        _selectorSpec = job.Spec.Selector;
        _selector = new TargetSelector(_selectorSpec);
        _whenWas = whenWas;
        Image = job.Spec.Image;
        Asked = asked;
        SawBeginning = sawBeginning;
    }

    /// <summary>The image as the job names it.</summary>
    public string Image { get; }

    public long Asked { get; }

    public bool SawBeginning { get; }

    /// <summary>When the job completed, was deleted or asked for another image, whichever came first.</summary>
    public long? Ended { get; private set; }

    public IReadOnlyDictionary<string, RowTrack> Rows => _rows;

    public bool Selects(NodeImage? nodeImage) => nodeImage is not null && _selector.Selects(nodeImage.Metadata);

    /// <summary>Takes over the job's selector and limit; all nodes are counted anew when the selector has changed, and at first.</summary>
    public void Adjust(ImagePullJob job, IEnumerable<NodeTrack> nodes, long now)
    {
        if (_targets is null || !Equals(_selectorSpec, job.Spec.Selector))
        {
            _selectorSpec = job.Spec.Selector;
            _selector = new TargetSelector(_selectorSpec);
            _targets = nodes.Count(node => Selects(node.Latest));
        }

        _parallelism = Parallelism.TryParse(job.Spec.Parallelism, out Parallelism parallelism) ? parallelism : Parallelism.Paused;
        SetLimit(now);
    }

    /// <summary>A node has come, changed or gone: a limit that is a share of the targets follows.</summary>
    public void CountTarget(NodeImage? before, NodeImage? after, long now)
    {
        int change = (Selects(after) ? 1 : 0) - (Selects(before) ? 1 : 0);
        if (change != 0)
        {
            _targets += change;
            SetLimit(now);
        }
    }

    /// <summary>Takes in a node's newest state.</summary>
    public void Follow(NodeTrack node, Moment moment)
    {
        if (Ended is not null)
        {
            return;
        }

        NodeImage? nodeImage = node.Latest;
        ImageTagSpec? wanted = Find(nodeImage);
        if (wanted?.OwnerReferences?.Any(owner => owner.Uid == _uid) != true)
        {
            wanted = null;
        }

        _rows.TryGetValue(node.Name, out RowTrack? row);
        if (wanted is not null && row is null or { Released: not null })
        {
            long dispatched = At(wanted.CreatedAt, moment);
            _rows[node.Name] = row = new RowTrack(_slots.Take() ?? moment.Nanoseconds, dispatched);
        }

        if (row is not null)
        {
            Follow(row, wanted, Report(nodeImage, wanted), moment);
        }
    }

    /// <summary>The job is over, or asks for another image: it no longer wants what its nodes have not finished.</summary>
    public void End(long now)
    {
        Ended = now;
        foreach (RowTrack row in _rows.Values.Where(row => !row.HasEnded))
        {
            row.Released = now;
        }
    }

    private void SetLimit(long now)
    {
        int limit = _parallelism.Of(_targets ?? 0);
        if (limit > _limit)
        {
            _slots.Open(now, limit - _limit);
        }
        else
        {
            _slots.Close(_limit - limit);
        }

        _limit = limit;
    }

    private void Follow(RowTrack row, ImageTagSpec? wanted, ImageTagStatus? told, Moment moment)
    {
        bool isDone = told?.CompletionTime is not null;
        if (row.HasEnded)
        {
            // Another job's asking for the same tag puts the node back to work.
            if (row.HoldsSlot != (wanted is not null && !isDone))
            {
                row.HoldsSlot = !row.HoldsSlot;
                if (row.HoldsSlot)
                {
                    _slots.Take();
                }
                else
                {
                    _slots.Open(moment.Nanoseconds, 1);
                }
            }

            return;
        }

        if (wanted is null)
        {
            row.Released = moment.Nanoseconds;
        }
        else if (told is not null)
        {
            if (told.Phase == ImagePullPhase.Pulling || (moment.IsPast && told.StartTime is not null))
            {
                row.Started ??= At(told.StartTime, moment);
            }

            row.Message = told.Message ?? row.Message;
            if (isDone)
            {
                row.Reported = At(told.CompletionTime, moment);
                row.CompletionTime = told.CompletionTime;
                row.Outcome = told.Phase == ImagePullPhase.Succeeded ? RecordedOutcome.Succeeded : RecordedOutcome.Failed;
            }
        }

        if (row.HasEnded)
        {
            row.HoldsSlot = false;
            _slots.Open(moment.Nanoseconds, 1);
        }
    }

    private long At(DateTime? own, Moment moment) => moment.IsPast && own is { } time ? _whenWas(time) : moment.Nanoseconds;

    private ImageTagSpec? Find(NodeImage? nodeImage) =>
        _reference is not null && nodeImage?.Spec.Images is { } images && images.TryGetValue(_reference.FamiliarName, out ImageSpec? image)
            ? image.Tags.FirstOrDefault(tag => tag.Tag == _reference.TagOrDigest)
            : null;

    // What the node says of the version that is wanted now.
    private ImageTagStatus? Report(NodeImage? nodeImage, ImageTagSpec? wanted) =>
        wanted is not null && nodeImage!.Status.ImageStatuses is { } images && images.TryGetValue(_reference!.FamiliarName, out ImageStatus? image)
            ? image.Tags.FirstOrDefault(tag => tag.Tag == wanted.Tag && tag.Version == wanted.Version)
            : null;
}
