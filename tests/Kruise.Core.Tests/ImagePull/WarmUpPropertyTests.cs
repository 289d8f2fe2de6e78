using CsCheck;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

/// <summary>Both controllers together, over random fleets whose daemons answer, fail, or stay silent, with writes that fail at random.</summary>
public sealed class WarmUpPropertyTests
{
    private static readonly Gen<(int Nodes, int Parallelism, bool Percent, int Deadline, ulong Seed)> Cases =
        Gen.Select(Gen.Int[1, 25], Gen.Int[1, 100], Gen.Bool, Gen.Int[0, 600], Gen.ULong);

    [Fact]
    public void Parallelism_is_never_exceeded_no_node_is_lost_and_every_Always_job_ends() => Cases.Sample(c =>
    {
        var random = new RandomStream(c.Seed);
        var cluster = new TestCluster();
        cluster.AddNodes(c.Nodes);
        cluster.Settle();
        long? deadline = c.Deadline < 200 ? null : c.Deadline;
        cluster.Apply(Jobs.Of("j", "nginx:1", c.Parallelism + (c.Percent ? "%" : ""), new CompletionPolicy { ActiveDeadlineSeconds = deadline }));
        cluster.Fails = write => write is Write.Update or Write.UpdateStatus && random.Next(8) == 0;
        int limit = new Parallelism(c.Parallelism, c.Percent).Of(c.Nodes);

        // A silent node takes its 60 s; with one slot and all of them silent that is the longest a job can take.
        DateTime latest = TestCluster.Start.AddSeconds(100 * (c.Nodes + 2));
        while (cluster.Job("j").Status.CompletionTime is null)
        {
            Assert.True(cluster.Now < latest, "The job does not end.");
            cluster.Settle();
            AssertNothingLost(cluster, limit, c.Nodes);
            foreach (NodeImage node in cluster.List<NodeImage>())
            {
                if (IsPulling(node) && node.Metadata.Name[^1] != '7' && random.Next(4) == 0)
                {
                    cluster.Report(node.Metadata.Name, "nginx", "1", random.Next(5) switch { 0 => ImagePullPhase.Failed, 1 => ImagePullPhase.Pulling, _ => ImagePullPhase.Succeeded });
                }
            }

            cluster.PassSeconds(1 + random.Next(20));
            AssertNothingLost(cluster, limit, c.Nodes);
        }

        ImagePullJobStatus status = cluster.Job("j").Status;
        Assert.Equal((c.Nodes, c.Nodes, 0), (status.Desired, status.Succeeded + status.Failed, status.Active));
        Assert.Equal(status.Failed, status.FailedNodes?.Count ?? 0);
        Assert.DoesNotContain(cluster.List<NodeImage>(), IsPulling);
    }, iter: 30);

    private static void AssertNothingLost(TestCluster cluster, int limit, int nodes)
    {
        int pulling = cluster.List<NodeImage>().Count(IsPulling);
        Assert.True(pulling <= limit, $"{pulling} nodes at work, {limit} allowed.");
        ImagePullJobProgress? progress = cluster.Index<ImagePullJobIndex>().Progress(new ObjectKey("default", "j"));
        if (progress is not null)
        {
            Assert.Equal((nodes, pulling), (progress.Desired, progress.Pulling));
            Assert.Equal(nodes, progress.NotSynced + progress.Pulling + progress.Succeeded + progress.Failed);
        }
    }

    private static bool IsPulling(NodeImage node)
    {
        ImageTagSpec? tag = node.Spec.Images?.GetValueOrDefault("nginx")?.Tags[0];
        ImageTagStatus? status = node.Status.ImageStatuses?.GetValueOrDefault("nginx")?.Tags[0];
        return tag is not null && (status?.Version != tag.Version || status.CompletionTime is null);
    }
}
