using Kruise.Live.Cluster;

namespace Kruise.Live.Manager.LeaderElection;

/// <summary>Reads and writes one lease. Failures are those of <see cref="ApiFailure"/>.</summary>
internal interface ILeaseStore
{
    /// <summary>The lease; null when there is none.</summary>
    Task<StoredLease?> TryGetAsync(CancellationToken cancellationToken);

    /// <summary>Makes the lease; fails when there is one already.</summary>
    Task<StoredLease> CreateAsync(LeaseRecord record, CancellationToken cancellationToken);

    /// <summary>Writes a lease that was read or written before; a conflict when it has changed since.</summary>
    Task<StoredLease> UpdateAsync(StoredLease lease, LeaseRecord record, CancellationToken cancellationToken);

    /// <summary>Says in one line why a request failed.</summary>
    string Describe(Exception failure);
}
