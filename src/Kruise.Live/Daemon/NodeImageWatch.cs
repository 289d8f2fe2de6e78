using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Daemon;

/// <summary>Watches the one NodeImage of a node and tells the puller of it. While the API server is away nothing is told, and what was asked goes on.</summary>
internal sealed class NodeImageWatch : IObjectSink<NodeImage>
{
    private readonly NodePullerHost _host;
    private readonly Reflector<NodeImage> _reflector;
    private readonly ILogger _logger;
    private bool _isKnown;

    public NodeImageWatch(ApiClient client, NodePullerHost host, ILogger<NodeImageWatch> logger)
    {
        _host = host;
        _logger = logger;
        _reflector = new Reflector<NodeImage>(client, new ListScope(Name: host.NodeName), this, ReflectorOptions.Default, logger);
    }

    /// <summary>Whether the NodeImage has been listed.</summary>
    public bool IsSynced => _reflector.Synced.IsCompletedSuccessfully;

    public Task Synced => _reflector.Synced;

    /// <summary>Why the watch is not in step now; null while it is.</summary>
    public Exception? LastFailure => _reflector.LastFailure;

    public Task RunAsync(CancellationToken cancellationToken) => _reflector.RunAsync(cancellationToken);

    void IObjectSink<NodeImage>.Store(NodeImage obj)
    {
        _isKnown = true;
        _host.Observe(obj);
    }

    void IObjectSink<NodeImage>.Delete(ObjectKey key, long revision) => _host.Observe(null);

    // Said once: a daemon with a misspelt node name is well and has nothing to do for ever.
    void IObjectSink<NodeImage>.Observe(long revision)
    {
        if (!_isKnown)
        {
            _isKnown = true;
            DaemonLog.NoNodeImage(_logger, _host.NodeName);
        }
    }
}
