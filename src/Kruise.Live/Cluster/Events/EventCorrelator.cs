using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster.Events;

/// <summary>What is to be done about an event.</summary>
internal enum EventVerdict
{
    /// <summary>Write a new event.</summary>
    Create,

    /// <summary>It happened before: write its new count, time and message to the event of that time.</summary>
    Patch,

    /// <summary>Too much about this object already: write nothing.</summary>
    Skip,
}

/// <summary>An event after correlation.</summary>
/// <param name="Verdict">What is to be done.</param>
/// <param name="Event">The event as it should be; its name is that of the event to patch where one is patched.</param>
/// <param name="Combined">Whether it stands for several different messages.</param>
internal readonly record struct CorrelatedEvent(EventVerdict Verdict, EventObject Event, bool Combined);

/// <summary>
/// Keeps events from flooding a cluster, as client-go does, for one source: the same event again raises a count; many different messages of one reason become
/// one event; and about one object only so many are written in a time. One thread at a time.
/// </summary>
internal sealed class EventCorrelator(EventLimits limits)
{
    private const string CombinedPrefix = "(combined from similar events): ";

    private readonly LruCache<GroupKey, Group> _groups = new(limits.Remembered);
    private readonly LruCache<EventKey, Written> _written = new(limits.Remembered);
    private readonly LruCache<ObjectAndType, TokenBucket> _budgets = new(limits.Remembered);

    /// <summary>Takes the next event in; its count is 1, and <paramref name="now"/> never goes back.</summary>
    public CorrelatedEvent Correlate(EventObject next, DateTime now)
    {
        (EventObject observed, EventKey key) = Combine(next, now);
        EventVerdict verdict = EventVerdict.Create;
        if (_written.TryGet(key, out Written? before))
        {
            verdict = EventVerdict.Patch;
            observed = observed with
            {
                Metadata = observed.Metadata with { Name = before.Name },
                FirstTimestamp = before.FirstTimestamp,
                Count = before.Count + 1,
            };
        }

        // Counted even when it is not written: the next one that is tells of all.
        _written.Set(key, new Written(observed.Metadata.Name, observed.FirstTimestamp, observed.Count));
        return new CorrelatedEvent(HasBudget(observed, now) ? verdict : EventVerdict.Skip, observed, Combined: key.Message is null);
    }

    private (EventObject Event, EventKey Key) Combine(EventObject next, DateTime now)
    {
        var groupKey = new GroupKey(ObjectAndType.Of(next), next.Reason);
        if (!_groups.TryGet(groupKey, out Group? group) || now - group.Last > limits.CombineWindow)
        {
            group = new Group();
            _groups.Set(groupKey, group);
        }

        group.Last = now;
        if (group.Messages.Contains(next.Message) || group.Messages.Count < limits.CombineFrom - 1)
        {
            // The first messages keep events of their own.
            group.Messages.Add(next.Message);
            return (next, new EventKey(groupKey, next.InvolvedObject.FieldPath, next.Message));
        }

        return (next with { Message = EventText.Fit(CombinedPrefix + next.Message) }, new EventKey(groupKey, null, null));
    }

    private bool HasBudget(EventObject observed, DateTime now)
    {
        ObjectAndType key = ObjectAndType.Of(observed);
        if (!_budgets.TryGet(key, out TokenBucket? budget))
        {
            budget = new TokenBucket(1 / limits.Refill.TotalSeconds, limits.Burst);
            _budgets.Set(key, budget);
        }

        return budget.TryTake(now);
    }

    // Type is part of the budget's key: what is normal does not use up the warnings.
    private readonly record struct ObjectAndType(string? ApiVersion, string? Kind, string? Namespace, string? Name, string? Uid, string Type)
    {
        public static ObjectAndType Of(EventObject e) => Of(e.InvolvedObject, e.Type);

        private static ObjectAndType Of(V1ObjectReference about, string type) =>
            new(about.ApiVersion, about.Kind, about.NamespaceProperty, about.Name, about.Uid, type);
    }

    private readonly record struct GroupKey(ObjectAndType About, string Reason);

    /// <param name="Group">The group.</param>
    /// <param name="FieldPath">The part of the object that it is about.</param>
    /// <param name="Message">The message; null for the event that stands for several.</param>
    private readonly record struct EventKey(GroupKey Group, string? FieldPath, string? Message);

    private sealed class Group
    {
        public HashSet<string> Messages { get; } = new(StringComparer.Ordinal);

        public DateTime Last { get; set; }
    }

    private sealed record Written(string Name, DateTime FirstTimestamp, int Count);
}
