using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Kruise.Live.Cluster;
using Kruise.Live.Manager.LeaderElection;

namespace Kruise.Live.Tests.LeaderElection;

/// <summary>What happens to a request.</summary>
internal enum Mishap
{
    None,

    /// <summary>Never gets to the server.</summary>
    RequestLost,

    /// <summary>Is carried out, and nobody hears of it.</summary>
    AnswerLost,

    /// <summary>The sender gives up, and the request gets there later.</summary>
    Late,
}

/// <summary>One lease as an API server keeps it, seen by many.</summary>
internal sealed class FakeLease
{
    private readonly Lock _lock = new();
    private readonly List<Action> _late = [];
    private JsonObject? _lease;
    private int _revision;

    public JsonObject? Object
    {
        get
        {
            lock (_lock)
            {
                return (JsonObject?)_lease?.DeepClone();
            }
        }

        set
        {
            lock (_lock)
            {
                Store(value!);
            }
        }
    }

    public LeaseRecord? Record => Object is { } lease ? LeaseJson.Read(lease).Record : null;

    /// <summary>A way to the lease for one contender.</summary>
    public Way Open() => new(this);

    /// <summary>Requests that were late get there now.</summary>
    public void DeliverLate()
    {
        lock (_lock)
        {
            foreach (Action request in _late)
            {
                try
                {
                    request();
                }
                catch (ApiException)
                {
                    // Nobody waits for the answer.
                }
            }

            _late.Clear();
        }
    }

    private JsonObject Store(JsonObject lease)
    {
        lease = (JsonObject)lease.DeepClone();
        ((JsonObject)lease["metadata"]!)["resourceVersion"] = (++_revision).ToString(CultureInfo.InvariantCulture);
        _lease = lease;
        return (JsonObject)lease.DeepClone();
    }

    private JsonObject Create(JsonObject lease) =>
        _lease is null ? Store(lease) : throw new ApiException(HttpStatusCode.Conflict, "AlreadyExists", "there is one already");

    private JsonObject Update(JsonObject lease) =>
        _lease is null ? throw new ApiException(HttpStatusCode.NotFound, "NotFound", "there is none")
        : (string?)_lease["metadata"]!["resourceVersion"] == (string?)lease["metadata"]!["resourceVersion"] ? Store(lease)
        : throw new ApiException(HttpStatusCode.Conflict, "Conflict", "changed since");

    internal sealed class Way(FakeLease lease) : ILeaseStore
    {
        /// <summary>What happens to the next requests.</summary>
        public Func<Mishap> Next { get; set; } = () => Mishap.None;

        /// <summary>What the server answers instead of doing anything; null for nothing.</summary>
        public Exception? Refusal { get; set; }

        public int Requests { get; private set; }

        public Task<StoredLease?> TryGetAsync(CancellationToken cancellationToken)
        {
            JsonObject? found = null;
            Send(() => found = (JsonObject?)lease._lease?.DeepClone());
            return Task.FromResult(found is null ? null : LeaseJson.Read(found));
        }

        public Task<StoredLease> CreateAsync(LeaseRecord record, CancellationToken cancellationToken)
        {
            JsonObject? created = null;
            Send(() => created = lease.Create(LeaseJson.New("lease", "home", record)));
            return Task.FromResult(LeaseJson.Read(created!));
        }

        public Task<StoredLease> UpdateAsync(StoredLease stored, LeaseRecord record, CancellationToken cancellationToken)
        {
            JsonObject? updated = null;
            Send(() => updated = lease.Update(LeaseJson.Write(stored.Object, record)));
            return Task.FromResult(LeaseJson.Read(updated!));
        }

        public string Describe(Exception failure) => failure.Message;

        private void Send(Action request)
        {
            lock (lease._lock)
            {
                Requests++;
                if (Refusal is not null)
                {
                    throw Refusal;
                }

                Mishap mishap = Next();
                if (mishap == Mishap.Late)
                {
                    lease._late.Add(request);
                }
                else if (mishap != Mishap.RequestLost)
                {
                    request();
                }

                if (mishap != Mishap.None)
                {
                    throw new HttpRequestException($"{mishap}");
                }
            }
        }
    }
}
