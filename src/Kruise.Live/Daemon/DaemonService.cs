using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Cluster.Events;
using Kruise.Live.Daemon.Cri;
using Kruise.Live.Daemon.Pulling;

namespace Kruise.Live.Daemon;

/// <summary>One node's daemon at work: its NodeImage watched, what it asks for pulled, what became of it reported.</summary>
internal sealed class DaemonService : IAsyncDisposable
{
    private readonly DaemonOptions _options;
    private readonly EventRecorder _events;
    private readonly NodePullerHost _host;
    private readonly NodeImageWatch _watch;

    public DaemonService(DaemonOptions options, CriClient runtime, ClusterConnection connection, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;

        // The puller's own limit on reports is far below any client's.
        var client = new ApiClient(connection, UserAgents.ImagePuller, null, time);
        _events = new EventRecorder(
            new ApiEventWriter(client), new EventSourceName("imagepuller", options.NodeName), time, loggers.CreateLogger<EventRecorder>());
        var services = new NodeServices(
            new CriImagePuller(runtime, time, loggers.CreateLogger<CriImagePuller>()),
            new NodeImageStatusWriter(client, loggers.CreateLogger<NodeImageStatusWriter>()),
            _events,
            new CopiedPullSecrets(client, loggers.CreateLogger<CopiedPullSecrets>()),
            time,
            loggers.CreateLogger<NodePullerHost>());
        var random = RandomStream.Named((ulong)Random.Shared.NextInt64(), options.NodeName);
        _host = new NodePullerHost(options.NodeName, options.Puller, random, services);
        _watch = new NodeImageWatch(new ApiClient(connection, UserAgents.Daemon, null, time), _host, loggers.CreateLogger<NodeImageWatch>());
        DaemonMetrics.Follow(_host);
    }

    /// <summary>Why the daemon is not well; null when it is. One that has listed its NodeImage once goes on without the API server.</summary>
    public string? NotReady() => _watch.IsSynced
        ? null
        : "the NodeImage has not been listed yet" + (_watch.LastFailure is { } failure ? ": " + failure.Message.ReplaceLineEndings(" ") : "");

    /// <summary>Works until cancelled; then ends pulls and waits for a report under way.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _watch.RunAsync(cancellationToken);
        using var patience = new CancellationTokenSource(_options.StopTimeout);
        await _host.StopAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _events.DisposeAsync();
    }
}
