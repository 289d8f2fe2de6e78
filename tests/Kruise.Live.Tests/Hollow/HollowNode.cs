using Kruise.Core.ImagePull.Puller;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Events;
using Kruise.Live.Daemon;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kruise.Live.Tests.Hollow;

/// <summary>A node that is only an object in the API server, with the daemon that a real one has: our own, over a scripted runtime.</summary>
internal sealed class HollowNode(string name, ScriptedRuntime runtime, ApiClient client, IEventSink events, PullerOptions options) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private NodePullerHost? _host;
    private Task _watch = Task.CompletedTask;

    public string Name => name;

    public ScriptedRuntime Runtime => runtime;

    public void Start()
    {
        var services = new NodeServices(
            runtime,
            new NodeImageStatusWriter(client, NullLogger<NodeImageStatusWriter>.Instance),
            events,
            new CopiedPullSecrets(client, NullLogger<CopiedPullSecrets>.Instance),
            client.Time,
            NullLogger<NodePullerHost>.Instance);
        _host = new NodePullerHost(name, options, RandomStream.Named(1, name), services);
        _watch = new NodeImageWatch(client, _host, NullLogger<NodeImageWatch>.Instance).RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _stop.Dispose();
    }
}
