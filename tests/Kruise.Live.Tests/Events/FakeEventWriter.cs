using System.Net;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Events;

namespace Kruise.Live.Tests.Events;

/// <summary>An API server's events, and every request for them.</summary>
internal sealed class FakeEventWriter : IEventWriter
{
    private readonly Lock _lock = new();
    private readonly List<(string Verb, EventObject Event)> _requests = [];

    public Dictionary<string, EventObject> Stored { get; } = new(StringComparer.Ordinal);

    /// <summary>What a request meets: null for success. Gets the number of the request, from 1.</summary>
    public Func<int, Exception?> Answer { get; set; } = _ => null;

    /// <summary>What a request waits for before its answer.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public (string Verb, EventObject Event)[] Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    public static ApiException Error(HttpStatusCode code, string reason = "") => new(code, reason, $"the server said {code}");

    public Task CreateAsync(EventObject e, CancellationToken cancellationToken) => SendAsync("POST", e, cancellationToken);

    public Task PatchAsync(EventObject e, CancellationToken cancellationToken) => SendAsync("PATCH", e, cancellationToken);

    private async Task SendAsync(string verb, EventObject e, CancellationToken cancellationToken)
    {
        int number;
        lock (_lock)
        {
            _requests.Add((verb, e));
            number = _requests.Count;
        }

        await Gate.WaitAsync(cancellationToken);
        if (Answer(number) is { } failure)
        {
            throw failure;
        }

        lock (_lock)
        {
            if (verb == "PATCH" && !Stored.ContainsKey(e.Metadata.Name))
            {
                throw Error(HttpStatusCode.NotFound, "NotFound");
            }

            if (verb == "POST" && Stored.ContainsKey(e.Metadata.Name))
            {
                throw Error(HttpStatusCode.Conflict, "AlreadyExists");
            }

            Stored[e.Metadata.Name] = e;
        }
    }
}
