using System.Globalization;
using System.Text;

namespace Kruise.Live.Snapshots;

/// <summary>Pools as the part <c>spec.cluster</c> of a scenario of <c>kruise-sim</c>, with what a cluster does not tell as comments.</summary>
internal static class ScenarioText
{
    private const decimal Mebibyte = 1024 * 1024;

    // Room in a line of a comment.
    private const int MostImages = 50;

    public static string Of(IReadOnlyList<NodePool> pools, IReadOnlyList<string> leftOut)
    {
        var text = new StringBuilder();
        int nodes = pools.Sum(pool => pool.Nodes.Count), silent = pools.Sum(pool => pool.Nodes.Count(node => !node.IsReady));
        text.Append(CultureInfo.InvariantCulture, $"  # Written by kruise snapshot: {Count(nodes, "node")} in {Count(pools.Count, "pool")}. It stands below spec: of a scenario.\n");
        if (silent > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  # {Count(silent, "node")} of them {(silent == 1 ? "was" : "were")} not ready then.\n");
        }

        if (leftOut.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  # Labels left out, as most nodes have a value of their own or because it was asked for: {string.Join(", ", leftOut)}\n");
        }

        text.Append("  # A cluster does not say how fast its network and disks are. Without these lines it is 1Gbps and 400MBps:\n");
        text.Append("  #     network: {bandwidth: 10Gbps}\n  #     disk: {write: 400MBps}\n");
        text.Append("  cluster:\n    nodePools:\n");
        foreach (NodePool pool in pools)
        {
            Pool(text, pool);
        }

        return text.ToString();
    }

    private static void Pool(StringBuilder text, NodePool pool)
    {
        NodeFacts node = pool.Node;
        string machine = node.Architecture.Length > 0 ? $", {node.Architecture}" : "";
        text.Append(CultureInfo.InvariantCulture, $"    # {pool.Nodes[0].Name}{(pool.Nodes.Count > 1 ? $" to {pool.Nodes[^1].Name}" : "")}{machine}\n");
        text.Append(CultureInfo.InvariantCulture, $"    - name: {Quoted(pool.Name)}\n      count: {pool.Nodes.Count}\n");
        if (node.Labels.Count > 0)
        {
            text.Append("      labels:\n");
            foreach ((string key, string value) in node.Labels)
            {
                text.Append(CultureInfo.InvariantCulture, $"        {Quoted(key)}: {Quoted(value)}\n");
            }
        }

        if (node.Zone is { Length: > 0 } zone)
        {
            string name = NodePools.DnsLabel(zone);
            text.Append(CultureInfo.InvariantCulture, $"      zones: [{Quoted(name.Length > 0 ? name : "zone")}]{(name == zone ? "" : $" # {zone}")}\n");
        }

        Capacity(text, pool);
        if (node.Taints.Count > 0)
        {
            text.Append("      taints:\n");
            foreach ((string key, string value, string effect) in node.Taints)
            {
                text.Append(CultureInfo.InvariantCulture, $"      - {{key: {Quoted(key)}{(value.Length > 0 ? $", value: {Quoted(value)}" : "")}, effect: {effect}}}\n");
            }
        }

        if (node.IsUnschedulable)
        {
            text.Append("      unschedulable: true\n");
        }

        Images(text, pool);
    }

    // The least of the pool's nodes: they differ by what their kubelets reserve.
    private static void Capacity(StringBuilder text, NodePool pool)
    {
        var parts = new List<string>();
        if (pool.Node.Cpu is > 0 and { } cpu)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"cpu: \"{Math.Floor(cpu * 1000):0}m\""));
        }

        if (pool.Nodes.Min(node => node.Memory) is { } memory && memory >= Mebibyte)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"memory: {Math.Floor(memory / Mebibyte):0}Mi"));
        }

        if (pool.Node.Pods is > 0 and { } pods)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"pods: {Math.Min(pods, 100_000)}"));
        }

        if (parts.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"      capacity: {{{string.Join(", ", parts)}}}\n");
        }
    }

    private static void Images(StringBuilder text, NodePool pool)
    {
        string[] everywhere =
        [
            .. pool.Nodes.SelectMany(node => node.Images.Distinct(StringComparer.Ordinal)).GroupBy(image => image, StringComparer.Ordinal)
                .Where(image => image.Count() == pool.Nodes.Count).Select(image => image.Key).Order(StringComparer.Ordinal),
        ];
        if (everywhere.Length == 0)
        {
            return;
        }

        text.Append("      # On every node of the pool, as far as kubelets list them. A scenario knows those that its registries have (kruise-sim import IMAGE):\n      # images:\n");
        foreach (string image in everywhere.Take(MostImages))
        {
            text.Append(CultureInfo.InvariantCulture, $"      # - {Quoted(image)}\n");
        }
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    // Names of Kubernetes have no letters that would need more.
    private static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
