using Prometheus;

namespace Kruise.Live.Manager;

/// <summary>What operators graph of controllers and their queues, under the names of controller-runtime and client-go.</summary>
internal sealed class ControllerMetrics
{
    // client-go's: 10 ns to 10 s, by powers of ten.
    private static readonly double[] _queueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];

    // controller-runtime's: from cache-only reconciles to those that write to a slow server.
    private static readonly double[] _reconcileBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly Gauge _depth = Metrics.CreateGauge("workqueue_depth", "Current depth of workqueue.", "name");
    private static readonly Counter _adds = Metrics.CreateCounter("workqueue_adds_total", "Total number of adds handled by workqueue.", "name");
    private static readonly Counter _retries = Metrics.CreateCounter("workqueue_retries_total", "Total number of retries handled by workqueue.", "name");

    private static readonly Histogram _queueDuration = Metrics.CreateHistogram(
        "workqueue_queue_duration_seconds",
        "How long in seconds an item stays in workqueue before being requested.",
        ["name"],
        new HistogramConfiguration { Buckets = _queueBuckets });

    private static readonly Histogram _workDuration = Metrics.CreateHistogram(
        "workqueue_work_duration_seconds",
        "How long in seconds processing an item from workqueue takes.",
        ["name"],
        new HistogramConfiguration { Buckets = _queueBuckets });

    private static readonly Gauge _unfinished = Metrics.CreateGauge(
        "workqueue_unfinished_work_seconds", "How many seconds of work has been done that is in progress and hasn't been observed by work_duration.", "name");

    private static readonly Gauge _longest = Metrics.CreateGauge(
        "workqueue_longest_running_processor_seconds", "How many seconds has the longest running processor for workqueue been running.", "name");

    private static readonly Counter _reconciles = Metrics.CreateCounter(
        "controller_runtime_reconcile_total", "Total number of reconciliations per controller.", "controller", "result");

    private static readonly Counter _errors = Metrics.CreateCounter(
        "controller_runtime_reconcile_errors_total", "Total number of reconciliation errors per controller.", "controller");

    private static readonly Histogram _reconcileTime = Metrics.CreateHistogram(
        "controller_runtime_reconcile_time_seconds",
        "Length of time per reconciliation per controller.",
        ["controller"],
        new HistogramConfiguration { Buckets = _reconcileBuckets });

    private static readonly Gauge _active = Metrics.CreateGauge(
        "controller_runtime_active_workers", "Number of currently used workers per controller.", "controller");

    private static readonly Gauge _maxConcurrent = Metrics.CreateGauge(
        "controller_runtime_max_concurrent_reconciles", "Maximum number of concurrent reconciles per controller.", "controller");

    private static readonly Counter _writes = Metrics.CreateCounter(
        "kruise_controller_writes_total", "Writes against the API server by controllers, by kind of write and how it ended.", "controller", "write", "result");

    private static readonly Counter _catchUpTimeouts = Metrics.CreateCounter(
        "kruise_controller_catch_up_timeouts_total", "Keys looked at although the cache had not caught up with the controller's own writes in time.", "controller");

    private readonly string _controller;
    private long _seenAdds;
    private long _seenRetries;

    public ControllerMetrics(string controller, int workers)
    {
        _controller = controller;
        _maxConcurrent.WithLabels(controller).Set(workers);
        _active.WithLabels(controller).Set(0);
        _depth.WithLabels(controller).Set(0);
        _errors.WithLabels(controller);
        _catchUpTimeouts.WithLabels(controller);
    }

    public void Queue(int depth, long adds, long retries)
    {
        _depth.WithLabels(_controller).Set(depth);
        _adds.WithLabels(_controller).Inc(adds - _seenAdds);
        _retries.WithLabels(_controller).Inc(retries - _seenRetries);
        _seenAdds = adds;
        _seenRetries = retries;
    }

    public void Working(TimeSpan unfinished, TimeSpan longest)
    {
        _unfinished.WithLabels(_controller).Set(unfinished.TotalSeconds);
        _longest.WithLabels(_controller).Set(longest.TotalSeconds);
    }

    public void Taken(TimeSpan waited)
    {
        _queueDuration.WithLabels(_controller).Observe(waited.TotalSeconds);
        _active.WithLabels(_controller).Inc();
    }

    public void Done(TimeSpan took, string result)
    {
        _active.WithLabels(_controller).Dec();
        _workDuration.WithLabels(_controller).Observe(took.TotalSeconds);
        _reconcileTime.WithLabels(_controller).Observe(took.TotalSeconds);
        _reconciles.WithLabels(_controller, result).Inc();
        if (result == "error")
        {
            _errors.WithLabels(_controller).Inc();
        }
    }

    public void Written(string write, string result) => _writes.WithLabels(_controller, write, result).Inc();

    public void CatchUpTimedOut() => _catchUpTimeouts.WithLabels(_controller).Inc();
}
