using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Kruise.Live.Tests.Lab;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Daemon;

public sealed class NodePullerHostTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly ScriptedRuntime _runtime = new();
    private readonly DaemonHarness _daemon;

    public NodePullerHostTests() => _daemon = new DaemonHarness(_runtime, _time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _daemon.DisposeAsync();

    [Fact]
    public async Task A_pull_is_reported_as_it_goes()
    {
        _daemon.Ask("nginx", "1");
        await UntilAsync(() => _daemon.Status("nginx", "1")?.Phase == ImagePullPhase.Pulling);
        await EndAsync("nginx:1", PullOutcome.Pulled("sha256:id"));

        await UntilAsync(() => _daemon.Status("nginx", "1")?.CompletionTime is not null);
        Assert.Equal("nginx@sha256:id", _daemon.Status("nginx", "1")!.ImageId);
        Assert.Equal((NodeImage.KindName, "PullImageSucceed"), (_daemon.Events.Single().About, _daemon.Events.Single().Reason));
    }

    [Fact]
    public async Task A_failed_attempt_is_made_again_after_its_pause_with_the_secrets_of_then()
    {
        _daemon.Ask("nginx", "1", null, PullSecret.Reference("s"));
        await EndAsync("nginx:1", PullOutcome.Failed("refused"));
        await UntilAsync(() => _daemon.Host.RunningPulls == 0);
        _daemon.Secrets.Add(PullSecret.For("s", "docker.io", "jane", "p"));
        Assert.Single(_runtime.Requests);

        _time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => _runtime.Requests.Count == 2);
        Assert.Equal(
            [(1, "prod/s", 0), (2, null, 1)],
            _runtime.Requests.Select(r => (r.Attempt, r.MissingSecrets.SingleOrDefault(), r.Secrets.Count)));
    }

    [Fact]
    public async Task The_time_limit_cancels_the_pull()
    {
        _daemon.Ask("nginx", "1", new ImageTagPullPolicy { TimeoutSeconds = 300, BackoffLimit = 0 });
        await UntilAsync(() => _runtime.Running.ContainsKey("nginx:1"));
        _time.Advance(TimeSpan.FromSeconds(299));
        Assert.Empty(_runtime.Cancelled);

        // The timer looks at the clock once a minute and at the moment itself.
        _time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => _runtime.Cancelled.Contains("nginx:1"));
        await UntilAsync(() => _daemon.Status("nginx", "1")?.Message == "pulling image nginx:1 is canceled");
    }

    [Fact]
    public async Task A_tag_that_is_wanted_no_more_is_cancelled_without_an_event()
    {
        _daemon.Ask("nginx", "1");
        await UntilAsync(() => _runtime.Running.ContainsKey("nginx:1"));
        _daemon.Host.Observe(null);
        await UntilAsync(() => _runtime.Cancelled.Contains("nginx:1"));
        Assert.Empty(_daemon.Events);
        Assert.Equal(0, _daemon.Host.RunningPulls);
    }

    [Fact]
    public async Task A_daemon_that_cannot_report_pulls_on_and_reports_later()
    {
        for (int i = 0; i < 3; i++)
        {
            _daemon.Answers.Enqueue(StatusWriteResult.Failed);
        }

        _daemon.Ask("nginx", "1");
        await EndAsync("nginx:1", PullOutcome.Pulled("sha256:id"));
        await UntilAsync(() => _daemon.Events.Count == 1);
        Assert.Null(_daemon.Status("nginx", "1"));
        for (int i = 0; i < 60 && _daemon.Status("nginx", "1")?.CompletionTime is null; i++)
        {
            int writes = _daemon.Writes;
            _time.Advance(TimeSpan.FromSeconds(1));
            await Until.TrueAsync(_ => Task.FromResult(_daemon.Writes > writes), TimeSpan.FromMilliseconds(50), Cancellation);
        }

        Assert.Equal(ImagePullPhase.Succeeded, _daemon.Status("nginx", "1")!.Phase);
        Assert.True(_daemon.Writes >= 4);
    }

    [Fact]
    public async Task Stopping_cancels_what_runs_waits_for_it_and_says_nothing_more()
    {
        _daemon.Ask("nginx", "1");
        _daemon.Ask("redis", "2");
        await UntilAsync(() => _runtime.Running.Count == 2);
        await UntilAsync(() => _daemon.Status("redis", "2")?.Phase == ImagePullPhase.Pulling);
        int writes = _daemon.Writes;

        await _daemon.Host.StopAsync(Cancellation);
        Assert.Empty(_runtime.Running);
        Assert.Equal(["nginx:1", "redis:2"], _runtime.Cancelled.Order(StringComparer.Ordinal));
        _daemon.Ask("late", "3");
        _time.Advance(TimeSpan.FromHours(20));
        Assert.Equal((2, writes), (_runtime.Requests.Count, _daemon.Writes));
        Assert.Empty(_daemon.Events);
    }

    [Fact]
    public async Task What_fails_inside_the_daemon_is_a_failed_attempt()
    {
        _daemon.Ask("nginx", "1", new ImageTagPullPolicy { BackoffLimit = 0 });
        await UntilAsync(() => _runtime.Running.ContainsKey("nginx:1"));
        _runtime.Running["nginx:1"].SetException(new InvalidOperationException("boom"));
        await UntilAsync(() => _daemon.Status("nginx", "1")?.Message == "the daemon failed (InvalidOperationException); see its log");
        Assert.Contains("boom", _daemon.AllText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_is_noticed_within_a_minute()
    {
        _daemon.Ask("nginx", "1", new ImageTagPullPolicy { TimeoutSeconds = 7200, BackoffLimit = 0 });
        await UntilAsync(() => _runtime.Running.ContainsKey("nginx:1"));
        _time.AdjustTime(_time.GetUtcNow() + TimeSpan.FromHours(3));
        _time.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(() => _runtime.Cancelled.Contains("nginx:1"));
    }

    private static Task UntilAsync(Func<bool> condition) => Until.HoldsAsync(_ => Task.FromResult(condition()), "the condition holds", s_limit, Cancellation);

    private async Task EndAsync(string reference, PullOutcome outcome)
    {
        await UntilAsync(() => _runtime.Running.ContainsKey(reference));
        _runtime.Running[reference].SetResult(outcome);
    }
}
