using k8s.Models;
using Kruise.Core.ImagePull.Puller;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Cluster.Events;
using Kruise.Live.Daemon.Pulling;

namespace Kruise.Live.Tests.Hollow;

/// <summary>Many hollow nodes. All daemons share a connection; none has a limit on requests but its puller's.</summary>
internal sealed class HollowFleet : IAsyncDisposable
{
    private readonly ClusterConnection _connection;

    private HollowFleet(ClusterConnection connection, ApiClient client, IReadOnlyList<HollowNode> nodes)
    {
        _connection = connection;
        Client = client;
        Nodes = nodes;
    }

    /// <summary>The daemons' client.</summary>
    public ApiClient Client { get; }

    public IReadOnlyList<HollowNode> Nodes { get; }

    /// <summary>How many images were fetched on all nodes.</summary>
    public int Fetches => Nodes.Sum(node => node.Runtime.Fetches.Values.Sum());

    /// <summary>Registers nodes and starts their daemons.</summary>
    /// <param name="cluster">Its administrator registers the nodes; the daemons work under their own service account.</param>
    /// <param name="names">Their names.</param>
    /// <param name="script">How an attempt goes on a node.</param>
    /// <param name="events">Where the daemons' events go.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="labels">Further labels of the nodes.</param>
    public static async Task<HollowFleet> StartAsync(
        KruiseCluster cluster,
        IEnumerable<string> names,
        Func<string, PullRequest, (TimeSpan Takes, string? Error)> script,
        IEventSink events,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? labels = null)
    {
        var connection = ClusterConnection.Open(cluster.DaemonKubeconfig);
        var client = new ApiClient(connection, "kruise-daemon/image-puller", null, TimeProvider.System);
        HollowNode[] nodes =
        [
            .. names.Select(name => new HollowNode(name, new ScriptedRuntime(request => script(name, request)), client, events, PullerOptions.Default)),
        ];
        await Parallel.ForEachAsync(nodes, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (node, token) =>
        {
            await cluster.Admin.CreateAsync(NodeObject(node.Name, labels), token);
            node.Start();
        });
        return new HollowFleet(connection, client, nodes);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Select(node => node.DisposeAsync().AsTask()));
        _connection.Dispose();
    }

    private static V1Node NodeObject(string name, IReadOnlyDictionary<string, string>? labels) => new()
    {
        ApiVersion = "v1",
        Kind = V1Node.KubeKind,
        Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string>(labels ?? new Dictionary<string, string>()) { ["kubernetes.io/hostname"] = name } },
        Status = new V1NodeStatus
        {
            Conditions = [new V1NodeCondition { Type = "Ready", Status = "True", LastHeartbeatTime = DateTime.UtcNow, LastTransitionTime = DateTime.UtcNow }],
        },
    };
}
