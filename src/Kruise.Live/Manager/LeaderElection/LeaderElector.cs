using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Prometheus;

namespace Kruise.Live.Manager.LeaderElection;

/// <summary>
/// Leads while it holds the lease. A leader that cannot renew is told to stop a renew deadline after it sent its last good renewal; another one takes over a
/// lease duration after that renewal arrived, so never before. (client-go counts from the answer, and its leader goes on when it sees that somebody else
/// holds the lease; ours stops at once.) Runs once.
/// </summary>
internal sealed partial class LeaderElector(ILeaseStore store, LeaderElectionOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly Gauge _status = Metrics.CreateGauge(
        "leader_election_master_status", "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master.", "name");

    // Timers may be early by a part of this.
    private static readonly TimeSpan _timerSlack = TimeSpan.FromMilliseconds(10);

    private readonly LeaseContender _contender = new(store, options, time);
    private readonly CancellationTokenSource _lost = new();
    private string _reportedHolder = "";
    private volatile bool _isLeader;

    /// <summary>Whether this process leads.</summary>
    public bool IsLeader => _isLeader && !_lost.IsCancellationRequested;

    /// <summary>Cancelled when the lease is lost, and not by a clean stop: then even writes under way must be given up.</summary>
    public CancellationToken Lost => _lost.Token;

    private string Holder => _contender.Holder;

    private string LeaseName => $"{options.Namespace}/{options.Name}";

    /// <summary>Waits for the lease, leads, and gives the lease back when <paramref name="lead"/> has ended.</summary>
    /// <param name="lead">
    /// The leader's work. Its token is cancelled when it is to end: by a clean stop, during which the lease is still renewed until the work has ended, or by
    /// the loss of the lease, after which it must end within the difference of lease duration and renew deadline.
    /// </param>
    /// <param name="cancellationToken">A clean stop.</param>
    /// <exception cref="UserErrorException">The lease was lost, or the API server does not allow to use it.</exception>
    /// <exception cref="OperationCanceledException">Stopped before the lease was got, or the work ended with it.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        options.Validate();
        _status.WithLabels(options.Name).Set(0);
        LogWaiting(LeaseName, options.Identity);
        await AcquireAsync(cancellationToken);
        LogAcquired(LeaseName);
        _isLeader = true;
        _status.WithLabels(options.Name).Set(1);
        try
        {
            await LeadAsync(lead, cancellationToken);
        }
        finally
        {
            _isLeader = false;
            _status.WithLabels(options.Name).Set(0);
        }
    }

    public void Dispose() => _lost.Dispose();

    private async Task AcquireAsync(CancellationToken cancellationToken)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            LeaseTry result = await _contender.TryAsync(cancellationToken);
            ReportHolder();
            if (result == LeaseTry.Held)
            {
                return;
            }

            if (_contender.Failure is ApiException { IsForbidden: true } or ApiException { IsNotFound: true } && isFirst)
            {
                // Waiting would not mend it: the role or the namespace is missing.
                throw new UserErrorException(ExitCode.ClusterNotReady, $"leader election on lease {LeaseName}: {store.Describe(_contender.Failure)}");
            }

            if (_contender.Failure is { } failure && !IsLostRace(failure))
            {
                LogFailed(LeaseName, store.Describe(failure));
            }

            TimeSpan pause = options.RetryPeriod * (1 + (Random.Shared.NextDouble() * options.Jitter));
            if (result == LeaseTry.Other && _contender.FreeIn < pause)
            {
                // Not later than it may run out: another few seconds without a leader would serve nobody.
                pause = _contender.FreeIn + _timerSlack;
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task LeadAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        using var expiry = new CancellationTokenSource(Remaining(), time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, expiry.Token);
        using var ended = new CancellationTokenSource();
        var isLost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration whenLost = expiry.Token.Register(() =>
        {
            _status.WithLabels(options.Name).Set(0);
            _lost.Cancel();
            isLost.TrySetResult();
        });
        Task work = Task.Run(() => lead(stop.Token), CancellationToken.None);
        Task renewals = RenewAsync(expiry, ended.Token);
        await Task.WhenAny(work, isLost.Task);
        if (expiry.IsCancellationRequested)
        {
            await EndLostAsync(work);
            await renewals;
            throw new UserErrorException(
                ExitCode.Failed,
                $"lost the lease {LeaseName}: "
                + (_contender.Failure is { } failure ? store.Describe(failure) : $"{(Holder.Length > 0 ? Holder : "somebody else")} holds it"));
        }

        await ended.CancelAsync();
        await renewals;
        await ReleaseAsync();
        await work;
    }

    private TimeSpan Remaining()
    {
        TimeSpan remaining = options.RenewDeadline - time.GetElapsedTime(_contender.HeldSince);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }

    private async Task RenewAsync(CancellationTokenSource expiry, CancellationToken ended)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, ended);
        try
        {
            while (true)
            {
                await Task.Delay(options.RetryPeriod, time, both.Token);
                switch (await _contender.TryAsync(both.Token))
                {
                    case LeaseTry.Held:
                        expiry.CancelAfter(Remaining());
                        break;
                    case LeaseTry.Other:
                        await expiry.CancelAsync();
                        break;
                    case LeaseTry.Failed:
                        LogRenewalFailed(LeaseName, Remaining().TotalSeconds, store.Describe(_contender.Failure!));
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (both.IsCancellationRequested)
        {
            // The work has ended, or must.
        }
    }

    private async Task EndLostAsync(Task work)
    {
        LogLost(LeaseName);
        try
        {
            await work.WaitAsync(options.LeaseDuration - options.RenewDeadline, time);
        }
        catch (TimeoutException)
        {
            LogStillWorking(LeaseName);
        }
        catch (OperationCanceledException)
        {
            // As it was told.
        }
#pragma warning disable CA1031 // The loss of the lease is what ends the process; what else failed is told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogWorkFailed(e);
        }
    }

    private async Task ReleaseAsync()
    {
        using var limit = new CancellationTokenSource(options.RenewDeadline / 2, time);
        try
        {
            await _contender.ReleaseAsync(limit.Token);
            LogReleased(LeaseName);
        }
        catch (Exception e) when (ApiFailure.Is(e) || e is OperationCanceledException)
        {
            LogNotReleased(LeaseName, e is OperationCanceledException ? "no answer" : store.Describe(e));
        }
    }

    private void ReportHolder()
    {
        if (Holder != _reportedHolder)
        {
            _reportedHolder = Holder;
            LogHolder(LeaseName, Holder.Length > 0 ? Holder : "nobody");
        }
    }

    // Two found the lease free, and the other was faster.
    private static bool IsLostRace(Exception failure) => failure is ApiException { IsConflict: true } or ApiException { IsAlreadyExists: true };
}
