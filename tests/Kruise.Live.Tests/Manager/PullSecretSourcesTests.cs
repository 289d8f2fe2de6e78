using System.Collections.Concurrent;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Live.Cluster;
using Kruise.Live.Manager;
using Kruise.Live.Tests.Cluster;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Tests.Planning;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kruise.Live.Tests.Manager;

/// <summary>Secrets are watched by name while jobs name them.</summary>
public sealed class PullSecretSourcesTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly ClusterCache _cache = new([() => new PullSecretIndex()]);
    private readonly ConcurrentQueue<string> _asked = new();
    private int _revision = 100;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secret_that_is_wanted_again_while_its_watch_ends_is_not_forgotten()
    {
        using var logger = new BlockingLogger();
        await using FakeApi api = await FakeApi.StartAsync(request => Answer(request, failsFirst: true));
        using var stop = new CancellationTokenSource();
        Task run = Start(api, logger, stop.Token);

        Store(Job("first", "s"));
        await logger.Blocked.Task.WaitAsync(_limit, Cancellation);
        Store(Job("first", "s", finished: true));
        Store(Job("second", "t"));
        await AskedAsync("team/t");
        Store(Job("third", "s"));
        Store(Job("fourth", "u"));
        await AskedAsync("team/u");
        await Until.TrueAsync(_ => Task.FromResult(_cache.Count(typeof(V1Secret)) == 3), TimeSpan.FromMilliseconds(500), Cancellation);
        logger.GoOn();

        await Until.HoldsAsync(_ => Task.FromResult(_asked.Count(asked => asked == "team/s") >= 2 && _cache.Count(typeof(V1Secret)) == 3), "all three are there", _limit, Cancellation);

        // Another round of watches begins and lists, after all that the ended one could still do.
        Store(Job("fifth", "v"));
        await Until.HoldsAsync(_ => Task.FromResult(_cache.Count(typeof(V1Secret)) == 4), "the fifth job's secret is there beside the others", _limit, Cancellation);
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_copy_that_a_job_names_is_left_to_whoever_watches_the_copies()
    {
        await using FakeApi api = await FakeApi.StartAsync(request => Answer(request, failsFirst: false));
        using var stop = new CancellationTokenSource();
        Task run = Start(api, NullLogger.Instance, stop.Token);

        Store(Job("odd", "s") with { Metadata = new V1ObjectMeta { NamespaceProperty = PullSecretCopies.Namespace, Name = "odd", ResourceVersion = "7" } });
        Store(Job("usual", "t"));
        await AskedAsync("team/t");

        Assert.DoesNotContain(_asked, asked => asked.StartsWith(PullSecretCopies.Namespace, StringComparison.Ordinal));
        await stop.CancelAsync();
        await run;
    }

    private Task Start(FakeApi api, ILogger logger, CancellationToken stop) =>
        new PullSecretSources(_cache, new ApiClient(api.Connection, "tests", null, TimeProvider.System), null, logger).RunAsync(stop);

    private (int Code, string Body, int? RetryAfterSeconds) Answer(HttpRequest request, bool failsFirst)
    {
        if (request.Query.ContainsKey("watch"))
        {
            return (200, "", null);
        }

        string @namespace = request.Path.Value!.Split('/')[4];
        string name = request.Query["fieldSelector"].ToString()["metadata.name=".Length..];
        _asked.Enqueue($"{@namespace}/{name}");
        return failsFirst && name == "s" && _asked.Count(asked => asked == "team/s") == 1
            ? (500, "{}", null)
            : (200, $$$"""{"metadata":{"resourceVersion":"50"},"items":[{"metadata":{"namespace":"{{{@namespace}}}","name":"{{{name}}}","resourceVersion":"40"}}]}""", null);
    }

    private ImagePullJob Job(string name, string secret, bool finished = false)
    {
        ImagePullJob job = Objects.Job("team", name, pullSecrets: secret);
        return job with
        {
            Metadata = job.Metadata with { ResourceVersion = (++_revision).ToString() },
            Status = new ImagePullJobStatus { CompletionTime = finished ? DateTime.UnixEpoch : null },
        };
    }

    private void Store(ImagePullJob job) => _cache.Sink<ImagePullJob>().Store(job);

    private Task AskedAsync(string secret) => Until.HoldsAsync(_ => Task.FromResult(_asked.Contains(secret)), $"{secret} was asked for", _limit, Cancellation);

    /// <summary>Holds the one who writes the first line until told to go on.</summary>
    private sealed class BlockingLogger : ILogger, IDisposable
    {
        private readonly ManualResetEventSlim _goOn = new();

        public TaskCompletionSource Blocked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => _goOn.Set();

        public void Dispose() => _goOn.Dispose();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning && Blocked.TrySetResult())
            {
                _goOn.Wait(_limit);
            }
        }
    }
}
