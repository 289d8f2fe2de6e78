using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Cluster;

/// <summary>How a controller runs in the simulated manager.</summary>
/// <param name="Workers">Keys reconciled at a time.</param>
/// <param name="ParallelWrites">Writes of one plan under way at a time, where the plan allows it.</param>
/// <param name="ReconcileTime">What a worker computes before its first write.</param>
internal sealed record ControllerParameters(int Workers, int ParallelWrites, LatencyDistribution ReconcileTime);

/// <summary>
/// Pumps one reconciler in virtual time: work queue, workers, catch-up rule, back-off, and the execution of plans through the controller's own client. The rules
/// are Core's; this charges time for them.
/// </summary>
internal sealed class ControllerHost : IEventTarget, IApiCallback
{
    private const int Tick = 0;
    private const int Planned = 1;

    private readonly EventLoop _loop;
    private readonly IReconciler _reconciler;
    private readonly IClusterView _view;
    private readonly ApiClient _client;
    private readonly ControllerParameters _parameters;
    private readonly FeatureGates _gates;
    private readonly RandomStream _random;
    private readonly RandomStream _timing;
    private readonly WorkQueue _queue = new();
    private readonly RateLimiter _retries = RateLimiter.ForControllers();
    private readonly CatchUpTracker _catchUp = new(CatchUpTracker.DefaultTimeout);
    private readonly Dictionary<ObjectKey, PlanOutcome> _outcomes = [];
    private readonly HashSet<ObjectKey> _waitingForView = [];
    private readonly HashSet<Type> _watches;
    private readonly Worker[] _workers;
    private readonly Stack<Worker> _idle = new();
    private readonly List<ObjectKey> _keys = [];
    private readonly List<CatchUpTimeout> _timedOut = [];
    private EventHandle _tick;
    private SimTime _tickAt = SimTime.MaxValue;

    public ControllerHost(
        EventLoop loop, IReconciler reconciler, IClusterView view, ApiClient client, ControllerParameters parameters, FeatureGates gates, RandomStream random)
    {
        _loop = loop;
        _reconciler = reconciler;
        _view = view;
        _client = client;
        _parameters = parameters;
        _gates = gates;
        _random = random;
        _timing = random.Derive("timing");
        _watches = [.. reconciler.Watches];
        _workers = new Worker[parameters.Workers];
        for (int i = _workers.Length - 1; i >= 0; i--)
        {
            _workers[i] = new Worker(i);
            _idle.Push(_workers[i]);
        }
    }

    /// <summary>Whether the reconciler wants to hear of a kind's changes.</summary>
    public bool Watches(Type kind) => _watches.Contains(kind);

    /// <summary>Plans made so far.</summary>
    public long Reconciles { get; private set; }

    /// <summary>Keys that were looked at although the view had not caught up within the time-out.</summary>
    public long CatchUpTimeouts => _catchUp.TimeoutCount;

    public int QueueDepth => _queue.Depth + _waitingForView.Count;

    /// <summary>Takes in a change that the view and its indexes already contain.</summary>
    public void OnChange(in ObjectChange change)
    {
        _keys.Clear();
        _reconciler.Map(change, _view, _keys);
        DateTime now = _loop.Now.ToDateTime();
        foreach (ObjectKey key in _keys)
        {
            _queue.Add(key, now);
        }

        Pump();
    }

    /// <summary>Takes in how far the view of a kind has come.</summary>
    public void OnObserved(Type kind, long revision)
    {
        _keys.Clear();
        _catchUp.ObservedRevision(kind, revision, _keys);
        foreach (ObjectKey key in _keys)
        {
            Resume(key);
        }

        if (_keys.Count > 0)
        {
            Pump();
        }
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        if (kind == Tick)
        {
            _tickAt = SimTime.MaxValue;
            _timedOut.Clear();
            _catchUp.Expire(_loop.Now.ToDateTime(), _timedOut);
            foreach (CatchUpTimeout timeout in _timedOut)
            {
                _waitingForView.Remove(timeout.Key);
                _queue.Add(timeout.Key, _loop.Now.ToDateTime());
            }

            Pump();
            return;
        }

        Continue(_workers[argument]);
    }

    public void OnApiResult(long token, Write write, in ApiResult result)
    {
        Worker worker = _workers[token];
        worker.UnderWay--;
        if (result.Succeeded)
        {
            if (result.Object is { } stored && write is not Write.Delete)
            {
                _catchUp.Record(worker.Key, stored.GetType(), ApiServer.RevisionOf(stored), _loop.Now.ToDateTime());
            }
        }
        else if (!(write is Write.Delete && result.IsNotFound))
        {
            worker.Outcome = result.IsConflict && worker.Outcome != PlanOutcome.Failed ? PlanOutcome.Conflict : PlanOutcome.Failed;
        }

        Continue(worker);
    }

    private void Resume(ObjectKey key)
    {
        if (_waitingForView.Remove(key))
        {
            _queue.Add(key, _loop.Now.ToDateTime());
        }
    }

    private void Pump()
    {
        DateTime now = _loop.Now.ToDateTime();
        while (_idle.Count > 0 && _queue.TryGet(now, out ObjectKey key))
        {
            if (!_catchUp.IsCaughtUp(key))
            {
                _waitingForView.Add(key);
                _queue.Done(key);
                continue;
            }

            Worker worker = _idle.Pop();
            worker.Key = key;
            worker.Outcome = PlanOutcome.Succeeded;
            worker.Group = 0;
            worker.Next = 0;
            worker.Plan = _reconciler.Reconcile(
                key, _view, new ReconcileContext(now, _gates, _random, _outcomes.GetValueOrDefault(key)));
            worker.LookAgainAt = worker.Plan.RequeueAfter is { } delay ? now + delay : null;
            Reconciles++;
            _loop.ScheduleAfter(_parameters.ReconcileTime.Sample(_timing), this, Planned, worker.Index);
        }

        ScheduleTick();
    }

    private void Continue(Worker worker)
    {
        Plan plan = worker.Plan!;
        while (worker.Group < plan.Groups.Count)
        {
            WriteGroup group = plan.Groups[worker.Group];
            bool failed = worker.Outcome != PlanOutcome.Succeeded;
            int atOnce = group.Parallel ? _parameters.ParallelWrites : 1;
            while (worker.Next < group.Writes.Count && worker.UnderWay < atOnce && (group.Parallel || !failed))
            {
                Write write = group.Writes[worker.Next++];
                if (write is Write.RecordEvent)
                {
                    // Events go out beside the plan, through a broadcaster with a client of its own, and nothing in the twin reads them.
                    continue;
                }

                worker.UnderWay++;
                _client.Send(write, this, worker.Index);
            }

            if (worker.UnderWay > 0)
            {
                return;
            }

            if (failed)
            {
                break;
            }

            worker.Group++;
            worker.Next = 0;
        }

        Finish(worker);
    }

    private void Finish(Worker worker)
    {
        DateTime now = _loop.Now.ToDateTime();
        ObjectKey key = worker.Key;
        worker.Plan = null;
        _queue.Done(key);
        if (worker.Outcome == PlanOutcome.Succeeded)
        {
            _retries.Forget(key);
            _outcomes.Remove(key);
        }
        else
        {
            _outcomes[key] = worker.Outcome;
            _queue.AddAfter(key, _retries.Next(key, now), now);
        }

        if (worker.LookAgainAt is { } at)
        {
            // Whatever became of the writes: what the plan waits for (a deadline, say) comes all the same. The earliest appointment wins.
            _queue.AddAfter(key, at, now);
        }

        _idle.Push(worker);
        Pump();
    }

    private void ScheduleTick()
    {
        SimTime next = SimTime.MaxValue;
        if (_idle.Count > 0 && _queue.NextReadyAt is { } ready)
        {
            next = SimTime.FromDateTime(ready);
        }

        if (_waitingForView.Count > 0 && _catchUp.NextTimeoutAt is { } timeout)
        {
            next = SimTime.Min(next, SimTime.FromDateTime(timeout));
        }

        if (next >= _tickAt || next == SimTime.MaxValue)
        {
            return;
        }

        _loop.Cancel(_tick);
        _tickAt = SimTime.Max(next, _loop.Now);
        _tick = _loop.Schedule(_tickAt, this, Tick);
    }

    private sealed class Worker(int index)
    {
        public int Index { get; } = index;

        public ObjectKey Key { get; set; }

        public Plan? Plan { get; set; }

        public int Group { get; set; }

        public int Next { get; set; }

        public int UnderWay { get; set; }

        public PlanOutcome Outcome { get; set; }

        /// <summary>When the plan wants its key looked at again, counted from the moment it was made.</summary>
        public DateTime? LookAgainAt { get; set; }
    }
}
