using System.Text.Json.Nodes;
using Kruise.Live.Cluster;

namespace Kruise.Live.Manager.LeaderElection;

/// <summary>The lease at the API server. Needs get, create and update on leases in one namespace.</summary>
/// <param name="client">A client without a limit, or with one of its own: a renewal must not wait behind a controller's writes.</param>
/// <param name="namespace">The lease's namespace.</param>
/// <param name="name">The lease's name.</param>
internal sealed class ApiLeaseStore(ApiClient client, string @namespace, string name) : ILeaseStore
{
    private readonly string _all = $"apis/coordination.k8s.io/v1/namespaces/{Uri.EscapeDataString(@namespace)}/leases";

    private string One => $"{_all}/{Uri.EscapeDataString(name)}";

    public async Task<StoredLease?> TryGetAsync(CancellationToken cancellationToken) =>
        await client.TryGetJsonAsync(One, cancellationToken) is { } lease ? LeaseJson.Read(lease) : null;

    public async Task<StoredLease> CreateAsync(LeaseRecord record, CancellationToken cancellationToken)
    {
        JsonObject created = await client.SendJsonAsync(HttpMethod.Post, _all, LeaseJson.New(name, @namespace, record), cancellationToken);
        return LeaseJson.Read(created);
    }

    public async Task<StoredLease> UpdateAsync(StoredLease lease, LeaseRecord record, CancellationToken cancellationToken)
    {
        JsonObject updated = await client.SendJsonAsync(HttpMethod.Put, One, LeaseJson.Write(lease.Object, record), cancellationToken);
        return LeaseJson.Read(updated);
    }

    public string Describe(Exception failure) => ApiFailure.Describe(failure, client.Connection.BaseUri);
}
