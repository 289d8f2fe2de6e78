using System.Net;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Manager.LeaderElection;
using Kruise.Live.Tests.Lab;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.LeaderElection;

public sealed class LeaderElectorTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLease _lease = new();
    private readonly FakeLease.Way _way;
    private readonly LeaderElector _elector;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _leads = new();

    public LeaderElectorTests()
    {
        _way = _lease.Open();
        _elector = new LeaderElector(_way, new LeaderElectionOptions { Identity = "me" }, _time, NullLogger.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _elector.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_is_told_to_stop_within_the_renew_deadline()
    {
        Task run = _elector.RunAsync(LeadAsync, _stop.Token);
        await _leads.Task.WaitAsync(s_limit, Cancellation);
        Assert.True(_elector.IsLeader);
        DateTimeOffset renewed = new(_lease.Record!.RenewTime!.Value, TimeSpan.Zero);
        _way.Next = () => Mishap.RequestLost;
        await AdvanceUntilAsync(() => _elector.Lost.IsCancellationRequested);

        Assert.InRange(_time.GetUtcNow() - renewed, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.5));
        Assert.False(_elector.IsLeader);
        UserErrorException lost = await Assert.ThrowsAsync<UserErrorException>(() => run.WaitAsync(s_limit, Cancellation));
        Assert.Equal(ExitCode.Failed, lost.ExitCode);
        Assert.Equal("lost the lease kruise-system/kruise-manager: RequestLost", lost.Message);
    }

    [Fact]
    public async Task A_leader_that_sees_another_holder_stops_at_once()
    {
        Task run = _elector.RunAsync(LeadAsync, _stop.Token);
        await _leads.Task.WaitAsync(s_limit, Cancellation);
        _lease.Object = LeaseJson.Write(_lease.Object!, _lease.Record! with { Holder = "usurper" });
        await AdvanceUntilAsync(() => run.IsCompleted);

        Assert.InRange(_time.GetUtcNow() - _time.Start, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
        Assert.EndsWith("usurper holds it", (await Assert.ThrowsAsync<UserErrorException>(() => run)).Message, StringComparison.Ordinal);
        Assert.Equal("usurper", _lease.Record!.Holder);
    }

    [Fact]
    public async Task Work_that_does_not_end_after_a_loss_is_waited_for_as_long_as_nobody_else_can_lead()
    {
        var never = new TaskCompletionSource();
        Task run = _elector.RunAsync(
            _ =>
            {
                _leads.SetResult();
                return never.Task;
            },
            _stop.Token);
        await _leads.Task.WaitAsync(s_limit, Cancellation);
        _way.Next = () => Mishap.RequestLost;
        await AdvanceUntilAsync(() => run.IsCompleted);

        Assert.InRange(_time.GetUtcNow() - _time.Start, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(16));
        await Assert.ThrowsAsync<UserErrorException>(() => run);
    }

    [Fact]
    public async Task A_clean_stop_renews_until_the_work_has_ended_and_then_gives_the_lease_back()
    {
        var inFlight = new TaskCompletionSource();
        Task run = _elector.RunAsync(
            async token =>
            {
                _leads.SetResult();
                await Task.WhenAny(Task.Delay(Timeout.Infinite, token));
                await inFlight.Task;
            },
            _stop.Token);
        await _leads.Task.WaitAsync(s_limit, Cancellation);
        await _stop.CancelAsync();
        await AdvanceUntilAsync(() => _time.GetUtcNow() - _time.Start > TimeSpan.FromSeconds(40));
        Assert.False(_elector.Lost.IsCancellationRequested);
        Assert.Equal("me", _lease.Record!.Holder);
        Assert.InRange(_time.GetUtcNow().UtcDateTime - _lease.Record.RenewTime!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(4));

        inFlight.SetResult();
        await run.WaitAsync(s_limit, Cancellation);
        Assert.Equal(("", 1, 0), (_lease.Record!.Holder, _lease.Record.DurationSeconds, _lease.Record.Transitions));
        Assert.False(_elector.IsLeader);
    }

    [Fact]
    public async Task Work_that_fails_gives_the_lease_back_and_its_error_comes_out()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => _elector.RunAsync(_ => throw new InvalidDataException(), _stop.Token));

        Assert.Equal("", _lease.Record!.Holder);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task A_missing_permission_or_namespace_ends_the_command_in_one_line(HttpStatusCode code)
    {
        _way.Refusal = new ApiException(code, "", "leases.coordination.k8s.io \"kruise-manager\" is forbidden");

        UserErrorException error = await Assert.ThrowsAsync<UserErrorException>(() => _elector.RunAsync(LeadAsync, _stop.Token));
        Assert.Equal(ExitCode.ClusterNotReady, error.ExitCode);
        Assert.Contains("is forbidden", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waits_can_be_stopped_and_leaves_the_lease_alone()
    {
        _lease.Object = LeaseJson.New("lease", "home", new LeaseRecord("other", 15, null, null, 7));
        Task run = _elector.RunAsync(LeadAsync, _stop.Token);
        await AdvanceUntilAsync(() => _way.Requests >= 3);
        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(s_limit, Cancellation));
        Assert.Equal(("other", 7), (_lease.Record!.Holder, _lease.Record.Transitions));
    }

    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        _leads.SetResult();
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    // Moves time in small steps, each of which lets the elector do what it then has to do.
    private Task AdvanceUntilAsync(Func<bool> condition) => Until.HoldsAsync(
        _ =>
        {
            if (!condition())
            {
                _time.Advance(TimeSpan.FromMilliseconds(250));
            }

            return Task.FromResult(condition());
        },
        "the condition",
        s_limit,
        Cancellation);
}
