using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

/// <summary>Jobs of nodes that have no NodeImage yet.</summary>
public sealed class JobsBeforeNodeImagesTests
{
    [Fact]
    public void Trap09_A_job_made_before_the_NodeImages_waits_for_those_of_its_nodes()
    {
        var cluster = new TestCluster { Fails = CreatesNodeImage };
        cluster.AddNode("n000");
        cluster.AddNode("other");
        cluster.Apply(Jobs.Of("j", "nginx:1").WithNames("n000"));
        cluster.Settle();
        Assert.Equal((0, "job is running, 1 node has no NodeImage yet"), (cluster.Job("j").Status.Desired, cluster.Job("j").Status.Message));
        Assert.Null(cluster.Job("j").Status.CompletionTime);

        cluster.Fails = _ => false;
        cluster.PassSeconds(2);
        Assert.Equal(1, cluster.Job("j").Status.Active);
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal((1, 1, "job has completed"), (cluster.Job("j").Status.Desired, cluster.Job("j").Status.Succeeded, cluster.Job("j").Status.Message));
    }

    [Fact]
    public void Trap09_A_finished_job_waits_for_a_node_that_came_last()
    {
        var cluster = new TestCluster();
        cluster.AddNode("n000");
        cluster.Apply(Jobs.Of("j", "nginx:1"));
        cluster.Settle();
        cluster.Fails = CreatesNodeImage;
        cluster.AddNode("later");
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal((1, "job is running, 1 node has no NodeImage yet"), (cluster.Job("j").Status.Succeeded, cluster.Job("j").Status.Message));

        cluster.Fails = _ => false;
        cluster.PassSeconds(2);
        cluster.Report("later", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal((2, "job has completed"), (cluster.Job("j").Status.Succeeded, cluster.Job("j").Status.Message));
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("relabelled")]
    [InlineData("not ready")]
    public void Trap09_A_node_that_will_get_no_NodeImage_is_not_waited_for_any_more(string change)
    {
        var cluster = new TestCluster { Fails = CreatesNodeImage };
        cluster.AddNode("n000", ("pool", "a"));
        V1Node node = cluster.Get<V1Node>(ObjectKey.Cluster("n000"))!;
        cluster.Apply(Jobs.Of("j", "nginx:1").WithLabels(("pool", "a")));
        cluster.Settle();
        Assert.Null(cluster.Job("j").Status.CompletionTime);

        switch (change)
        {
            case "deleted":
                cluster.Delete<V1Node>("", "n000");
                break;
            case "relabelled":
                cluster.Apply(node with { Metadata = node.Metadata with { Labels = new Dictionary<string, string> { ["pool"] = "b" } } });
                break;
            default:
                cluster.Apply(node with { Status = new V1NodeStatus { Conditions = [new V1NodeCondition { Type = "Ready", Status = "Unknown" }] } });
                break;
        }

        cluster.Settle();
        Assert.Equal("job has completed: it selects no node", cluster.Job("j").Status.Message);
    }

    [Fact]
    public void Trap09_Upstreams_job_waits_for_no_NodeImage()
    {
        var cluster = new TestCluster(jobOptions: ImagePullJobOptions.OpenKruise08) { Fails = CreatesNodeImage };
        cluster.AddNode("n000");
        cluster.Apply(Jobs.Of("j", "nginx:1"));
        cluster.Settle();
        Assert.Equal("job has completed: it selects no node", cluster.Job("j").Status.Message);
    }

    private static bool CreatesNodeImage(Write write) => write is Write.Create { Object: NodeImage };
}
