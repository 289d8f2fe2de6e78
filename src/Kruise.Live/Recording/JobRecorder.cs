using System.Globalization;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Recording;

/// <summary>Follows one job on a cluster: watches it and the NodeImages, and asks for the rest when it is over. Writes nothing.</summary>
internal sealed class JobRecorder
{
    private const long NanosecondsPerTick = 100;

    private static readonly TimeSpan _progressInterval = TimeSpan.FromSeconds(5);

    /// <summary>How long reports that a completion counts may be behind it: watches of two kinds go separate ways.</summary>
    private static readonly TimeSpan _reportsAfterEnd = TimeSpan.FromSeconds(3);

    /// <summary>How long daemons' events may be behind their reports.</summary>
    private static readonly TimeSpan _eventsAfterEnd = TimeSpan.FromSeconds(3);

    /// <summary>After an interruption everything has to be over soon.</summary>
    private static readonly TimeSpan _lookUpLimit = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly ApiClient _client;
    private readonly TextWriter _errors;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly JobTimeline _timeline;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _heardAll = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JobRecorder(ApiClient client, ObjectKey job, TextWriter errors, ILogger logger)
    {
        _client = client;
        _errors = errors;
        _logger = logger;
        _time = client.Time;
        _start = _time.GetTimestamp();
        _timeline = new JobTimeline(job, _time.GetUtcNow().UtcDateTime);
    }

    /// <summary>Follows the job until it completes or is deleted, until the time is over, or until cancelled; what there is until then is the result.</summary>
    public async Task<JobRecording> RunAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, _time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var stop = new CancellationTokenSource();
        List<Task> runs = [];
        try
        {
            // NodeImages first: when the job is heard of, the nodes that were there before it are known.
            var nodeImages = new Reflector<NodeImage>(
                _client,
                ListScope.Everything,
                new TimelineSink<NodeImage>(
                    Clock, (obj, at) => Take(() => _timeline.Observe(obj, at)), (key, at) => Take(() => _timeline.NodeImageGone(key.Name, at))),
                ReflectorOptions.Default,
                _logger);
            runs.Add(nodeImages.RunAsync(stop.Token));
            await nodeImages.Synced.WaitAsync(until.Token);

            ObjectKey key = _timeline.Key;
            var job = new Reflector<ImagePullJob>(
                _client,
                new ListScope(key.Namespace, key.Name),
                new TimelineSink<ImagePullJob>(Clock, (obj, at) => Take(() => _timeline.Observe(obj, at)), (_, at) => Take(() => _timeline.JobGone(at))),
                ReflectorOptions.Default,
                _logger);
            runs.Add(job.RunAsync(stop.Token));
            await job.Synced.WaitAsync(until.Token);
            Say(Beginning());
            runs.Add(SayProgressAsync(stop.Token));
            await _over.Task.WaitAsync(until.Token);
            if (await WithinAsync(_heardAll.Task, _reportsAfterEnd, until.Token) is false && !_timeline.IsGone)
            {
                Say("the job counts nodes whose reports were not heard: those nodes are unfinished in the timeline");
            }
        }
        catch (OperationCanceledException) when (until.IsCancellationRequested)
        {
            // What there is is what is written.
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(runs);
        }

        return await FinishAsync(cancellationToken.IsCancellationRequested);
    }

    private async Task<JobRecording> FinishAsync(bool isInterrupted)
    {
        IReadOnlyList<RecordedRow> rows;
        RecordingEnd end;
        lock (_gate)
        {
            rows = _timeline.Rows(Clock());
            end = _timeline.Completed is not null ? RecordingEnd.Completed
                : _timeline.IsGone ? RecordingEnd.Deleted
                : isInterrupted ? RecordingEnd.Interrupted
                : RecordingEnd.TimedOut;
        }

        if (_timeline.Job is { } job && ImageReference.TryParse(job.Spec.Image, out ImageReference? image, out _))
        {
            rows = await WithEventsAsync(rows, image.FamiliarReference, end is RecordingEnd.Interrupted ? TimeSpan.Zero : _eventsAfterEnd);
            rows = await WithSizesAsync(rows, image);
        }

        return new JobRecording(end, _timeline.Job?.Spec.Image, _timeline.Completed - _timeline.Asked, _timeline.SawBeginning, rows);
    }

    // Asks until every end has its event, within a time: events come after reports, and upstream's daemons send none that say this.
    private async Task<IReadOnlyList<RecordedRow>> WithEventsAsync(IReadOnlyList<RecordedRow> rows, string reference, TimeSpan patience)
    {
        long start = _time.GetTimestamp();
        RecordedRow With(PullEventLog events, RecordedRow row) =>
            row.CompletionTime is { } at && events.Find(row.Node, reference, at) is { } facts
                ? row with { Attempts = facts.Attempts, Bytes = facts.WasPresent ? 0 : null }
                : row;

        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250), _time);
        while (true)
        {
            PullEventLog? events = await LookUpAsync("the events of the daemons, for attempts", token => PullEventLog.ReadAsync(_client, token));
            if (events is null)
            {
                return rows;
            }

            RecordedRow[] filled = [.. rows.Select(row => With(events, row))];
            if (_time.GetElapsedTime(start) >= patience || Array.TrueForAll(filled, row => row.CompletionTime is null || row.Attempts is not null))
            {
                return filled;
            }

            await timer.WaitForNextTickAsync();
        }
    }

    private async Task<IReadOnlyList<RecordedRow>> WithSizesAsync(IReadOnlyList<RecordedRow> rows, ImageReference image)
    {
        IReadOnlyDictionary<string, long>? sizes = await LookUpAsync("nodes, for bytes", token => NodeImageSizes.ReadAsync(_client, image, token));
        return sizes is null
            ? rows
            : [
                .. rows.Select(row => row is { Outcome: RecordedOutcome.Succeeded, Bytes: null } && sizes.TryGetValue(row.Node, out long bytes)
                    ? row with { Bytes = bytes }
                    : row),
            ];
    }

    private async Task<T?> LookUpAsync<T>(string what, Func<CancellationToken, Task<T>> read)
        where T : class
    {
        using var limit = new CancellationTokenSource(_lookUpLimit, _time);
        try
        {
            return await read(limit.Token);
        }
        catch (Exception e) when (ApiFailure.Is(e) || e is OperationCanceledException)
        {
            string why = e is OperationCanceledException ? "no answer in time" : ApiFailure.Describe(e, _client.Connection.BaseUri);
            Say($"cannot read {what}: {why}; the column stays empty");
            return null;
        }
    }

    private void Take(Action observe)
    {
        lock (_gate)
        {
            observe();
            if (!_timeline.IsOver)
            {
                return;
            }

            _over.TrySetResult();
            if (_timeline.IsGone || _timeline.HasAllReports())
            {
                _heardAll.TrySetResult();
            }
        }
    }

    private async Task SayProgressAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_progressInterval, _time);
        string said = "";
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                string now = Progress();
                if (now != said)
                {
                    Say(said = now);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The recording is over.
        }
    }

    private string Beginning()
    {
        lock (_gate)
        {
            return _timeline.Job is null ? $"waiting for ImagePullJob {_timeline.Key} to be applied"
                : _timeline.SawBeginning ? $"ImagePullJob {_timeline.Key} has been applied"
                : $"ImagePullJob {_timeline.Key} was there before: what happened until now has whole-second times";
        }
    }

    private string Progress()
    {
        lock (_gate)
        {
            (int targets, int succeeded, int failed) = _timeline.Count();
            return _timeline.Job is null
                ? $"waiting for ImagePullJob {_timeline.Key} to be applied"
                : string.Create(CultureInfo.InvariantCulture, $"{succeeded} of {targets} warm{(failed > 0 ? $", {failed} failed" : "")}");
        }
    }

    private void Say(string line) => _errors.WriteLine("kruise: " + line);

    private long Clock() => _time.GetElapsedTime(_start).Ticks * NanosecondsPerTick;

    private async Task<bool> WithinAsync(Task task, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(limit, _time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
