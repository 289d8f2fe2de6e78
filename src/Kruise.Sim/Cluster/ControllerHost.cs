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
    private readonly ControllerLoop _controller;
    private readonly ApiClient _client;
    private readonly ControllerParameters _parameters;
    private readonly RandomStream _timing;
    private readonly Worker[] _workers;
    private readonly Stack<Worker> _idle = new();
    private readonly List<CatchUpTimeout> _timedOut = [];
    private EventHandle _tick;
    private SimTime _tickAt = SimTime.MaxValue;

    public ControllerHost(
        EventLoop loop, IReconciler reconciler, IClusterView view, ApiClient client, ControllerParameters parameters, FeatureGates gates, RandomStream random)
    {
        _loop = loop;
        _controller = new ControllerLoop(reconciler, view, gates, random);
        _client = client;
        _parameters = parameters;
        _timing = random.Derive("timing");
        _workers = new Worker[parameters.Workers];
        for (int i = _workers.Length - 1; i >= 0; i--)
        {
            _workers[i] = new Worker(i);
            _idle.Push(_workers[i]);
        }
    }

    /// <summary>Plans made so far.</summary>
    public long Reconciles => _controller.Reconciles;

    /// <summary>Keys that were looked at although the view had not caught up within the time-out.</summary>
    public long CatchUpTimeouts => _controller.CatchUpTimeouts;

    public int QueueDepth => _controller.Depth;

    /// <summary>Takes in a change that the view and its indexes already contain.</summary>
    public void OnChange(in ObjectChange change)
    {
        _controller.OnChange(change, _loop.Now.ToDateTime());
        Pump();
    }

    /// <summary>Takes in how far the view of a kind has come.</summary>
    public void OnObserved(Type kind, long revision)
    {
        if (_controller.OnObserved(kind, revision, _loop.Now.ToDateTime()))
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
            _controller.Expire(_loop.Now.ToDateTime(), _timedOut);
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
                _controller.Written(worker.Key, stored.GetType(), ApiServer.RevisionOf(stored), _loop.Now.ToDateTime());
            }
        }
        else if (!(write is Write.Delete && result.IsNotFound))
        {
            worker.Outcome = result.IsConflict && worker.Outcome != PlanOutcome.Failed ? PlanOutcome.Conflict : PlanOutcome.Failed;
        }

        Continue(worker);
    }

    private void Pump()
    {
        DateTime now = _loop.Now.ToDateTime();
        while (_idle.Count > 0 && _controller.TryTake(now, out ObjectKey key))
        {
            Worker worker = _idle.Pop();
            worker.Key = key;
            worker.Outcome = PlanOutcome.Succeeded;
            worker.Group = 0;
            worker.Next = 0;
            worker.Plan = _controller.Reconcile(key, now);
            worker.LookAgainAt = worker.Plan.RequeueAfter is { } delay ? now + delay : null;
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
        worker.Plan = null;
        _controller.Finish(worker.Key, worker.Outcome, worker.LookAgainAt, _loop.Now.ToDateTime());
        _idle.Push(worker);
        Pump();
    }

    private void ScheduleTick()
    {
        SimTime next = _controller.NextWakeAt(canWork: _idle.Count > 0) is { } at ? SimTime.FromDateTime(at) : SimTime.MaxValue;
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
