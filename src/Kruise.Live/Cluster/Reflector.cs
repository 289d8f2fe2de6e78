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
/// takes; they are told to the log and to <see cref="LastFailure"/>.
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
            try
            {
                if (_revision == 0)
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
                continue;
            }
            catch (Exception e) when (ApiFailure.Is(e))
            {
                ReflectorMetrics.Failures.WithLabels(_kind.FullName).Inc();
                LogFailure(_kind.FullName, ApiFailure.Describe(e, client.Connection.BaseUri));
                LastFailure = e;
            }

            if (_time.GetElapsedTime(start) >= options.BackoffResetAfter)
            {
                _failures = 0;
            }

            // A watch that ended well is opened again at once, unless it ended as soon as it began.
            if (LastFailure is not null || _time.GetElapsedTime(start) < options.BackoffBase)
            {
                TimeSpan pause = ItemBackoff.Delay(options.BackoffBase, options.BackoffMax, _failures++);
                pause += TimeSpan.FromTicks((long)(pause.Ticks * Random.Shared.NextDouble()));
                try
                {
                    await Task.Delay((LastFailure as ApiException)?.RetryAfter ?? pause, _time, cancellationToken);
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
                    T obj = _kind.ReadForCache(item);
                    seen.Add(ObjectKey.Of(obj));
                    sink.Store(obj);
                }
            }
        }
        while (!string.IsNullOrEmpty(next));

        foreach (ObjectKey gone in _known.Where(key => !seen.Contains(key)).ToArray())
        {
            sink.Delete(gone, revision);
        }

        _known.Clear();
        _known.UnionWith(seen);
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
                T current = _kind.ReadForCache(obj);
                _known.Add(ObjectKey.Of(current));
                sink.Store(current);
                Reached(ObjectCache.RevisionOf(current));
                break;
            case "DELETED":
                T deleted = _kind.ReadForCache(obj);
                _known.Remove(ObjectKey.Of(deleted));
                sink.Delete(ObjectKey.Of(deleted), ObjectCache.RevisionOf(deleted));
                Reached(ObjectCache.RevisionOf(deleted));
                break;
            case "BOOKMARK":
                Reached(RevisionOf(obj.GetProperty("metadata")));
                break;
            case "ERROR":
                throw ApiException.From(HttpStatusCode.InternalServerError, System.Text.Encoding.UTF8.GetBytes(obj.GetRawText()));
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

    private static long RevisionOf(JsonElement metadata) =>
        metadata.TryGetProperty("resourceVersion", out JsonElement text)
        && long.TryParse(text.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out long revision)
            ? revision
            : throw new JsonException("A list or bookmark has no resourceVersion that is a number.");

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "Watching {Resource} failed, will be tried again: {Error}")]
    private partial void LogFailure(string resource, string error);

    [LoggerMessage(EventId = 102, Level = LogLevel.Information, Message = "The history of {Resource} since {Revision} has been compacted: listing again")]
    private partial void LogExpired(string resource, long revision);

    [LoggerMessage(EventId = 103, Level = LogLevel.Debug, Message = "The watch of {Resource} was silent for {Seconds} s: opening it again")]
    private partial void LogSilent(string resource, double seconds);

    [LoggerMessage(EventId = 104, Level = LogLevel.Information, Message = "Watching {Resource} works again")]
    private partial void LogRecovered(string resource);
}
