using Kruise.Core.Features;

namespace Kruise.Core.Reconciling;

/// <summary>
/// The loop around one reconciler, as a world pumps it: which key is next, when a key that failed may be tried again, and that no key is looked at before the
/// view has caught up with what was last written for it. A world tells what happened and when, takes keys, carries out their plans and says how they ended.
/// Each call costs O(log n) amortised and what <see cref="IReconciler.Map"/> costs. Not safe for use by several threads at a time.
/// </summary>
/// <param name="reconciler">The decisions.</param>
/// <param name="view">What they are made from.</param>
/// <param name="gates">The feature gates in force.</param>
/// <param name="random">The controller's own stream.</param>
/// <param name="retries">When a key that failed may be tried again; client-go's numbers when null.</param>
public sealed class ControllerLoop(IReconciler reconciler, IClusterView view, FeatureGates gates, RandomStream random, RateLimiter? retries = null)
{
    private readonly RateLimiter _retries = retries ?? RateLimiter.ForControllers();
    private readonly WorkQueue _queue = new();
    private readonly CatchUpTracker _catchUp = new(CatchUpTracker.DefaultTimeout);
    private readonly Dictionary<ObjectKey, (PlanOutcome Outcome, PlanFailure? Failure)> _outcomes = [];
    private readonly HashSet<ObjectKey> _waitingForView = [];
    private readonly HashSet<Type> _watches = [.. reconciler.Watches];
    private readonly List<ObjectKey> _keys = [];

    /// <summary>The reconciler.</summary>
    public IReconciler Reconciler => reconciler;

    /// <summary>The queue, for its figures.</summary>
    public WorkQueue Queue => _queue;

    /// <summary>Plans made so far.</summary>
    public long Reconciles { get; private set; }

    /// <summary>Keys that were looked at although the view had not caught up within the time-out.</summary>
    public long CatchUpTimeouts => _catchUp.TimeoutCount;

    /// <summary>Keys that wait for a worker or for the view.</summary>
    public int Depth => _queue.Depth + _waitingForView.Count;

    /// <summary>Takes in a change that the view and its indexes already contain.</summary>
    public void OnChange(in ObjectChange change, DateTime now)
    {
        Type kind = change.Object.GetType();
        if (!_watches.Contains(kind))
        {
            return;
        }

        if (change.New?.Metadata is null or { DeletionTimestamp: not null } || (change.Old is { } old && old.Metadata.Uid != change.New.Metadata.Uid))
        {
            _keys.Clear();
            _catchUp.ObservedDeletion(kind, change.Key, _keys);
            LetGoOn(now);
        }

        _keys.Clear();
        reconciler.Map(change, view, _keys);
        foreach (ObjectKey key in _keys)
        {
            _queue.Add(key, now);
        }
    }

    /// <summary>Takes in how far the view of a kind has come; returns whether a key may go on because of it.</summary>
    public bool OnObserved(Type kind, long revision, DateTime now)
    {
        _keys.Clear();
        _catchUp.ObservedRevision(kind, revision, _keys);
        LetGoOn(now);
        return _keys.Count > 0;
    }

    /// <summary>Lets go of keys that have waited for the view too long; they are looked at all the same.</summary>
    /// <param name="now">The time.</param>
    /// <param name="timedOut">Is told of each.</param>
    public void Expire(DateTime now, ICollection<CatchUpTimeout> timedOut)
    {
        int before = timedOut.Count;
        _catchUp.Expire(now, timedOut);
        foreach (CatchUpTimeout timeout in timedOut.Skip(before))
        {
            _waitingForView.Remove(timeout.Key);
            _queue.Add(timeout.Key, now);
        }
    }

    /// <summary>Takes the next key that is ready; the taker owes a <see cref="Finish"/>.</summary>
    public bool TryTake(DateTime now, out ObjectKey key)
    {
        while (_queue.TryGet(now, out key))
        {
            if (_catchUp.IsCaughtUp(key))
            {
                return true;
            }

            _waitingForView.Add(key);
            _queue.Done(key);
        }

        return false;
    }

    /// <summary>Decides what to write for a key that was taken.</summary>
    public Plan Reconcile(ObjectKey key, DateTime now)
    {
        Reconciles++;
        (PlanOutcome outcome, PlanFailure? failure) = _outcomes.GetValueOrDefault(key);
        return reconciler.Reconcile(key, view, new ReconcileContext(now, gates, random, outcome, failure));
    }

    /// <summary>Remembers that a write for a key produced an object of a kind with that resourceVersion.</summary>
    public void Written(ObjectKey key, Type kind, long revision, DateTime now) => _catchUp.Record(key, kind, revision, now);

    /// <summary>Remembers that a write for a key deleted an object; the view has caught up when it shows the object gone or going.</summary>
    public void Deleted(ObjectKey key, Type kind, ObjectKey deleted, string? uid, DateTime now)
    {
        // What the controller does not watch it would never see go.
        if (_watches.Contains(kind)
            && view.Find(kind, deleted)?.Metadata is { DeletionTimestamp: null } shown
            && (uid is null || shown.Uid == uid))
        {
            _catchUp.RecordDeletion(key, kind, deleted, now);
        }
    }

    /// <summary>Ends the work on a key that was taken.</summary>
    /// <param name="key">The key.</param>
    /// <param name="outcome">How its plan ended; what did not succeed is tried again after a back-off.</param>
    /// <param name="lookAgainAt">
    /// When the plan wants the key looked at again. Whatever became of the writes: what it waits for (a deadline, say) comes all the same, and of several
    /// appointments the earliest wins.
    /// </param>
    /// <param name="now">The time.</param>
    /// <param name="failure">The first write that failed.</param>
    public void Finish(ObjectKey key, PlanOutcome outcome, DateTime? lookAgainAt, DateTime now, PlanFailure? failure = null)
    {
        _queue.Done(key);
        if (outcome == PlanOutcome.Succeeded)
        {
            _retries.Forget(key);
            _outcomes.Remove(key);
        }
        else
        {
            _outcomes[key] = (outcome, failure);
            _queue.AddAfter(key, _retries.Next(key, now), now);
        }

        if (lookAgainAt is { } at)
        {
            _queue.AddAfter(key, at, now);
        }
    }

    // Of the keys that have caught up, those that something asked for meanwhile.
    private void LetGoOn(DateTime now)
    {
        foreach (ObjectKey key in _keys)
        {
            if (_waitingForView.Remove(key))
            {
                _queue.Add(key, now);
            }
        }
    }

    /// <summary>When the world has to come back although nothing happened; null when never.</summary>
    /// <param name="canWork">Whether a worker is free: without one, a key that becomes ready changes nothing.</param>
    public DateTime? NextWakeAt(bool canWork)
    {
        DateTime? ready = canWork ? _queue.NextReadyAt : null;
        DateTime? timeout = _waitingForView.Count > 0 ? _catchUp.NextTimeoutAt : null;
        return ready is null || timeout < ready ? timeout : ready;
    }
}
