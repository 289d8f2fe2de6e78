using System.Threading.Channels;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster.Events;

/// <summary>
/// Writes events in the background, in their order. Recording never waits: what finds the queue full is dropped and counted. An API server that cannot be
/// reached, or that answers 429 or 5xx, is tried again; an event that it rejects is not.
/// </summary>
internal sealed partial class EventRecorder : IEventSink, IAsyncDisposable
{
    /// <summary>How long <see cref="DisposeAsync"/> lets events be written that wait.</summary>
    public static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(5);

    private readonly IEventWriter _writer;
    private readonly EventSourceName _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventRecorderOptions _options;
    private readonly Channel<Recorded> _queue;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Lock _clock = new();
    private readonly Task _loop;
    private long _lastTicks;
    private bool _full;

    /// <summary>Starts the background.</summary>
    /// <param name="writer">Writes.</param>
    /// <param name="source">Who reports.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of events that are lost.</param>
    /// <param name="options">The pace.</param>
    public EventRecorder(IEventWriter writer, EventSourceName source, TimeProvider time, ILogger logger, EventRecorderOptions? options = null)
    {
        _writer = writer;
        _source = source;
        _time = time;
        _logger = logger;
        _options = options ?? EventRecorderOptions.Default;
        _queue = Channel.CreateBounded<Recorded>(new BoundedChannelOptions(_options.QueueLength) { SingleReader = true });
        _loop = Task.Run(WriteAllAsync);
    }

    public void Record(V1ObjectReference about, EventSeverity severity, string reason, string message)
    {
        DateTime now = Now();
        DateTime seconds = new(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
        var recorded = new EventObject
        {
            Metadata = new EventMetadata(
                EventText.NameFor(about.Name, (now - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick),
                string.IsNullOrEmpty(about.NamespaceProperty) ? "default" : about.NamespaceProperty),
            InvolvedObject = about,
            Type = severity == EventSeverity.Warning ? "Warning" : "Normal",
            Reason = reason,
            Message = EventText.Fit(message),
            Source = _source,
            FirstTimestamp = seconds,
            LastTimestamp = seconds,
        };
        LogRecorded(about.Kind, string.IsNullOrEmpty(about.NamespaceProperty) ? about.Name : $"{about.NamespaceProperty}/{about.Name}", recorded.Type, reason, message);
        if (_queue.Writer.TryWrite(new Recorded(recorded, now)))
        {
            Volatile.Write(ref _full, false);
        }
        else if (_stopping.IsCancellationRequested)
        {
            EventMetrics.Dropped.WithLabels(EventMetrics.Stopped).Inc();
        }
        else
        {
            EventMetrics.Dropped.WithLabels(EventMetrics.QueueFull).Inc();
            if (!Interlocked.Exchange(ref _full, true))
            {
                LogQueueFull(_options.QueueLength);
            }
        }
    }

    /// <summary>Takes no more events, writes those that wait, each with one try, and ends when that is done or the time is over.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        _queue.Writer.TryComplete();
        await _stopping.CancelAsync();
        try
        {
            await _loop.WaitAsync(limit, _time);
        }
        catch (TimeoutException)
        {
            await _giveUp.CancelAsync();
            await _loop;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(FlushLimit);
        _stopping.Dispose();
        _giveUp.Dispose();
    }

    // Never the same twice, because names are made of it; and never back, because the limits count on it.
    private DateTime Now()
    {
        lock (_clock)
        {
            _lastTicks = Math.Max(_time.GetUtcNow().UtcTicks, _lastTicks + 1);
            return new DateTime(_lastTicks, DateTimeKind.Utc);
        }
    }

    private async Task WriteAllAsync()
    {
        var correlator = new EventCorrelator(_options.Limits);
        int lost = 0;
        await foreach (Recorded next in _queue.Reader.ReadAllAsync())
        {
            CorrelatedEvent correlated = correlator.Correlate(next.Event, next.At);
            if (correlated.Combined)
            {
                EventMetrics.Combined.Inc();
            }

            if (correlated.Verdict == EventVerdict.Skip)
            {
                EventMetrics.Dropped.WithLabels(EventMetrics.TooMany).Inc();
                continue;
            }

            if (_giveUp.IsCancellationRequested || !await WriteAsync(correlated))
            {
                lost++;
                EventMetrics.Dropped.WithLabels(EventMetrics.Stopped).Inc();
            }
        }

        if (lost > 0)
        {
            LogLostAtStop(lost);
        }
    }

    /// <summary>Writes, or drops and counts; false when the process stopped before either.</summary>
    private async Task<bool> WriteAsync(CorrelatedEvent correlated)
    {
        for (int attempt = 1; ; attempt++)
        {
            bool last = attempt >= _options.Tries || _stopping.IsCancellationRequested;
            try
            {
                await WriteOnceAsync(correlated);
                EventMetrics.Written.WithLabels(correlated.Verdict == EventVerdict.Create ? "create" : "patch").Inc();
                return true;
            }
            catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
            {
                return false;
            }
            catch (ApiException e) when (!IsWorthRetrying(e))
            {
                EventMetrics.Dropped.WithLabels(EventMetrics.Rejected).Inc();
                LogRejected(correlated.Event.Reason, correlated.Event.Metadata.Namespace, correlated.Event.Metadata.Name, e.Message);
                return true;
            }
            catch (Exception e) when (ApiFailure.Is(e))
            {
                if (last)
                {
                    EventMetrics.Dropped.WithLabels(EventMetrics.Unreachable).Inc();
                    LogUnreachable(correlated.Event.Reason, correlated.Event.Metadata.Namespace, correlated.Event.Metadata.Name, attempt, e.Message);
                    return true;
                }
            }

            await PauseAsync(attempt == 1 ? _options.Pause * Random.Shared.NextDouble() : _options.Pause);
        }
    }

    private async Task WriteOnceAsync(CorrelatedEvent correlated)
    {
        if (correlated.Verdict == EventVerdict.Patch)
        {
            try
            {
                await _writer.PatchAsync(correlated.Event, _giveUp.Token);
                return;
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // API servers forget events after an hour; the count goes on.
            }
        }

        try
        {
            await _writer.CreateAsync(correlated.Event, _giveUp.Token);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // An earlier try got there although its answer did not come back.
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // One more try, the last.
        }
    }

    private static bool IsWorthRetrying(ApiException e) => (int)e.Code is 429 or >= 500;

    [LoggerMessage(EventId = 121, Level = LogLevel.Debug, Message = "Event about {Kind} {Name}: {Type} {Reason}: {Text}")]
    private partial void LogRecorded(string? kind, string? name, string type, string reason, string text);

    [LoggerMessage(EventId = 122, Level = LogLevel.Warning, Message = "{Length} events wait to be written: further ones are dropped until some are")]
    private partial void LogQueueFull(int length);

    [LoggerMessage(EventId = 123, Level = LogLevel.Warning, Message = "The API server rejects event {Reason} {Namespace}/{Name}: {Error}")]
    private partial void LogRejected(string reason, string @namespace, string name, string error);

    [LoggerMessage(EventId = 124, Level = LogLevel.Warning, Message = "Event {Reason} {Namespace}/{Name} could not be written in {Attempts} tries: {Error}")]
    private partial void LogUnreachable(string reason, string @namespace, string name, int attempts, string error);

    [LoggerMessage(EventId = 125, Level = LogLevel.Warning, Message = "{Count} events were not written before the stop")]
    private partial void LogLostAtStop(int count);

    private readonly record struct Recorded(EventObject Event, DateTime At);
}
