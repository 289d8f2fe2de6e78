using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

public sealed class NodeImageReconcilerTests
{
    private static TestCluster ClusterWithJob(ImagePullJob? job = null, int nodes = 1)
    {
        var cluster = new TestCluster();
        cluster.AddNodes(nodes);
        cluster.Settle();
        cluster.Apply(job ?? Jobs.Of("j", "nginx:1", "100"));
        cluster.Settle();
        return cluster;
    }

    private static ImageTagStatus Status(TestCluster cluster, string node = "n000") =>
        Assert.Single(cluster.Image(node).Status.ImageStatuses!["nginx"].Tags);

    [Fact]
    public void A_node_gets_a_NodeImage_with_its_labels_and_loses_it_when_it_goes()
    {
        var cluster = new TestCluster();
        cluster.AddNode("a", ("zone", "x"));
        cluster.Settle();
        Assert.Equal("x", cluster.Image("a").Metadata.Labels["zone"]);
        Assert.Single(cluster.Writes);
        cluster.Delete<V1Node>("", "a");
        cluster.Settle();
        Assert.Null(cluster.Image("a"));
    }

    [Fact]
    public void A_NodeImage_that_is_deleted_comes_back_while_its_node_lives()
    {
        TestCluster cluster = ClusterWithJob();
        cluster.Delete<NodeImage>("", "n000");
        cluster.Settle();
        Assert.NotNull(cluster.Image("n000"));
    }

    [Fact]
    public void The_fake_label_keeps_a_NodeImage_that_has_no_node()
    {
        var cluster = new TestCluster();
        cluster.Apply(new NodeImage { Metadata = new() { Name = "fake", Labels = new Dictionary<string, string> { [NodeImage.FakeLabel] = "" } } });
        cluster.Apply(new NodeImage { Metadata = new() { Name = "orphan" } });
        cluster.Settle();
        Assert.NotNull(cluster.Image("fake"));
        Assert.Null(cluster.Image("orphan"));
    }

    [Fact]
    public void A_silent_node_is_given_up_60_s_after_it_was_asked_and_every_owner_hears_of_it()
    {
        TestCluster cluster = ClusterWithJob();
        cluster.PassSeconds(59.999);
        Assert.Null(cluster.Image("n000").Status.ImageStatuses);
        int before = cluster.Reconciles;
        cluster.PassSeconds(0.001);
        ImageTagStatus status = Status(cluster);
        Assert.Equal((ImagePullPhase.Failed, "node has not responded for a long time"), (status.Phase, status.Message));
        Assert.Equal(TestCluster.Start.AddSeconds(60), status.CompletionTime);
        Assert.Equal((1, 1), (cluster.Image("n000").Status.Desired, cluster.Image("n000").Status.Failed));
        Assert.Equal(
            [
                "Warning PullImageFailed ImagePullJob/j Failed to pull image nginx:1 on node n000: node has not responded for a long time",
                "Warning PullImageFailed NodeImage/n000 Failed to pull image nginx:1 on node n000: node has not responded for a long time",
            ],
            cluster.Events);
        Assert.Equal("job has completed", cluster.Job("j").Status.Message);
        Assert.True(cluster.Reconciles - before <= 4, $"{cluster.Reconciles - before} reconciles");
    }

    [Fact]
    public void A_pull_is_given_up_60_s_after_its_deadline()
    {
        TestCluster cluster = ClusterWithJob(Jobs.Of("j", "nginx:1", "1", new CompletionPolicy { Type = CompletionPolicy.Never }));
        cluster.PassSeconds(5);
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Pulling);
        cluster.PassSeconds(1854.999);
        Assert.Null(Status(cluster).CompletionTime);
        cluster.PassSeconds(0.001);
        Assert.Equal("pulling exceeds the activeDeadlineSeconds", Status(cluster).Message);
        Assert.Equal(TestCluster.Start.AddSeconds(1860), Status(cluster).CompletionTime);
        Assert.Equal(TestCluster.Start.AddSeconds(5), Status(cluster).StartTime);
        Assert.Equal(1, cluster.Job("j").Status.Failed);
    }

    [Fact]
    public void A_report_on_an_older_version_does_not_count()
    {
        TestCluster cluster = ClusterWithJob();
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded, version: -1);
        cluster.PassSeconds(60);
        Assert.Equal((ImagePullPhase.Failed, 0L), (Status(cluster).Phase, Status(cluster).Version));
    }

    [Fact]
    public void Trap13_A_finished_tag_stays_while_its_Always_job_runs_and_goes_its_time_to_live_after_the_job()
    {
        var cluster = new TestCluster();
        cluster.AddNodes(2);
        cluster.Settle();
        cluster.Apply(Jobs.Of("j", "nginx:1", "2"));
        cluster.Settle();
        int ttl = cluster.Image("n000").Spec.Images!["nginx"].Tags[0].PullPolicy!.TtlSecondsAfterFinished!.Value;
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Report("n001", "nginx", "1", ImagePullPhase.Pulling);
        cluster.PassSeconds(3.5 * ttl);
        Assert.Equal(1, cluster.Job("j").Status.Succeeded);
        Assert.NotNull(cluster.Image("n000").Spec.Images);

        cluster.Report("n001", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        DateTime finished = cluster.Job("j").Status.CompletionTime!.Value;
        cluster.Pass(finished.AddSeconds(ttl) - cluster.Now - TimeSpan.FromTicks(1));
        Assert.NotNull(cluster.Image("n000").Spec.Images);
        cluster.Pass(TimeSpan.FromTicks(1));
        Assert.Null(cluster.Image("n000").Spec.Images);
        Assert.Equal("job has completed", cluster.Job("j").Status.Message);
    }

    [Fact]
    public void Trap18_Tags_of_a_deleted_job_go_at_once()
    {
        TestCluster cluster = ClusterWithJob(nodes: 3);
        cluster.Delete<ImagePullJob>("default", "j");
        cluster.Settle();
        Assert.All(cluster.List<NodeImage>(), n => Assert.Null(n.Spec.Images));
    }

    [Fact]
    public void Trap18_Tags_of_a_job_that_went_while_no_manager_ran_go_when_one_starts()
    {
        TestCluster cluster = ClusterWithJob(nodes: 3);
        cluster.Delete<ImagePullJob>("default", "j");
        TestCluster restarted = cluster.Restart();
        restarted.Settle();
        Assert.All(restarted.List<NodeImage>(), n => Assert.Null(n.Spec.Images));
    }

    [Fact]
    public void Trap18_A_job_of_the_same_name_is_another_job()
    {
        TestCluster cluster = ClusterWithJob();
        cluster.Delete<ImagePullJob>("default", "j");
        cluster.Apply(Jobs.Of("j", "nginx:1", "0"));
        cluster.Settle();
        Assert.Null(cluster.Image("n000").Spec.Images);
    }

    [Fact]
    public void Trap19_A_deleted_job_touches_just_the_nodes_it_owned()
    {
        TestCluster cluster = ClusterWithJob(Jobs.Of("j", "nginx:1", "2").WithNames("n000", "n001", "n002"), nodes: 5);
        var keys = new List<ObjectKey>();
        var change = new ObjectChange(cluster.Job("j"), null);
        new NodeImageReconciler(NodeImageOptions.Default).Map(change, cluster, keys);
        Assert.Equal([ObjectKey.Cluster("n000"), ObjectKey.Cluster("n001")], keys);
    }

    [Fact]
    public void Trap20_Labels_are_those_of_the_node_and_selectors_see_them()
    {
        var cluster = new TestCluster();
        cluster.AddNode("a", ("zone", "x"));
        cluster.Settle();
        NodeImage edited = cluster.Image("a");
        cluster.Apply(edited with { Metadata = edited.Metadata with { Labels = new Dictionary<string, string> { ["mine"] = "1" } } });
        cluster.Settle();
        Assert.Equal(["zone"], cluster.Image("a").Metadata.Labels.Keys);
        cluster.Apply(Jobs.Of("j", "nginx:1", completion: new CompletionPolicy { Type = CompletionPolicy.Never }).WithLabels(("zone", "y")));
        cluster.Settle();
        Assert.Equal(0, cluster.Job("j").Status.Desired);
        V1Node node = cluster.Get<V1Node>(ObjectKey.Cluster("a"))!;
        cluster.Apply(node with { Metadata = node.Metadata with { Labels = new Dictionary<string, string> { ["zone"] = "y" } } });
        cluster.Settle();
        Assert.Equal(1, cluster.Job("j").Status.Desired);
    }

    [Fact]
    public void Trap21_Owners_of_other_kinds_keep_a_tag_and_a_tag_without_owners_goes_by_its_time_to_live()
    {
        TestCluster cluster = ClusterWithJob();
        NodeImage node = cluster.Image("n000");
        ImageTagSpec Tag(string tag, params V1ObjectReference[] owners) => new()
        {
            Tag = tag,
            CreatedAt = cluster.Now,
            PullPolicy = new ImageTagPullPolicy { TtlSecondsAfterFinished = 100 },
            OwnerReferences = owners,
        };
        var foreign = new V1ObjectReference { ApiVersion = "apps/v1", Kind = "Deployment", Name = "gone", NamespaceProperty = "default", Uid = "x" };
        var dead = new V1ObjectReference { ApiVersion = KruiseGroup.V1Alpha1, Kind = ImagePullJob.KindName, Name = "gone", NamespaceProperty = "default", Uid = "y" };
        cluster.Apply(node with
        {
            Spec = new NodeImageSpec
            {
                Images = new Dictionary<string, ImageSpec> { ["redis"] = new() { Tags = [Tag("dead", dead), Tag("foreign", foreign), Tag("none"), Tag("partly", dead, foreign)] } },
            },
        });
        cluster.Settle();
        Assert.Equal(["foreign", "none", "partly"], cluster.Image("n000").Spec.Images!["redis"].Tags.Select(t => t.Tag));
        Assert.Equal(["Deployment"], cluster.Image("n000").Spec.Images!["redis"].Tags[2].OwnerReferences!.Select(o => o.Kind));
        cluster.PassSeconds(159.999);
        Assert.Equal(3, cluster.Image("n000").Spec.Images!["redis"].Tags.Count);
        cluster.PassSeconds(0.001);
        Assert.DoesNotContain("redis", cluster.Image("n000").Spec.Images!.Keys);
    }

    [Fact]
    public void Trap22_A_removed_tag_takes_its_status_with_it()
    {
        TestCluster cluster = ClusterWithJob();
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Delete<ImagePullJob>("default", "j");
        cluster.Settle();
        Assert.Equal(new NodeImageStatus(), cluster.Image("n000").Status);
    }

    [Fact]
    public void Trap23_Counters_follow_the_spec_and_not_only_the_entries()
    {
        TestCluster cluster = ClusterWithJob();
        cluster.Apply(Jobs.Of("k", "nginx:2"));
        cluster.Settle();
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Report("n000", "nginx", "2", ImagePullPhase.Pulling);
        cluster.Settle();
        Assert.Equal(2, cluster.Image("n000").Status.Desired);
        cluster.Delete<ImagePullJob>("default", "k");
        cluster.Settle();
        NodeImageStatus status = cluster.Image("n000").Status;
        Assert.Equal((1, 1, 0, 0), (status.Desired, status.Succeeded, status.Failed, status.Pulling));
    }

    [Fact]
    public void Trap23_While_a_report_is_awaited_the_controller_leaves_the_status_to_the_node()
    {
        TestCluster cluster = ClusterWithJob();
        cluster.PassSeconds(59);
        Assert.DoesNotContain(cluster.Writes, w => w is Write.UpdateStatus { Object: NodeImage });
    }

    [Fact]
    public void Trap24_A_waiting_tag_counts_as_pulling()
    {
        TestCluster cluster = ClusterWithJob();
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Waiting);
        NodeImage node = cluster.Image("n000");
        cluster.SetStatus(node with { Status = node.Status with { Pulling = 0 } });
        cluster.Settle();
        Assert.Equal(1, cluster.Image("n000").Status.Pulling);
        Assert.Equal(1, cluster.Job("j").Status.Active);
    }

    [Fact]
    public void Trap39_Secrets_are_those_of_the_jobs_that_want_the_image()
    {
        TestCluster cluster = ClusterWithJob(Jobs.Of("a", "nginx:1").WithSecrets("s1", "s2"));
        cluster.Apply(Jobs.Of("b", "nginx:2").WithSecrets("s2", "s3"));
        cluster.Settle();
        Assert.Equal(["s1", "s2", "s3"], Secrets());
        cluster.Delete<ImagePullJob>("default", "a");
        cluster.Settle();
        Assert.Equal(["s2", "s3"], Secrets());
        cluster.Apply(cluster.Job("b").WithSecrets("s4"));
        cluster.Settle();
        Assert.Equal(["s4"], Secrets());

        IEnumerable<string?> Secrets() => cluster.Image("n000").Spec.Images!["nginx"].PullSecrets!.Select(s => s.Name);
    }

    [Fact]
    public void Trap39_Secrets_stay_while_a_tag_is_not_a_jobs()
    {
        TestCluster cluster = ClusterWithJob(Jobs.Of("a", "nginx:1").WithSecrets("s1"));
        NodeImage node = cluster.Image("n000");
        ImageSpec image = node.Spec.Images!["nginx"];
        var own = new ImageTagSpec { Tag = "own", CreatedAt = cluster.Now, PullPolicy = new ImageTagPullPolicy { TtlSecondsAfterFinished = 999 } };
        cluster.Apply(node with { Spec = new NodeImageSpec { Images = new Dictionary<string, ImageSpec> { ["nginx"] = image with { Tags = [.. image.Tags, own] } } } });
        cluster.Delete<ImagePullJob>("default", "a");
        cluster.Settle();
        Assert.Equal("s1", cluster.Image("n000").Spec.Images!["nginx"].PullSecrets!.Single().Name);
    }

    [Fact]
    public void Trap42_A_node_gets_its_NodeImage_when_it_becomes_ready_and_keeps_it()
    {
        var cluster = new TestCluster();
        cluster.Apply(NodeThatIs("a", "False"));
        cluster.Settle();
        Assert.Null(cluster.Image("a"));
        cluster.Apply(NodeThatIs("a", "True"));
        cluster.Settle();
        cluster.Apply(NodeThatIs("a", "Unknown"));
        cluster.Settle();
        Assert.NotNull(cluster.Image("a"));
    }

    [Fact]
    public void Trap42_Virtual_kubelets_get_none_and_upstreams_preset_makes_one_for_every_node()
    {
        foreach (bool upstream in new[] { false, true })
        {
            var cluster = new TestCluster(upstream ? NodeImageOptions.OpenKruise08 : NodeImageOptions.Default);
            cluster.AddNode("virtual", ("type", "virtual-kubelet"));
            cluster.Apply(NodeThatIs("unready", "False"));
            cluster.Apply(new V1Node { Metadata = new V1ObjectMeta { Name = "silent" } });
            cluster.Settle();
            Assert.Equal(upstream ? ["silent", "unready", "virtual"] : ["silent"], cluster.List<NodeImage>().Select(n => n.Metadata.Name));
        }
    }

    [Fact]
    public void A_job_that_changes_its_image_lets_go_of_the_old_one()
    {
        TestCluster cluster = ClusterWithJob(nodes: 2);
        cluster.Apply(cluster.Job("j") with { Spec = cluster.Job("j").Spec with { Image = "redis:6" } });
        cluster.Settle();
        Assert.All(cluster.List<NodeImage>(), n => Assert.Equal(["redis"], n.Spec.Images!.Keys));
    }

    [Fact]
    public void Upstreams_preset_waits_no_less_than_3_to_5_s()
    {
        TestCluster cluster = ClusterWithJob();
        foreach ((NodeImageOptions options, double least, double most) in new[] { (NodeImageOptions.Default, 0.5, 0.5), (NodeImageOptions.OpenKruise08, 3, 5) })
        {
            var context = new ReconcileContext(TestCluster.Start.AddSeconds(59.5), cluster.Gates, new RandomStream(3));
            Plan plan = new NodeImageReconciler(options).Reconcile(ObjectKey.Cluster("n000"), cluster, context);
            Assert.InRange(plan.RequeueAfter!.Value.TotalSeconds, least, most);
        }
    }

    [Fact]
    public void Progress_of_a_pull_wakes_no_controller()
    {
        TestCluster cluster = ClusterWithJob();
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Pulling);
        cluster.Settle();
        int before = cluster.Reconciles;
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Pulling, progress: 40);
        cluster.Settle();
        Assert.Equal(before, cluster.Reconciles);
    }

    private static V1Node NodeThatIs(string name, string ready) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Status = new V1NodeStatus { Conditions = [new V1NodeCondition { Type = "Ready", Status = ready }] },
    };
}
