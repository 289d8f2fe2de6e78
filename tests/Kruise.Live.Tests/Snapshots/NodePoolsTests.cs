using k8s.Models;
using Kruise.Live.Snapshots;
using Xunit;

namespace Kruise.Live.Tests.Snapshots;

public class NodePoolsTests
{
    [Fact]
    public void Nodes_are_of_one_pool_when_all_that_the_simulator_models_is_alike()
    {
        V1Node[] nodes =
        [
            SnapshotNodes.Make("a-1", memory: "32000Mi"), SnapshotNodes.Make("a-2", memory: "32010Mi"), SnapshotNodes.Make("b-1", memory: "64000Mi"),
            SnapshotNodes.Make("c-1", taint: "gpu"), SnapshotNodes.Make("d-1", architecture: "arm64"), SnapshotNodes.Make("e-1", zone: "eu-1a"),
            SnapshotNodes.Make("f-1", cordoned: true),
        ];
        (IReadOnlyList<NodePool> pools, IReadOnlyList<string> leftOut) = NodePools.Of([.. nodes.Select(NodeFacts.Of)], []);
        Assert.Equal([("a", 2), ("b", 1), ("c", 1), ("d", 1), ("e", 1), ("f", 1)], pools.Select(pool => (pool.Name, pool.Nodes.Count)));
        Assert.Empty(leftOut);
        string text = ScenarioText.Of(pools, leftOut);
        Assert.Contains("memory: 32000Mi", text, StringComparison.Ordinal);
        Assert.Contains("- {key: \"gpu\", effect: NoSchedule}", text, StringComparison.Ordinal);
        Assert.Contains("zones: [\"eu-1a\"]", text, StringComparison.Ordinal);
        Assert.Equal(1, text.Split("unschedulable: true").Length - 1);
    }

    [Fact]
    public void Memory_within_a_step_of_the_next_is_alike_wherever_it_lies()
    {
        V1Node[] nodes =
        [
            SnapshotNodes.Make("a-1", memory: "32000Mi"), SnapshotNodes.Make("a-2", memory: "31999Mi"), SnapshotNodes.Make("a-3", memory: "31871Mi"),
            SnapshotNodes.Make("b-1", memory: "32129Mi"), SnapshotNodes.Make("b-2", memory: "32257Mi"),
        ];
        IReadOnlyList<NodePool> pools = NodePools.Of([.. nodes.Select(NodeFacts.Of)], []).Pools;
        Assert.Equal([("a", 3), ("b", 2)], pools.Select(pool => (pool.Name, pool.Nodes.Count)));
        Assert.Contains("memory: 31871Mi", ScenarioText.Of(pools, []), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s390x", ", s390x\n")]
    [InlineData("amd64\n  registries: []", "# n\n")]
    public void An_architecture_that_is_no_word_is_left_out(string said, string expected)
    {
        string text = ScenarioText.Of(NodePools.Of([NodeFacts.Of(SnapshotNodes.Make("n", architecture: said))], []).Pools, []);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("registries", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_that_tells_nearly_every_node_from_every_other_makes_no_pools()
    {
        NodeFacts[] nodes = [.. Enumerable.Range(0, 12).Select(i => NodeFacts.Of(SnapshotNodes.Make($"n-{i}", labels: new() { ["instance"] = $"i-{i}", ["team"] = $"t{i % 2}", ["rack"] = "r" + i / 4 })))];
        (IReadOnlyList<NodePool> pools, IReadOnlyList<string> leftOut) = NodePools.Of(nodes, ["rack"]);
        Assert.Equal(["instance", "rack"], leftOut);
        Assert.Equal([6, 6], pools.Select(pool => pool.Nodes.Count));
        Assert.Equal(["n", "n-2"], pools.Select(pool => pool.Name));
        Assert.Contains("# Labels left out, as most nodes have a value of their own or because it was asked for: instance, rack\n", ScenarioText.Of(pools, leftOut), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cloud.google.com/gke-nodepool", "default-pool", "default-pool")]
    [InlineData("eks.amazonaws.com/nodegroup", "Web_Group.1", "web-group-1")]
    [InlineData("node.kubernetes.io/instance-type", "m5.2xlarge", "m5-2xlarge")]
    [InlineData("other", "x", "ip-10-0")]
    public void Pools_are_named_as_their_cloud_names_them_or_after_their_nodes(string key, string value, string name)
    {
        NodeFacts[] nodes = [.. new[] { "ip-10-0-1.ec2.internal", "ip-10-0-2.ec2.internal" }.Select(node => NodeFacts.Of(SnapshotNodes.Make(node, labels: new() { [key] = value })))];
        Assert.Equal(name, Assert.Single(NodePools.Of(nodes, []).Pools).Name);
    }

    [Fact]
    public void What_a_node_does_not_say_is_left_to_the_defaults()
    {
        var bare = new V1Node { Metadata = new V1ObjectMeta { Name = "42" } };
        string text = ScenarioText.Of(NodePools.Of([NodeFacts.Of(bare)], []).Pools, []);
        Assert.Contains("    - name: \"pool\"\n      count: 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("capacity", text, StringComparison.Ordinal);
        Assert.Contains("# 1 node of them was not ready then.\n", text, StringComparison.Ordinal);
    }
}
