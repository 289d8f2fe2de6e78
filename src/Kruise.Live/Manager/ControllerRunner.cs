using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Manager;

/// <summary>
/// Runs one controller on real workers: takes keys from Core's loop, has them decided under the cache's lock, and carries the plans out without it. A stop lets
/// plans that are being carried out come to their end; an abort gives them up.
/// </summary>
internal sealed partial class ControllerRunner : IChangeListener, IDisposable
{
    private readonly ControllerLoop _loop;
    private readonly ClusterCache _cache;
    private readonly PlanWriter _writer;
    private readonly int _workers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ControllerMetrics _metrics;
    private readonly SemaphoreSlim _work = new(0);
    private readonly List<CatchUpTimeout> _timedOut = [];
    private readonly Dictionary<ObjectKey, long> _underWay = [];
    private int _waiting;

    public ControllerRunner(
        IReconciler reconciler, ClusterCache cache, PlanWriter writer, int workers, FeatureGates gates, RateLimiter retries, TimeProvider time, ILogger logger)
    {
        // Every manager draws its own numbers: two of them need not make the same jitter.
        var random = RandomStream.Named((ulong)Random.Shared.NextInt64(), reconciler.Name);
        _loop = new ControllerLoop(reconciler, cache.View, gates, random, retries);
        _cache = cache;
        _writer = writer;
        _workers = workers;
        _time = time;
        _logger = logger;
        _metrics = new ControllerMetrics(reconciler.Name, workers);
    }

    public string Name => _loop.Reconciler.Name;

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <summary>Runs the controller on a cache that is in step, beginning with everything that is there.</summary>
    /// <param name="stop">No further key is taken; those taken are finished.</param>
    /// <param name="abort">What is under way is given up.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        lock (_cache.Gate)
        {
            _cache.Seed(_loop.Reconciler.Watches, this);
            _cache.AddListener(this);
        }

        using CancellationTokenRegistration wake = stop.Register(() => _work.Release(_workers));
        await Task.WhenAll(Enumerable.Range(0, _workers).Select(_ => WorkAsync(stop, abort)));
    }

    public void Dispose() => _work.Dispose();

    public void OnChange(in ObjectChange change, IClusterView view)
    {
        _loop.OnChange(change, Now);
        Wake();
    }

    public void OnObserved(Type kind, long revision)
    {
        if (_loop.OnObserved(kind, revision, Now))
        {
            Wake();
        }
    }

    private async Task WorkAsync(CancellationToken stop, CancellationToken abort)
    {
        while (!stop.IsCancellationRequested)
        {
            Turn? taken;
            TimeSpan sleep;
            lock (_cache.Gate)
            {
                taken = Take();
                sleep = taken is null ? SleepTime() : TimeSpan.Zero;
                _waiting += taken is null ? 1 : 0;
            }

            if (taken is { } turn)
            {
                await CarryOutAsync(turn, abort);
                continue;
            }

            await _work.WaitAsync(sleep, CancellationToken.None);
            lock (_cache.Gate)
            {
                _waiting--;
            }
        }
    }

    // Under the lock.
    private Turn? Take()
    {
        DateTime now = Now;
        _timedOut.Clear();
        _loop.Expire(now, _timedOut);
        foreach (CatchUpTimeout timeout in _timedOut)
        {
            _metrics.CatchUpTimedOut();
            LogCatchUpTimeout(timeout.Key, timeout.Kind.Name, timeout.Revision, timeout.ObservedRevision);
        }

        Turn? turn = null;
        if (_loop.TryTake(now, out ObjectKey key))
        {
            _metrics.Taken(_loop.Queue.LastWait);
            long start = _time.GetTimestamp();
            _underWay.Add(key, start);
            turn = new Turn(key, Decide(key, now), now, start);
        }

        ReportQueue();
        return turn;
    }

    // A mistake in a decision must not end the controller: the key is tried again with back-off, and the log says where.
    private Plan? Decide(ObjectKey key, DateTime now)
    {
        try
        {
            return _loop.Reconcile(key, now);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogDecisionFailed(e, key);
            return null;
        }
    }

    private async Task CarryOutAsync(Turn turn, CancellationToken abort)
    {
        var result = new PlanResult(PlanOutcome.Failed, null);
        try
        {
            if (turn.Plan is { } plan)
            {
                result = await _writer.ExecuteAsync(plan, written => Written(turn.Key, written), abort);
            }
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            // Whoever leads next finds what was written.
        }
#pragma warning disable CA1031 // A mistake in a write must not end the worker and take the key with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogCarryingOutFailed(e, turn.Key);
        }

        TimeSpan? again = turn.Plan?.RequeueAfter;
        _metrics.Done(
            _time.GetElapsedTime(turn.Start),
            result.Outcome switch { PlanOutcome.Failed => "error", PlanOutcome.Conflict => "requeue", _ => again is null ? "success" : "requeue_after" });
        lock (_cache.Gate)
        {
            _underWay.Remove(turn.Key);
            _loop.Finish(turn.Key, result.Outcome, again is { } delay ? turn.DecidedAt + delay : null, Now, result.Failure);
            ReportQueue();
            Wake();
        }
    }

    private void Written(ObjectKey key, WriteOutcome written)
    {
        _metrics.Written(written.Write.GetType().Name, written.Outcome switch
        {
            PlanOutcome.Succeeded => "success",
            PlanOutcome.Conflict => "conflict",
            _ => "error",
        });
        if (written.Outcome == PlanOutcome.Failed)
        {
            LogWriteFailed(key, written.Write.GetType().Name, written.Error);
        }
        else if (written.Outcome == PlanOutcome.Conflict)
        {
            LogConflict(key, written.Error);
        }

        if (written.Outcome != PlanOutcome.Succeeded)
        {
            return;
        }

        Type? kind = written.Write switch
        {
            Write.Create create => create.Object.GetType(),
            Write.Update update => update.Object.GetType(),
            Write.UpdateStatus status => status.Object.GetType(),
            _ => null,
        };
        lock (_cache.Gate)
        {
            if (written.Write is Write.Delete delete)
            {
                _loop.Deleted(key, delete.Kind, delete.Key, delete.Uid, Now);
            }
            else if (kind is not null)
            {
                _loop.Written(key, kind, written.Revision, Now);
            }
        }
    }

    // Under the lock: as many workers as there are keys; at least one, which looks anew when the next key is due.
    private void Wake()
    {
        int missing = Math.Min(_waiting, Math.Max(1, _loop.Queue.Depth)) - _work.CurrentCount;
        if (missing > 0)
        {
            _work.Release(missing);
        }
    }

    // Under the lock: until the next key is due, and a second at most, so that gauges of work under way stay true.
    private TimeSpan SleepTime()
    {
        TimeSpan most = TimeSpan.FromSeconds(1);
        if (_loop.NextWakeAt(canWork: true) is not { } at)
        {
            return most;
        }

        TimeSpan wait = at - Now;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < most ? wait + TimeSpan.FromMilliseconds(1) : most;
    }

    // Not at every change of the cache: a worker comes by at least once a second.
    private void ReportQueue()
    {
        TimeSpan unfinished = TimeSpan.Zero, longest = TimeSpan.Zero;
        foreach (long start in _underWay.Values)
        {
            TimeSpan took = _time.GetElapsedTime(start);
            unfinished += took;
            longest = took > longest ? took : longest;
        }

        _metrics.Queue(_loop.Depth, _loop.Queue.Adds, _loop.Queue.Retries);
        _metrics.Working(unfinished, longest);
    }

    [LoggerMessage(EventId = 201, Level = LogLevel.Error, Message = "Deciding about {Key} failed, will be tried again")]
    private partial void LogDecisionFailed(Exception e, ObjectKey key);

    [LoggerMessage(EventId = 202, Level = LogLevel.Warning, Message = "{Write} for {Key} failed, will be tried again: {Error}")]
    private partial void LogWriteFailed(ObjectKey key, string write, string? error);

    [LoggerMessage(EventId = 205, Level = LogLevel.Error, Message = "Carrying out the plan for {Key} failed, will be tried again")]
    private partial void LogCarryingOutFailed(Exception e, ObjectKey key);

    [LoggerMessage(EventId = 203, Level = LogLevel.Debug, Message = "A write for {Key} met a newer object, will be decided again: {Error}")]
    private partial void LogConflict(ObjectKey key, string? error);

    [LoggerMessage(
        EventId = 204,
        Level = LogLevel.Warning,
        Message = "The cache has not shown the last write for {Key} in time ({Kind} {Revision}, seen {Observed}); going on")]
    private partial void LogCatchUpTimeout(ObjectKey key, string kind, long revision, long observed);

    /// <summary>A key that was taken, with what was decided; no plan when deciding failed.</summary>
    private readonly record struct Turn(ObjectKey Key, Plan? Plan, DateTime DecidedAt, long Start);
}
