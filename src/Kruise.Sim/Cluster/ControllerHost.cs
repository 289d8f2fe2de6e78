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
    private const int WorkerBits = 16;
    private const int WorkerMask = (1 << WorkerBits) - 1;

    private readonly EventLoop _loop;
    private readonly IClusterView _view;
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
        _view = view;
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

    /// <summary>Sees every plan before it is carried out; nobody when null.</summary>
    public IPlanObserver? PlanObserver { get; init; }

    /// <summary>Is told whenever the controller has come to rest; nobody when null.</summary>
    public Action? Rested { get; init; }

    /// <summary>Hears of the controller's events; nobody when null. They take no time: events go out beside the plan, through a broadcaster with a client of its own.</summary>
    public Action<Write.RecordEvent>? Recorded { get; init; }

    /// <summary>Whether no key is worked on, and none waits for anything.</summary>
    public bool IsAtRest => _idle.Count == _workers.Length && _controller.Depth == 0 && _controller.Queue.Delayed == 0;

    /// <summary>Plans made so far.</summary>
    public long Reconciles => _controller.Reconciles;

    /// <summary>Keys that were looked at although the view had not caught up within the time-out.</summary>
    public long CatchUpTimeouts => _controller.CatchUpTimeouts;

    public int QueueDepth => _controller.Depth;

    /// <summary>Takes in a change that the view and its indexes already contain.</summary>
    public void OnChange(in ObjectChange change)
    {
        PlanObserver?.OnChange(change);
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
        Worker worker = _workers[token & WorkerMask];
        worker.UnderWay--;
        bool succeeded = result.Succeeded;
        if (write is Write.Delete delete)
        {
            succeeded |= result.IsNotFound;
            if (succeeded)
            {
                _controller.Deleted(worker.Key, delete.Kind, delete.Key, delete.Uid, _loop.Now.ToDateTime());
            }
        }
        else if (succeeded && result.Object is { } stored)
        {
            long revision = ApiServer.RevisionOf(stored);
            worker.Revisions.Written(write, revision);
            _controller.Written(worker.Key, stored.GetType(), revision, _loop.Now.ToDateTime());
        }

        if (!succeeded)
        {
            worker.Outcome = result.IsConflict && worker.Outcome != PlanOutcome.Failed ? PlanOutcome.Conflict : PlanOutcome.Failed;
            if (!result.IsConflict)
            {
                worker.Failure ??= new PlanFailure(write, result.Message ?? "");
                if (write.IfFailed is { } told)
                {
                    Recorded?.Invoke(told with { Message = told.Message + result.Message });
                }
            }
        }

        int sequence = (int)(token >> WorkerBits) - 1;
        if (sequence >= 0 && succeeded && worker.Sequences[sequence] is { } rest && Send(worker, rest, sequence))
        {
            return;
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
            worker.Failure = null;
            worker.Revisions.Clear();
            worker.Group = 0;
            worker.Next = 0;
            worker.Plan = _controller.Reconcile(key, now);
            PlanObserver?.OnPlan(key, _view, worker.Plan);
            worker.LookAgainAt = worker.Plan.RequeueAfter is { } delay ? now + delay : null;
            _loop.ScheduleAfter(_parameters.ReconcileTime.Sample(_timing), this, Planned, worker.Index);
        }

        ScheduleTick();
        if (Rested is { } rested && IsAtRest)
        {
            rested();
        }
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
                if (write is Write.Sequence sequence)
                {
                    worker.Sequences.Add(new SequenceState(sequence.Writes));
                    Send(worker, worker.Sequences[^1], worker.Sequences.Count - 1);
                }
                else if (write is Write.RecordEvent recorded)
                {
                    Recorded?.Invoke(recorded);
                }
                else
                {
                    worker.UnderWay++;
                    _client.Send(worker.Revisions.Apply(write), this, worker.Index);
                }
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
            worker.Sequences.Clear();
        }

        Finish(worker);
    }

    /// <summary>Sends the next write of a sequence; false when it has come to its end.</summary>
    private bool Send(Worker worker, SequenceState sequence, int index)
    {
        while (sequence.Next < sequence.Writes.Count)
        {
            Write write = sequence.Writes[sequence.Next++];
            if (write is Write.RecordEvent recorded)
            {
                Recorded?.Invoke(recorded);
            }
            else
            {
                worker.UnderWay++;
                _client.Send(worker.Revisions.Apply(write), this, ((index + 1L) << WorkerBits) + worker.Index);
                return true;
            }
        }

        return false;
    }

    private void Finish(Worker worker)
    {
        worker.Plan = null;
        worker.Sequences.Clear();
        _controller.Finish(worker.Key, worker.Outcome, worker.LookAgainAt, _loop.Now.ToDateTime(), worker.Failure);
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

        public PlanFailure? Failure { get; set; }

        public PlanRevisions Revisions { get; } = new();

        /// <summary>Those of the group that is under way.</summary>
        public List<SequenceState> Sequences { get; } = [];

        /// <summary>When the plan wants its key looked at again, counted from the moment it was made.</summary>
        public DateTime? LookAgainAt { get; set; }
    }

    private sealed class SequenceState(IReadOnlyList<Write> writes)
    {
        public IReadOnlyList<Write> Writes { get; } = writes;

        public int Next { get; set; }
    }
}
