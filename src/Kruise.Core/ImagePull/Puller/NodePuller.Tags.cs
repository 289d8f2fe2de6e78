using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull.Puller;

// Tags: what is wanted, attempts, sleeps and deadlines. _tags is sorted by image and tag.
public sealed partial class NodePuller
{
    private const string DeadlineMessage = "pulling exceeds the activeDeadlineSeconds";

    private NodeImageSpec? _mergedSpec;
    private bool _watching;
    private long _lastPullId;

    private void Sync(DateTime now, List<PullerCommand> commands)
    {
        NodeImage latest = _latest!;
        if (!ReferenceEquals(latest.Spec, _mergedSpec))
        {
            Merge(latest, now, commands);
            _mergedSpec = latest.Spec;
        }

        _watching = true;
        foreach (TagPull tag in _tags)
        {
            // A completion in the API is final for its version, whoever declared it.
            ImageTagStatus? told = PullerStatus.Find(latest.Status, tag.Image, tag.Spec.Tag);
            if (told is { CompletionTime: not null } && told.Version == tag.Spec.Version && !told.Equals(tag.Status))
            {
                Stop(tag, commands);
                tag.Status = told;
                tag.Published = true;
            }
        }
    }

    private void Merge(NodeImage latest, DateTime now, List<PullerCommand> commands)
    {
        List<Wanted> wanted = ListWanted(latest.Spec);
        TagPull[] held = [.. _tags];
        _tags.Clear();
        _tags.EnsureCapacity(wanted.Count);
        int next = 0;
        foreach (Wanted want in wanted)
        {
            if (_tags.Count > 0 && want.CompareTo(_tags[^1]) == 0)
            {
                continue; // listed twice
            }

            int order = -1;
            while (next < held.Length && (order = want.CompareTo(held[next])) > 0)
            {
                Stop(held[next++], commands);
            }

            TagPull? old = next < held.Length && order == 0 ? held[next++] : null;
            TagPull tag;
            if (old is not null && IsSameRound(old, want.Tag))
            {
                tag = old;
            }
            else
            {
                tag = Accept(want, latest.Status, now);
                if (old is not null)
                {
                    Stop(old, commands);
                    tag.Previous = old.Shown;
                }
            }

            tag.Spec = want.Tag;
            tag.PullSecrets = want.Image.PullSecrets;
            _tags.Add(tag);
        }

        while (next < held.Length)
        {
            Stop(held[next++], commands);
        }
    }

    // A finished tag that was asked for again is a new round even if its version could not be raised (its status had been dropped).
    private static bool IsSameRound(TagPull tag, ImageTagSpec wanted) =>
        tag.Spec.Version == wanted.Version && !(tag.IsDone && tag.Spec.CreatedAt != wanted.CreatedAt);

    private TagPull Accept(Wanted want, NodeImageStatus status, DateTime now)
    {
        ImageTagStatus? told = PullerStatus.Find(status, want.Name, want.Tag.Tag);
        if (told is not null && told.Version != want.Tag.Version)
        {
            told = null;
        }

        // Without a report of an earlier daemon a tag cannot have been waiting long: this one was there to see it.
        DateTime newest = told?.StartTime ?? now;
        DateTime origin = Earlier(want.Tag.CreatedAt ?? now, newest);
        if (_watching)
        {
            origin = Later(origin, newest - _options.ClockSlack);
        }

        var tag = new TagPull(want.Name, want.Tag) { Origin = origin, Published = _options.ReportsStart };
        if (told?.StartTime is { } started)
        {
            tag.Status = tag.Status with { StartTime = started };
        }

        return tag;
    }

    private void DropAll(List<PullerCommand> commands)
    {
        foreach (TagPull tag in _tags)
        {
            Stop(tag, commands);
        }

        _tags.Clear();
        _mergedSpec = null;
        _latest = null;
        ForgetReports();
    }

    private void EndOverdue(DateTime now, List<PullerCommand> commands)
    {
        foreach (TagPull tag in _tags)
        {
            if (tag.IsDone)
            {
                continue;
            }

            if (tag.FinalError is { } error)
            {
                if (now >= tag.NotBefore)
                {
                    GiveUp(tag, error, now, commands);
                }
            }
            else if (now >= tag.Deadline)
            {
                Stop(tag, commands);
                GiveUp(tag, DeadlineMessage, now, commands);
            }
            else if (tag.IsRunning && now >= tag.StopAt)
            {
                Stop(tag, commands);
                AttemptFailed(tag, $"pulling image {tag.Reference} is canceled", now, commands);
            }
        }
    }

    private void StartReady(DateTime now, List<PullerCommand> commands)
    {
        while (_options.MaxConcurrentPulls is not { } limit || RunningPulls < limit)
        {
            TagPull? first = null;
            foreach (TagPull tag in _tags)
            {
                if (tag.IsReady(now) && (first is null || tag.GoesBefore(first)))
                {
                    first = tag;
                }
            }

            if (first is null)
            {
                return;
            }

            Start(first, now, commands);
        }
    }

    private void Start(TagPull tag, DateTime now, List<PullerCommand> commands)
    {
        if (tag.Attempts++ == 0)
        {
            tag.FirstAttemptAt = now;
            tag.Status = tag.Status with { Phase = ImagePullPhase.Pulling, StartTime = tag.Status.StartTime ?? WholeSeconds(now) };
        }

        // A limit of zero or less would fail every attempt before it began: it counts as not given.
        TimeSpan timeout = tag.Spec.PullPolicy?.TimeoutSeconds is > 0 and int seconds ? TimeSpan.FromSeconds(seconds) : _options.DefaultTimeout;
        tag.StopAt = Earlier(now + timeout, tag.Deadline);
        tag.Running = new PullId(++_lastPullId);
        RunningPulls++;
        commands.Add(new PullerCommand.StartPull(tag.Running, tag.Image, tag.Spec.Tag, tag.Attempts, tag.StopAt - now, tag.PullSecrets));
    }

    private void AttemptFailed(TagPull tag, string error, DateTime now, List<PullerCommand> commands)
    {
        int retries = tag.Spec.PullPolicy?.BackoffLimit is >= 0 and int limit ? limit : _options.DefaultBackoffLimit;
        bool last = tag.Attempts > retries;
        if (last && !_options.SleepsAfterLastAttempt)
        {
            GiveUp(tag, error, now, commands);
            return;
        }

        tag.NotBefore = now + ItemBackoff.Delay(_options.RetrySleepBase, _options.RetrySleepMax, tag.Attempts - 1);
        if (last)
        {
            tag.FinalError = error;
        }
        else if (_options.Polling is null)
        {
            tag.Status = tag.Status with { Message = error };
        }
    }

    private void Succeed(TagPull tag, PullOutcome outcome, DateTime now, List<PullerCommand> commands)
    {
        tag.Published = true;
        tag.Status = tag.Status with
        {
            Phase = ImagePullPhase.Succeeded,
            Progress = 100,
            CompletionTime = WholeSeconds(now),
            ImageId = outcome.ImageId is { } id ? tag.Image + "@" + id : null,
            Message = null,
        };
        commands.Add(new PullerCommand.RecordEvent(
            AboutNodeImage(),
            EventSeverity.Normal,
            PullEvents.Succeeded,
            outcome.Result == PullResult.AlreadyPresent
                ? PullEvents.AlreadyPresent(tag.Reference, tag.Attempts)
                : PullEvents.Pulled(tag.Reference, now - tag.FirstAttemptAt, tag.Attempts)));
    }

    private void GiveUp(TagPull tag, string error, DateTime now, List<PullerCommand> commands)
    {
        tag.Published = true;
        tag.Status = tag.Status with { Phase = ImagePullPhase.Failed, CompletionTime = WholeSeconds(now), Message = error };
        string message = PullEvents.GivenUp(tag.Reference, NodeName, tag.Attempts, error);
        foreach (V1ObjectReference owner in tag.Spec.OwnerReferences ?? [])
        {
            commands.Add(new PullerCommand.RecordEvent(owner, EventSeverity.Warning, PullEvents.Failed, message));
        }

        commands.Add(new PullerCommand.RecordEvent(AboutNodeImage(), EventSeverity.Warning, PullEvents.Failed, message));
    }

    private void Stop(TagPull tag, List<PullerCommand> commands)
    {
        if (tag.IsRunning)
        {
            commands.Add(new PullerCommand.StopPull(tag.Running));
            Released(tag);
        }
    }

    private void Released(TagPull tag)
    {
        tag.Running = default;
        RunningPulls--;
    }

    private TagPull? FindRunning(PullId id)
    {
        foreach (TagPull tag in _tags)
        {
            if (tag.IsRunning && tag.Running == id)
            {
                return tag;
            }
        }

        return null;
    }

    private DateTime NextTagEvent(DateTime now)
    {
        DateTime next = DateTime.MaxValue;
        foreach (TagPull tag in _tags)
        {
            if (tag.IsDone)
            {
                continue;
            }

            if (tag.IsRunning)
            {
                next = Earlier(next, tag.StopAt);
            }
            else if (tag.NotBefore > now)
            {
                next = Earlier(next, tag.NotBefore);
            }

            if (tag.FinalError is null)
            {
                next = Earlier(next, tag.Deadline);
            }
        }

        return next;
    }

    private V1ObjectReference AboutNodeImage() => new()
    {
        ApiVersion = KruiseGroup.V1Alpha1,
        Kind = NodeImage.KindName,
        Name = NodeName,
        Uid = _latest?.Metadata.Uid,
    };

    // Times in objects are whole seconds, as metav1.Time writes them.
    private static DateTime WholeSeconds(DateTime time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);

    private static List<Wanted> ListWanted(NodeImageSpec spec)
    {
        var wanted = new List<Wanted>();
        if (spec.Images is null)
        {
            return wanted;
        }

        foreach ((string name, ImageSpec image) in spec.Images)
        {
            foreach (ImageTagSpec tag in image.Tags)
            {
                wanted.Add(new Wanted(name, image, tag));
            }
        }

        if (wanted.Count > 1)
        {
            wanted.Sort(static (a, b) => TagPull.CompareNames(a.Name, a.Tag.Tag, b.Name, b.Tag.Tag));
        }

        return wanted;
    }

    private readonly record struct Wanted(string Name, ImageSpec Image, ImageTagSpec Tag)
    {
        public int CompareTo(TagPull held) => TagPull.CompareNames(Name, Tag.Tag, held.Image, held.Spec.Tag);
    }
}
