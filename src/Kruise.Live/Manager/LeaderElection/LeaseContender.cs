using Kruise.Live.Cluster;

namespace Kruise.Live.Manager.LeaderElection;

/// <summary>How a try for the lease ended.</summary>
internal enum LeaseTry
{
    /// <summary>The lease is ours until a lease duration after the request was sent.</summary>
    Held,

    /// <summary>Somebody else holds it.</summary>
    Other,

    /// <summary>Nobody knows: a request failed.</summary>
    Failed,
}

/// <summary>
/// One step of client-go's algorithm: takes the lease when it is free or has not changed for its duration by our own clock, and renews it when it is ours.
/// Nobody's clock but our own is read, so clocks may differ. One step at a time.
/// </summary>
internal sealed class LeaseContender(ILeaseStore store, LeaderElectionOptions options, TimeProvider time)
{
    private StoredLease? _mine;
    private LeaseRecord? _observed;
    private long _observedAt;

    /// <summary>The last holder seen; empty when nobody or unknown.</summary>
    public string Holder => _observed?.Holder ?? "";

    /// <summary>When the request was sent that got or renewed the lease last, a timestamp of the clock.</summary>
    public long HeldSince { get; private set; }

    /// <summary>In how long the lease runs out if its holder does not renew it; 0 when it has, or when nobody holds it.</summary>
    public TimeSpan FreeIn
    {
        get
        {
            TimeSpan left = TimeSpan.FromSeconds(Holder.Length > 0 ? _observed!.DurationSeconds : 0) - time.GetElapsedTime(_observedAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Why the last try failed; null when it did not.</summary>
    public Exception? Failure { get; private set; }

    public async Task<LeaseTry> TryAsync(CancellationToken cancellationToken)
    {
        // A request without an answer must leave time for others before the deadline.
        using var timer = new CancellationTokenSource(options.RenewDeadline / 2, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            LeaseTry result = await TryOnceAsync(limit.Token);
            Failure = null;
            return result;
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            Failure = e;
            return LeaseTry.Failed;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            Failure = new TimeoutException($"no answer within {options.RenewDeadline.TotalSeconds / 2:0.#} s", e);
            return LeaseTry.Failed;
        }
    }

    /// <summary>Gives the lease up, so that the next one need not wait. Nothing happens when it is not ours any more.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            StoredLease? found = await store.TryGetAsync(cancellationToken);
            if (found is null || found.Record.Holder != options.Identity)
            {
                return;
            }

            DateTime now = Now();
            try
            {
                // One second, because the API server wants the duration to be positive.
                await store.UpdateAsync(found, new LeaseRecord("", 1, now, now, found.Record.Transitions), cancellationToken);
                return;
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // A renewal of ours that we gave up waiting for got there after all.
            }
        }
    }

    private async Task<LeaseTry> TryOnceAsync(CancellationToken cancellationToken)
    {
        if (_mine is { } mine)
        {
            long sent = time.GetTimestamp();
            try
            {
                // Nobody else writes a lease that is held: as a rule one request is enough.
                return Hold(sent, await store.UpdateAsync(mine, mine.Record with { RenewTime = Now() }, cancellationToken));
            }
            catch (ApiException)
            {
                // Changed by somebody, or gone: look.
            }
        }

        StoredLease? found = await store.TryGetAsync(cancellationToken);
        if (found is null)
        {
            long sent = time.GetTimestamp();
            return Hold(sent, await store.CreateAsync(Taken(transitions: 0), cancellationToken));
        }

        if (found.Record != _observed)
        {
            _observed = found.Record;
            _observedAt = time.GetTimestamp();
        }

        bool isMine = found.Record.Holder == options.Identity;
        if (!isMine)
        {
            _mine = null;
            if (FreeIn > TimeSpan.Zero)
            {
                return LeaseTry.Other;
            }
        }

        long takenAt = time.GetTimestamp();
        LeaseRecord taken = isMine
            ? Taken(found.Record.Transitions) with { AcquireTime = found.Record.AcquireTime }
            : Taken(found.Record.Transitions + 1);
        return Hold(takenAt, await store.UpdateAsync(found, taken, cancellationToken));
    }

    private LeaseTry Hold(long sentAt, StoredLease lease)
    {
        _mine = lease;
        _observed = lease.Record;
        _observedAt = time.GetTimestamp();
        HeldSince = sentAt;
        return LeaseTry.Held;
    }

    private LeaseRecord Taken(int transitions) => new(options.Identity, (int)options.LeaseDuration.TotalSeconds, Now(), Now(), transitions);

    private DateTime Now() => time.GetUtcNow().UtcDateTime;
}
