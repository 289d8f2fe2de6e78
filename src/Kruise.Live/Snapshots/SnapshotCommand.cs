using System.CommandLine;
using k8s.Models;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;

namespace Kruise.Live.Snapshots;

/// <summary>The verb <c>kruise snapshot</c>.</summary>
internal static class SnapshotCommand
{
    public static Command Create(TextWriter output)
    {
        Option<string?> kubeconfig = CommonFlags.Kubeconfig();
        Option<string?> context = CommonFlags.Context();
        var ignored = new Option<string[]>("--ignore-label")
        {
            Description = "Do not tell nodes apart by this label, and leave it out. May be repeated.",
            HelpName = "KEY",
        };
        var command = new Command(
            "snapshot",
            """
            Prints a cluster's nodes as the part 'cluster:' of a scenario of kruise-sim.

            Nodes with equal labels, zone, room for pods, taints and architecture are a pool. Labels that tell nearly every node from every other are left out. Only
            reads, and nodes alone: needs to list nodes and nothing else. What a cluster does not tell (how fast network and disks are) and the images that are on the
            nodes are comments.

            Example:
              kruise snapshot > cluster.yaml
            """) { kubeconfig, context, ignored };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using ClusterConnection connection = ClusterConnection.Open(parsed.GetValue(kubeconfig), parsed.GetValue(context), readOnly: true);
            IReadOnlyList<NodeFacts> nodes = await ReadAsync(connection, cancellationToken);
            if (nodes.Count == 0)
            {
                throw new UserErrorException(ExitCode.Failed, "the cluster has no nodes: there is nothing to write");
            }

            (IReadOnlyList<NodePool> pools, IReadOnlyList<string> leftOut) = NodePools.Of(nodes, parsed.GetValue(ignored) ?? []);
            output.Write(ScenarioText.Of(pools, leftOut));
            return ExitCode.Fine;
        });
        return command;
    }

    private static async Task<IReadOnlyList<NodeFacts>> ReadAsync(ClusterConnection connection, CancellationToken cancellationToken)
    {
        var client = new ApiClient(connection, "kruise-snapshot", limiter: null, TimeProvider.System);
        var check = new ClusterCheck(client);
        await check.ReachAsync(cancellationToken);
        await check.RequirePermissionsAsync(Permission.Of("list", "", "nodes"), cancellationToken);
        ResourceKind<V1Node> kind = ResourceKind.Of<V1Node>();
        try
        {
            return await ListPages.AllAsync(client, ListScope.Everything.PathOf(kind), item => NodeFacts.Of(kind.Read(item)), cancellationToken);
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            throw ApiFailure.ToUserError(e, client.Connection);
        }
    }
}
