using System.Diagnostics;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Manager.LeaderElection;
using Kruise.Live.Tests.Lab;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kruise.Live.Tests.LeaderElection;

/// <summary>Leaders over a real API server, at four times the usual pace.</summary>
public sealed class LeaderElectionOnApiServerTests(SharedControlPlane shared, ITestOutputHelper output)
{
    private static readonly LeaderElectionOptions s_pace = new()
    {
        LeaseDuration = TimeSpan.FromSeconds(4),
        RenewDeadline = TimeSpan.FromSeconds(2.5),
        RetryPeriod = TimeSpan.FromSeconds(0.5),
    };

    /// <summary>A candidate tries at least this often; and what a busy machine adds.</summary>
    private static readonly TimeSpan s_retryAndSlack = (s_pace.RetryPeriod * (1 + s_pace.Jitter)) + TimeSpan.FromSeconds(1.5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_the_leader_is_cut_off_the_other_takes_over_within_the_lease_time_and_never_do_both_lead()
    {
        string home = await shared.CreateNamespaceAsync("lease", Cancellation);
        using var connection = ClusterConnection.Open(await shared.AdminKubeconfigAsync(Cancellation));
        using var first = new Contestant("first", connection, home);
        using var second = new Contestant("second", connection, home);
        first.Start();
        await first.LeadsAsync();
        second.Start();
        await Until.HoldsAsync(_ => Task.FromResult(second.Requests >= 3), "the second has tried", TimeSpan.FromSeconds(20), Cancellation);
        Assert.False(second.Elector.IsLeader);

        long cut = Stopwatch.GetTimestamp();
        first.IsCutOff = true;
        await second.LeadsAsync();
        TimeSpan takeover = Stopwatch.GetElapsedTime(cut, second.Led[0].From);
        UserErrorException lost = await Assert.ThrowsAsync<UserErrorException>(() => first.Run);

        TimeSpan end = Stopwatch.GetElapsedTime(cut, first.Led[0].To);
        output.WriteLine($"after the cut the first ended in {end.TotalSeconds:0.00} s and the second led in {takeover.TotalSeconds:0.00} s");
        Assert.Equal(ExitCode.Failed, lost.ExitCode);
        Assert.True(first.Led[0].To <= second.Led[0].From, "both led at once");
        Assert.InRange(takeover, s_pace.LeaseDuration - s_pace.RetryPeriod - TimeSpan.FromSeconds(1), s_pace.LeaseDuration + s_retryAndSlack);
        await second.StopAsync();
    }

    [Fact]
    public async Task A_clean_stop_hands_over_within_the_retry_period_again_and_again()
    {
        string home = await shared.CreateNamespaceAsync("lease", Cancellation);
        using var connection = ClusterConnection.Open(await shared.AdminKubeconfigAsync(Cancellation));
        var contestants = new List<Contestant>();
        try
        {
            contestants.Add(new Contestant("0", connection, home));
            contestants[0].Start();
            await contestants[0].LeadsAsync();
            for (int i = 1; i <= 4; i++)
            {
                contestants.Add(new Contestant($"{i}", connection, home));
                contestants[i].Start();
                await Until.HoldsAsync(_ => Task.FromResult(contestants[i].Requests >= 1), "the next waits", TimeSpan.FromSeconds(20), Cancellation);
                await contestants[i - 1].StopAsync();
                await contestants[i].LeadsAsync();
                TimeSpan handover = Stopwatch.GetElapsedTime(contestants[i - 1].Led[0].To, contestants[i].Led[0].From);
                output.WriteLine($"handover {i}: {handover.TotalSeconds:0.00} s");
                Assert.InRange(handover, TimeSpan.Zero, s_retryAndSlack);
            }

            StoredLease lease = (await contestants[4].Store.TryGetAsync(Cancellation))!;
            Assert.Equal(("4", 4, 4), (lease.Record.Holder, lease.Record.DurationSeconds, lease.Record.Transitions));
            Assert.Matches("T\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z$", (string)lease.Object["spec"]!["renewTime"]!);
            await contestants[4].StopAsync();
            lease = (await contestants[4].Store.TryGetAsync(Cancellation))!;
            Assert.Equal(("", 1, 4), (lease.Record.Holder, lease.Record.DurationSeconds, lease.Record.Transitions));
        }
        finally
        {
            contestants.ForEach(c => c.Dispose());
        }
    }

    [Fact]
    public async Task Without_permission_the_command_ends_and_says_which_one_is_missing()
    {
        LabControlPlane plane = await shared.LabAsync(Cancellation);
        string home = await plane.CreateNamespaceAsync("lease", Cancellation);
        using var connection = ClusterConnection.Open(plane.Kubeconfig("nobody", []));
        using var contestant = new Contestant("a", connection, home);
        contestant.Start();

        UserErrorException error = await Assert.ThrowsAsync<UserErrorException>(() => contestant.Run);
        Assert.Equal(ExitCode.ClusterNotReady, error.ExitCode);
        Assert.Contains("User \"nobody\" cannot get resource \"leases\"", error.Message, StringComparison.Ordinal);
    }

    /// <summary>One who leads by writing down from when to when.</summary>
    private sealed class Contestant : IDisposable, ILeaseStore
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource _leads = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Contestant(string name, ClusterConnection connection, string home)
        {
            Store = new ApiLeaseStore(new ApiClient(connection, "kruise-test/leader-election", null, TimeProvider.System), home, s_pace.Name);
            Elector = new LeaderElector(this, s_pace with { Identity = name, Namespace = home }, TimeProvider.System, NullLogger.Instance);
        }

        public ApiLeaseStore Store { get; }

        public LeaderElector Elector { get; }

        public bool IsCutOff { get; set; }

        public int Requests { get; private set; }

        public Task Run { get; private set; } = Task.CompletedTask;

        /// <summary>When it led, in timestamps of the stopwatch.</summary>
        public List<(long From, long To)> Led { get; } = [];

        public void Start() => Run = Elector.RunAsync(LeadAsync, _stop.Token);

        public async Task LeadsAsync() =>
            Assert.Same(_leads.Task, await Task.WhenAny(_leads.Task, Run).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Run;
        }

        public void Dispose()
        {
            _stop.Cancel();
            Elector.Dispose();
            _stop.Dispose();
        }

        public async Task<StoredLease?> TryGetAsync(CancellationToken cancellationToken)
        {
            StoredLease? lease = await SendAsync(() => Store.TryGetAsync(cancellationToken));
            Requests++;
            return lease;
        }

        public Task<StoredLease> CreateAsync(LeaseRecord record, CancellationToken cancellationToken) =>
            SendAsync(() => Store.CreateAsync(record, cancellationToken));

        public Task<StoredLease> UpdateAsync(StoredLease lease, LeaseRecord record, CancellationToken cancellationToken) =>
            SendAsync(() => Store.UpdateAsync(lease, record, cancellationToken));

        public string Describe(Exception failure) => Store.Describe(failure);

        private Task<T> SendAsync<T>(Func<Task<T>> request) => IsCutOff ? Task.FromException<T>(new HttpRequestException("cut off")) : request();

        private async Task LeadAsync(CancellationToken cancellationToken)
        {
            long from = Stopwatch.GetTimestamp();
            Led.Add((from, long.MaxValue));
            _leads.TrySetResult();
            await Task.WhenAny(Task.Delay(Timeout.Infinite, cancellationToken));
            Led[0] = (from, Stopwatch.GetTimestamp());
        }
    }
}
