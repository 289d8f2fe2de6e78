using System.Globalization;
using System.Net;
using System.Text.Json;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster;

/// <summary>
/// Keeps a sink in step with the API server: lists in pages, watches from there on, resumes where a watch ended, and lists again only when the server no
/// longer has the history (410 Gone). What was deleted while nobody watched is told after a list. Failures are waited out with back-off, for as long as it
/// takes; they are told to the log and to <see cref="LastFailure"/>. An object that cannot be read is left as it was last seen, and hides no other.
/// </summary>
internal sealed partial class Reflector<T>(
    ApiClient client, ListScope scope, IObjectSink<T> sink, ReflectorOptions options, ILogger logger)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly ResourceKind<T> _kind = ResourceKind.Of<T>();
    private readonly TimeProvider _time = client.Time;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<ObjectKey> _known = [];
    private long _revision;
    private int _failures;

    /// <summary>Ends when the first list is in the sink.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Why the reflector is not in step now; null while it is.</summary>
    public Exception? LastFailure { get; private set; }

    public ResourceKind Kind => _kind;

    /// <summary>Runs until cancelled; throws nothing else.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            long start = _time.GetTimestamp();
            bool lists = _revision == 0;
            try
            {
                if (lists)
                {
                    await ListAsync(cancellationToken);
                }

                await WatchAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.IsExpired)
            {
                ReflectorMetrics.Relists.WithLabels(_kind.FullName).Inc();
                LogExpired(_kind.FullName, _revision);
                _revision = 0;
                if (!lists)
                {
                    continue;
                }

                // A server that forgets what it has just listed is not helped by being asked to list without a pause.
            }
            catch (Exception e) when (ApiFailure.Is(e))
            {
                ReflectorMetrics.Failures.WithLabels(_kind.FullName).Inc();
                LogFailure(_kind.FullName, ApiFailure.Describe(e, client.Connection.BaseUri));
                LastFailure = e;
            }
#pragma warning disable CA1031 // A mistake in whoever hears of changes must not end them for good, unnoticed: what it missed is told again by a list.
            catch (Exception e)
#pragma warning restore CA1031
            {
                ReflectorMetrics.Failures.WithLabels(_kind.FullName).Inc();
                LogMistake(e, _kind.FullName);
                LastFailure = e;
                _revision = 0;
            }

            if (_time.GetElapsedTime(start) >= options.BackoffResetAfter)
            {
                _failures = 0;
            }

            // A watch that ended well is opened again at once, unless it ended as soon as it began.
            if (LastFailure is not null || _time.GetElapsedTime(start) < options.BackoffBase)
            {
                TimeSpan pause = ItemBackoff.Delay(options.BackoffBase, options.BackoffMax, _failures++);

                // What the server asks for counts within bounds, and with jitter: all who were told the same would come back as one.
                TimeSpan asked = (LastFailure as ApiException)?.RetryAfter ?? TimeSpan.Zero;
                asked = asked < options.BackoffMax ? asked : options.BackoffMax;
                pause = pause > asked ? pause : asked;
                pause += TimeSpan.FromTicks((long)(pause.Ticks * Random.Shared.NextDouble()));
                try
                {
                    await Task.Delay(pause, _time, cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        ReflectorMetrics.Lists.WithLabels(_kind.FullName).Inc();
        var seen = new HashSet<ObjectKey>();
        string? next = null;
        long revision = 0;
        do
        {
            string path = scope.PathOf(_kind) + "limit=" + options.PageSize.ToString(CultureInfo.InvariantCulture)
                + (next is null ? "" : "&continue=" + Uri.EscapeDataString(next));
            using JsonDocument page = await client.ListAsync(path, cancellationToken);
            JsonElement metadata = page.RootElement.GetProperty("metadata");
            revision = RevisionOf(metadata);
            next = metadata.TryGetProperty("continue", out JsonElement token) ? token.GetString() : null;
            if (page.RootElement.GetProperty("items") is { ValueKind: JsonValueKind.Array } items)
            {
                foreach (JsonElement item in items.EnumerateArray())
                {
                    T? obj = Read(item, out ObjectKey key);
                    seen.Add(key);
                    if (obj is not null)
                    {
                        // Known from now on, not from the end of the list: a list that breaks off has told of it all the same.
                        _known.Add(key);
                        sink.Store(obj);
                    }
                }
            }
        }
        while (!string.IsNullOrEmpty(next));

        foreach (ObjectKey gone in _known.Where(key => !seen.Contains(key)).ToArray())
        {
            _known.Remove(gone);
            sink.Delete(gone, revision);
        }

        Reached(revision);
        InStep();
        _synced.TrySetResult();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        TimeSpan timeout = options.WatchTimeout + TimeSpan.FromTicks((long)(options.WatchTimeoutJitter.Ticks * Random.Shared.NextDouble()));
        string path = string.Create(
            CultureInfo.InvariantCulture,
            $"{scope.PathOf(_kind)}watch=true&allowWatchBookmarks=true&resourceVersion={_revision}&timeoutSeconds={(long)timeout.TotalSeconds}");
        using var watchdog = new CancellationTokenSource(options.SilenceTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, watchdog.Token);
        try
        {
            using HttpResponseMessage response = await client.OpenWatchAsync(path, both.Token);
            ReflectorMetrics.Watches.WithLabels(_kind.FullName).Inc();
            await using Stream body = await response.Content.ReadAsStreamAsync(both.Token);
            using var lines = new StreamReader(body);
            InStep();
            while (await lines.ReadLineAsync(both.Token) is { } line)
            {
                watchdog.CancelAfter(options.SilenceTimeout);
                if (line.Length > 0)
                {
                    Take(line);
                }
            }
        }
        catch (OperationCanceledException) when (watchdog.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            ReflectorMetrics.SilentWatches.WithLabels(_kind.FullName).Inc();
            LogSilent(_kind.FullName, options.SilenceTimeout.TotalSeconds);
        }
    }

    private void Take(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement obj = document.RootElement.GetProperty("object");
        ReflectorMetrics.WatchEvents.WithLabels(_kind.FullName).Inc();
        switch (document.RootElement.GetProperty("type").GetString())
        {
            case "ADDED" or "MODIFIED":
                if (Read(obj, out ObjectKey changed) is { } current)
                {
                    _known.Add(changed);
                    sink.Store(current);
                }

                Reached(RevisionOf(obj.GetProperty("metadata")));
                break;
            case "DELETED":
                // Its name says it all; the rest need not be readable.
                JsonElement metadata = obj.GetProperty("metadata");
                _known.Remove(KeyOf(metadata));
                sink.Delete(KeyOf(metadata), RevisionOf(metadata));
                Reached(RevisionOf(metadata));
                break;
            case "BOOKMARK":
                Reached(RevisionOf(obj.GetProperty("metadata")));
                break;
            case "ERROR":
                throw ApiException.From(HttpStatusCode.InternalServerError, System.Text.Encoding.UTF8.GetBytes(obj.GetRawText()));
        }
    }

    // Null when it cannot be read: a field of a type that is not ours, say, where the CRD lets it through.
    private T? Read(JsonElement element, out ObjectKey key)
    {
        key = KeyOf(element.GetProperty("metadata"));
        try
        {
            return _kind.ReadForCache(element);
        }
        catch (JsonException e)
        {
            ReflectorMetrics.Unreadable.WithLabels(_kind.FullName).Inc();
            LogUnreadable(_kind.FullName, key, e.Message);
            return null;
        }
    }

    private void Reached(long revision)
    {
        _revision = revision;
        sink.Observe(revision);
    }

    private void InStep()
    {
        if (LastFailure is not null)
        {
            LastFailure = null;
            LogRecovered(_kind.FullName);
        }
    }

    private static ObjectKey KeyOf(JsonElement metadata) => new(
        metadata.TryGetProperty("namespace", out JsonElement @namespace) ? @namespace.GetString() ?? "" : "",
        metadata.GetProperty("name").GetString() ?? throw new JsonException("An object has no name."));

    private static long RevisionOf(JsonElement metadata) =>
        metadata.TryGetProperty("resourceVersion", out JsonElement text)
        && long.TryParse(text.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out long revision)
            ? revision
            : throw new JsonException("A list or an event has no resourceVersion that is a number.");

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "Watching {Resource} failed, will be tried again: {Error}")]
    private partial void LogFailure(string resource, string error);

    [LoggerMessage(EventId = 102, Level = LogLevel.Information, Message = "The history of {Resource} since {Revision} has been compacted: listing again")]
    private partial void LogExpired(string resource, long revision);

    [LoggerMessage(EventId = 103, Level = LogLevel.Debug, Message = "The watch of {Resource} was silent for {Seconds} s: opening it again")]
    private partial void LogSilent(string resource, double seconds);

    [LoggerMessage(EventId = 104, Level = LogLevel.Information, Message = "Watching {Resource} works again")]
    private partial void LogRecovered(string resource);

    [LoggerMessage(EventId = 105, Level = LogLevel.Error, Message = "Taking in {Resource} failed inside this process, will be listed again")]
    private partial void LogMistake(Exception e, string resource);

    [LoggerMessage(EventId = 106, Level = LogLevel.Warning, Message = "{Resource} {Key} cannot be read and is left as it was last seen: {Error}")]
    private partial void LogUnreadable(string resource, ObjectKey key, string error);
}
