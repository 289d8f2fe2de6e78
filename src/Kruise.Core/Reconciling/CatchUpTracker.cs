using System.Runtime.InteropServices;

namespace Kruise.Core.Reconciling;

/// <summary>
/// Holds a controller to the rule that it does not look at a key again until its view has caught up with its own last writes for that
/// key. It takes the place of every kind of expectation: a write is remembered with the resourceVersion it produced, and the view of a
/// kind has caught up once it has seen a change of that kind with this resourceVersion or a later one (watches deliver in order). A deletion has no
/// resourceVersion that every API server tells, so it is remembered by the object: the view has caught up once it shows the object gone or going.
/// A key that waits longer than the time-out, counted from its last write, is let go: it is handed out to be looked at again, and counted.
/// Each operation costs O(log n) amortised. Not safe for use by several threads at a time.
/// </summary>
/// <param name="timeout">How long a key waits for the view before it is let go; positive.</param>
public sealed class CatchUpTracker(TimeSpan timeout)
{
    /// <summary>
    /// 30 s: well above the watch delay of a loaded API server, and half of what the NodeImage controller gives a node to answer.
    /// </summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private readonly OrderedDictionary<Type, KindProgress> _kinds = [];
    private readonly Dictionary<ObjectKey, KeyWait> _keys = [];
    private readonly Dictionary<(ObjectKey Key, Type Kind), long> _awaited = [];
    private readonly Dictionary<(Type Kind, ObjectKey Object), ObjectKey> _deletions = [];
    private readonly Dictionary<ObjectKey, HashSet<(Type Kind, ObjectKey Object)>> _deletionsByKey = [];
    private readonly PriorityQueue<ObjectKey, Deadline> _deadlines = new();
    private long _sequence;

    /// <summary>Keys that wait for the view.</summary>
    public int Waiting => _keys.Count;

    /// <summary>Keys let go because the view did not catch up in time.</summary>
    public long TimeoutCount { get; private set; }

    /// <summary>When <see cref="Expire"/> next has something to do, unless the view catches up before; null when no key waits.</summary>
    public DateTime? NextTimeoutAt
    {
        get
        {
            SettleDeadlines();
            return _deadlines.TryPeek(out _, out Deadline next) ? next.At : null;
        }
    }

    /// <summary>Remembers that a write for <paramref name="key"/> produced an object of <paramref name="kind"/> with that resourceVersion.</summary>
    public void Record(ObjectKey key, Type kind, long revision, DateTime now)
    {
        KindProgress progress = Progress(kind);
        if (revision <= progress.Observed)
        {
            return;
        }

        ref long awaited = ref CollectionsMarshal.GetValueRefOrAddDefault(_awaited, (key, kind), out bool knownKind);
        if (!knownKind)
        {
            progress.Waiting.Enqueue(key, (revision, _sequence++));
        }

        awaited = Math.Max(awaited, revision);
        Wait(key, isNew: !knownKind, now);
    }

    /// <summary>Remembers that a write for <paramref name="key"/> deleted an object that the view still shows as it was.</summary>
    public void RecordDeletion(ObjectKey key, Type kind, ObjectKey deleted, DateTime now)
    {
        if (!_deletions.TryAdd((kind, deleted), key))
        {
            return;
        }

        if (!_deletionsByKey.TryGetValue(key, out HashSet<(Type Kind, ObjectKey Object)>? deletions))
        {
            _deletionsByKey.Add(key, deletions = []);
        }

        deletions.Add((kind, deleted));
        Wait(key, isNew: true, now);
    }

    /// <summary>Tells that the view shows an object gone or going, and adds the key to <paramref name="caughtUp"/> that has caught up by that.</summary>
    public void ObservedDeletion(Type kind, ObjectKey deleted, ICollection<ObjectKey> caughtUp)
    {
        if (_deletions.Count == 0 || !_deletions.Remove((kind, deleted), out ObjectKey key))
        {
            return;
        }

        HashSet<(Type Kind, ObjectKey Object)> deletions = _deletionsByKey[key];
        deletions.Remove((kind, deleted));
        if (deletions.Count == 0)
        {
            _deletionsByKey.Remove(key);
        }

        Settle(key, caughtUp);
    }

    /// <summary>Whether the view holds all that was written for the key, as far as is known.</summary>
    public bool IsCaughtUp(ObjectKey key) => !_keys.ContainsKey(key);

    /// <summary>
    /// Tells that the view of a kind has seen everything up to a resourceVersion, and adds the keys that have caught up by that to
    /// <paramref name="caughtUp"/>; they are to be looked at again if anything asked for it meanwhile.
    /// </summary>
    public void ObservedRevision(Type kind, long revision, ICollection<ObjectKey> caughtUp)
    {
        KindProgress progress = Progress(kind);
        if (revision <= progress.Observed)
        {
            return;
        }

        progress.Observed = revision;
        while (progress.Waiting.TryPeek(out ObjectKey key, out (long Revision, long Sequence) next) && next.Revision <= revision)
        {
            progress.Waiting.Dequeue();
            if (!_awaited.TryGetValue((key, kind), out long awaited))
            {
                continue; // timed out meanwhile
            }

            if (awaited > revision)
            {
                progress.Waiting.Enqueue(key, (awaited, next.Sequence)); // written again meanwhile
                continue;
            }

            _awaited.Remove((key, kind));
            Settle(key, caughtUp);
        }
    }

    /// <summary>Lets go of the keys whose time is up and adds them to <paramref name="timedOut"/>: each must be looked at again.</summary>
    public void Expire(DateTime now, ICollection<CatchUpTimeout> timedOut)
    {
        SettleDeadlines();
        while (_deadlines.TryPeek(out ObjectKey key, out Deadline next) && next.At <= now)
        {
            _deadlines.Dequeue();
            foreach ((Type kind, KindProgress progress) in _kinds)
            {
                if (_awaited.Remove((key, kind), out long awaited))
                {
                    timedOut.Add(new CatchUpTimeout(key, kind, awaited, progress.Observed));
                }
            }

            if (_deletionsByKey.Remove(key, out HashSet<(Type Kind, ObjectKey Object)>? deletions))
            {
                foreach ((Type Kind, ObjectKey Object) deletion in deletions)
                {
                    _deletions.Remove(deletion);
                }

                timedOut.Add(new CatchUpTimeout(key, deletions.First().Kind, 0, Progress(deletions.First().Kind).Observed));
            }

            _keys.Remove(key);
            TimeoutCount++;
            SettleDeadlines();
        }
    }

    private void Wait(ObjectKey key, bool isNew, DateTime now)
    {
        ref KeyWait wait = ref CollectionsMarshal.GetValueRefOrAddDefault(_keys, key, out bool knownKey);
        wait.Open += isNew ? 1 : 0;
        wait.Deadline = now + timeout;
        if (!knownKey)
        {
            wait.Round = _sequence++;
            _deadlines.Enqueue(key, new Deadline(wait.Deadline, wait.Round));
        }
    }

    private void Settle(ObjectKey key, ICollection<ObjectKey> caughtUp)
    {
        ref KeyWait wait = ref CollectionsMarshal.GetValueRefOrNullRef(_keys, key);
        if (--wait.Open == 0)
        {
            _keys.Remove(key);
            caughtUp.Add(key);
        }
    }

    private KindProgress Progress(Type kind)
    {
        if (!_kinds.TryGetValue(kind, out KindProgress? progress))
        {
            _kinds.Add(kind, progress = new KindProgress());
        }

        return progress;
    }

    // Brings the earliest deadline up to date: entries of keys that have caught up go, those of keys written again move.
    private void SettleDeadlines()
    {
        while (_deadlines.TryPeek(out ObjectKey key, out Deadline next))
        {
            if (!_keys.TryGetValue(key, out KeyWait wait) || wait.Round != next.Round)
            {
                _deadlines.Dequeue();
            }
            else if (wait.Deadline != next.At)
            {
                _deadlines.DequeueEnqueue(key, new Deadline(wait.Deadline, next.Round));
            }
            else
            {
                return;
            }
        }
    }

    private sealed class KindProgress
    {
        public long Observed { get; set; }

        public PriorityQueue<ObjectKey, (long Revision, long Sequence)> Waiting { get; } = new();
    }

    private struct KeyWait
    {
        /// <summary>Kinds and deletions that the view has yet to show.</summary>
        public int Open;
        public DateTime Deadline;
        public long Round;
    }

    private readonly record struct Deadline(DateTime At, long Round) : IComparable<Deadline>
    {
        public int CompareTo(Deadline other)
        {
            int byTime = At.CompareTo(other.At);
            return byTime != 0 ? byTime : Round.CompareTo(other.Round);
        }
    }
}

/// <summary>A key that was let go because the view did not catch up in time; a key that waited for several kinds is reported once for each.</summary>
/// <param name="Key">The key to be looked at again.</param>
/// <param name="Kind">The kind that was written.</param>
/// <param name="Revision">The resourceVersion that the view has not reached; 0 when it has not shown a deletion.</param>
/// <param name="ObservedRevision">The resourceVersion that the view has reached.</param>
public readonly record struct CatchUpTimeout(ObjectKey Key, Type Kind, long Revision, long ObservedRevision);
