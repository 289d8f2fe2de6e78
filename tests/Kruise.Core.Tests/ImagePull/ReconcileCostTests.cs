using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

/// <summary>A job over a large fleet is reconciled thousands of times: a look must cost what there is to start, not what there is.</summary>
public sealed class ReconcileCostTests
{
    [Fact]
    public void A_reconcile_and_a_report_allocate_the_same_for_a_hundred_nodes_and_for_ten_thousand()
    {
        (long smallPass, long smallReport) = Measure(100);
        (long largePass, long largeReport) = Measure(10_000);
        Assert.InRange(largePass, 1, smallPass * 3 / 2);
        Assert.InRange(largeReport, 1, smallReport * 3 / 2);
    }

    private static (long PassBytes, long ReportBytes) Measure(int nodes)
    {
        var cluster = new TestCluster();
        for (int i = 0; i < nodes; i++)
        {
            cluster.AddNode($"n{i:D5}");
        }

        cluster.Settle();
        cluster.Apply(Jobs.Of("j", "nginx:1", "10"));
        var reconciler = new ImagePullJobReconciler(ImagePullJobOptions.Default, NodeImageOptions.Default);
        var context = new ReconcileContext(cluster.Now, cluster.Gates, new RandomStream(1));
        long pass = Allocated(() => Assert.Equal(11, reconciler.Reconcile(new ObjectKey("default", "j"), cluster, context).Groups[0].Writes.Count));

        cluster.Settle();
        string asked = cluster.List<NodeImage>().First(n => n.Spec.Images is not null).Metadata.Name;
        NodeImage before = cluster.Image(asked);
        cluster.Report(asked, "nginx", "1", ImagePullPhase.Succeeded);
        NodeImage after = cluster.Image(asked);
        ImagePullJobIndex index = cluster.Index<ImagePullJobIndex>();
        var keys = new List<ObjectKey>();
        long report = Allocated(() =>
        {
            index.OnChange(new ObjectChange(after, before));
            index.OnChange(new ObjectChange(before, after));
            reconciler.Map(new ObjectChange(before, after), cluster, keys);
        });
        Assert.Contains(new ObjectKey("default", "j"), keys);
        return (pass, report);
    }

    // The second call: the first one pays for what is made once.
    private static long Allocated(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
