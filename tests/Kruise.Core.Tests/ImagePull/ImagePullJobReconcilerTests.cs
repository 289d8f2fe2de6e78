using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

public sealed class ImagePullJobReconcilerTests
{
    private static TestCluster ClusterOf(int nodes)
    {
        var cluster = new TestCluster();
        cluster.AddNodes(nodes);
        cluster.Settle();
        return cluster;
    }

    private static string[] AskedNodes(TestCluster cluster, string image = "nginx") =>
        [.. cluster.List<NodeImage>().Where(n => n.Spec.Images?.ContainsKey(image) == true).Select(n => n.Metadata.Name)];

    [Fact]
    public void Starts_one_node_at_a_time_by_default_in_the_order_in_which_the_job_names_them()
    {
        TestCluster cluster = ClusterOf(3);
        cluster.Apply(Jobs.Of("j", "nginx:1").WithNames("n000", "n001", "n002"));
        cluster.Settle();
        Assert.Equal(["n000"], AskedNodes(cluster));
        Assert.Equal(new ImagePullJobStatus { StartTime = TestCluster.Start, Desired = 3, Active = 1, Message = "job is running, progress 0.0%" }, cluster.Job("j").Status);

        cluster.PassSeconds(10);
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal(["n000", "n001"], AskedNodes(cluster));
        Assert.Equal("job is running, progress 33.3%", cluster.Job("j").Status.Message);
        Assert.Equal((1, 1), (cluster.Job("j").Status.Active, cluster.Job("j").Status.Succeeded));
    }

    [Fact]
    public void Finishes_when_every_node_has_and_names_the_failed()
    {
        TestCluster cluster = ClusterOf(3);
        cluster.Apply(Jobs.Of("j", "nginx:1", "3"));
        cluster.Settle();
        cluster.PassSeconds(5.25);
        cluster.Report("n002", "nginx", "1", ImagePullPhase.Failed);
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Failed);
        cluster.Report("n001", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal(
            new ImagePullJobStatus
            {
                StartTime = TestCluster.Start,
                CompletionTime = TestCluster.Start.AddSeconds(5),
                Desired = 3,
                Succeeded = 1,
                Failed = 2,
                FailedNodes = ["n000", "n002"],
                Message = "job has completed",
            },
            cluster.Job("j").Status);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("0", 0)]
    [InlineData("4", 4)]
    [InlineData("100", 10)]
    [InlineData("0%", 0)]
    [InlineData("1%", 1)]
    [InlineData("25%", 3)]
    [InlineData("100%", 10)]
    [InlineData("250%", 10)]
    public void Trap03_A_percentage_of_parallelism_is_a_percentage_of_the_targets(string? parallelism, int started)
    {
        TestCluster cluster = ClusterOf(10);
        cluster.Apply(Jobs.Of("j", "nginx:1", parallelism));
        cluster.Settle();
        Assert.Equal(started, AskedNodes(cluster).Length);
    }

    [Fact]
    public void Trap04_A_second_job_for_a_tag_gets_a_new_round_and_of_both_policies_the_more_generous()
    {
        TestCluster cluster = ClusterOf(1);
        cluster.Apply(Jobs.Of("a", "nginx:1", completion: new CompletionPolicy { ActiveDeadlineSeconds = 100 }).WithPolicy(30, 5));
        cluster.Settle();
        int ttl = Tag(cluster).PullPolicy!.TtlSecondsAfterFinished!.Value;
        cluster.Apply(Jobs.Of("b", "nginx:1", completion: new CompletionPolicy { ActiveDeadlineSeconds = 900 }).WithPolicy(60, 1));
        cluster.Settle();

        ImageTagSpec tag = Tag(cluster);
        Assert.Equal(1, tag.Version);
        Assert.Equal(["a", "b"], tag.OwnerReferences!.Select(o => o.Name));
        Assert.Equal((60, 5, 900L), (tag.PullPolicy!.TimeoutSeconds!.Value, tag.PullPolicy.BackoffLimit!.Value, tag.PullPolicy.ActiveDeadlineSeconds!.Value));
        Assert.InRange(tag.PullPolicy.TtlSecondsAfterFinished!.Value, 1200, 1499);
        Assert.InRange(ttl, 400, 699);
    }

    [Fact]
    public void Trap05_A_new_round_gives_the_node_the_whole_response_time_again()
    {
        TestCluster cluster = ClusterOf(1);
        cluster.Apply(Jobs.Of("a", "nginx:1"));
        cluster.Settle();
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.PassSeconds(100);
        cluster.Apply(Jobs.Of("b", "nginx:1"));
        cluster.Settle();
        Assert.Equal(TestCluster.Start.AddSeconds(100), Tag(cluster).CreatedAt);
        cluster.PassSeconds(59);
        Assert.Equal((0, 1), (cluster.Job("b").Status.Failed, cluster.Job("b").Status.Active));
        cluster.PassSeconds(1);
        Assert.Equal(1, cluster.Job("b").Status.Failed);
    }

    [Fact]
    public void Trap06_A_new_round_of_a_second_job_counts_as_pulling_for_an_unfinished_first_one()
    {
        TestCluster cluster = ClusterOf(2);
        cluster.Apply(Jobs.Of("a", "nginx:1").WithNames("n000", "n001"));
        cluster.Settle();
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal(1, cluster.Job("a").Status.Succeeded);
        cluster.Apply(Jobs.Of("b", "nginx:1").WithNames("n000"));
        cluster.Settle();
        Assert.Equal((0, 2), (cluster.Job("a").Status.Succeeded, cluster.Job("a").Status.Active));
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal((1, 1), (cluster.Job("a").Status.Succeeded, cluster.Job("a").Status.Active));
    }

    [Fact]
    public void Trap07_A_tag_that_comes_back_starts_above_the_version_last_reported()
    {
        TestCluster cluster = ClusterOf(1);
        NodeImage node = cluster.Image("n000");
        cluster.SetStatus(node with
        {
            Status = new NodeImageStatus
            {
                ImageStatuses = new Dictionary<string, ImageStatus>
                {
                    ["nginx"] = new() { Tags = [new ImageTagStatus { Tag = "1", Phase = ImagePullPhase.Succeeded, Version = 4, CompletionTime = cluster.Now }] },
                },
            },
        });
        NodeImage claimed = TagClaims.Claim(
            cluster.Image("n000"), Jobs.Of("j", "nginx:1"), ImageReference.Parse("nginx:1"), new ImageTagPullPolicy(), cluster.Now);
        Assert.Equal(5, claimed.Spec.Images!["nginx"].Tags[0].Version);
    }

    [Fact]
    public void Trap08_A_node_that_reported_on_another_tag_of_the_image_is_pulling()
    {
        TestCluster cluster = ClusterOf(3);
        cluster.Apply(Jobs.Of("old", "nginx:0").WithNames("n000"));
        cluster.Settle();
        cluster.Report("n000", "nginx", "0", ImagePullPhase.Succeeded);
        cluster.Apply(Jobs.Of("j", "nginx:1", "2"));
        cluster.Settle();
        ImagePullJobStatus status = cluster.Job("j").Status;
        Assert.Equal((3, 2), (status.Desired, status.Active));
        Assert.Equal(2, cluster.List<NodeImage>().Count(n => n.Spec.Images?["nginx"].Tags.Any(t => t.Tag == "1") == true));
    }

    [Fact]
    public void Trap09_An_Always_job_without_targets_completes_and_a_Never_job_says_zero_percent()
    {
        var cluster = new TestCluster();
        cluster.Apply(Jobs.Of("always", "nginx:1"));
        cluster.Apply(Jobs.Of("never", "nginx:1", completion: new CompletionPolicy { Type = CompletionPolicy.Never }));
        cluster.Settle();
        Assert.Equal("job has completed: it selects no node", cluster.Job("always").Status.Message);
        Assert.Equal("job is running, progress 0.0%", cluster.Job("never").Status.Message);
        Assert.Null(cluster.Job("never").Status.CompletionTime);
    }

    [Fact]
    public void Trap10_The_deadline_fires_to_the_moment_with_nothing_else_happening_and_costs_one_reconcile()
    {
        TestCluster cluster = ClusterOf(3);
        cluster.Now = TestCluster.Start.AddSeconds(0.75);
        cluster.Apply(Jobs.Of("j", "nginx:1", "0", new CompletionPolicy { ActiveDeadlineSeconds = 100 }));
        cluster.Settle();
        int before = cluster.Reconciles;
        cluster.PassSeconds(99.2499);
        Assert.Equal(before, cluster.Reconciles);
        Assert.Null(cluster.Job("j").Status.CompletionTime);
        cluster.PassSeconds(0.0001);
        Assert.Equal(TestCluster.Start.AddSeconds(100), cluster.Job("j").Status.CompletionTime);
        Assert.Equal("job exceeds activeDeadlineSeconds", cluster.Job("j").Status.Message);
        Assert.Equal(before + 2, cluster.Reconciles);
    }

    [Fact]
    public void Trap10_Status_is_written_only_when_it_differs()
    {
        TestCluster cluster = ClusterOf(2);
        cluster.Apply(Jobs.Of("j", "nginx:1"));
        cluster.Settle();
        Plan again = new ImagePullJobReconciler(ImagePullJobOptions.Default, NodeImageOptions.Default).Reconcile(
            new ObjectKey("default", "j"), cluster, new ReconcileContext(cluster.Now, cluster.Gates, new RandomStream(1)));
        Assert.Empty(again.Groups);
    }

    [Fact]
    public void Trap11_A_job_at_its_deadline_takes_back_what_is_still_pulling_and_only_that()
    {
        TestCluster cluster = ClusterOf(4);
        cluster.Apply(Jobs.Of("other", "nginx:1").WithNames("n001"));
        cluster.Apply(Jobs.Of("j", "nginx:1", "3", new CompletionPolicy { ActiveDeadlineSeconds = 30 }).WithNames("n000", "n001", "n002", "n003"));
        cluster.Settle();
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        cluster.Report("n001", "nginx", "1", ImagePullPhase.Pulling);
        cluster.PassSeconds(30);

        Assert.Equal(["n000", "n001"], AskedNodes(cluster));
        Assert.Equal(["other"], cluster.Image("n001").Spec.Images!["nginx"].Tags[0].OwnerReferences!.Select(o => o.Name));
        Assert.Equal((1, 3, 0), (cluster.Job("j").Status.Succeeded, cluster.Job("j").Status.Failed, cluster.Job("j").Status.Active));
    }

    [Fact]
    public void Trap11_A_node_that_cannot_be_written_does_not_put_the_end_off_and_is_released_later()
    {
        TestCluster cluster = ClusterOf(2);
        cluster.Apply(Jobs.Of("j", "nginx:1", "2", new CompletionPolicy { ActiveDeadlineSeconds = 30 }));
        cluster.Settle();
        cluster.Fails = write => write is Write.Update { Object: NodeImage { Metadata.Name: "n001" } };
        cluster.PassSeconds(30);
        Assert.Equal(TestCluster.Start.AddSeconds(30), cluster.Job("j").Status.CompletionTime);
        Assert.Equal(["n001"], AskedNodes(cluster));
        cluster.Fails = _ => false;
        cluster.PassSeconds(1);
        Assert.Empty(AskedNodes(cluster));
        Assert.Equal(["n000", "n001"], cluster.Job("j").Status.FailedNodes!);
    }

    [Fact]
    public void Trap11_The_end_is_one_write_and_is_kept_through_a_restart_of_the_manager()
    {
        TestCluster cluster = ClusterOf(40);
        cluster.Apply(Jobs.Of("j", "nginx:1", "40", new CompletionPolicy { ActiveDeadlineSeconds = 30 }));
        cluster.Settle();
        var atTheEnd = new ReconcileContext(TestCluster.Start.AddSeconds(30), cluster.Gates, new RandomStream(1));
        Plan end = new ImagePullJobReconciler(ImagePullJobOptions.Default, NodeImageOptions.Default).Reconcile(new ObjectKey("default", "j"), cluster, atTheEnd);
        Assert.IsType<Write.UpdateStatus>(Assert.Single(Assert.Single(end.Groups).Writes));

        cluster.Fails = write => write is Write.Update;
        cluster.PassSeconds(30);
        Assert.Equal(40, AskedNodes(cluster).Length);
        TestCluster restarted = cluster.Restart();
        restarted.Settle();
        Assert.Empty(AskedNodes(restarted));
    }

    [Fact]
    public void A_pass_claims_a_bounded_number_of_nodes_and_the_next_ones_the_rest()
    {
        TestCluster cluster = ClusterOf(250);
        cluster.Apply(Jobs.Of("j", "nginx:1", "100%"));
        var now = new ReconcileContext(cluster.Now, cluster.Gates, new RandomStream(1));
        Plan first = new ImagePullJobReconciler(ImagePullJobOptions.Default, NodeImageOptions.Default).Reconcile(new ObjectKey("default", "j"), cluster, now);
        Assert.Equal(100, first.Groups.SelectMany(g => g.Writes).Count(w => w is Write.Update));
        Assert.NotNull(first.RequeueAfter);
        Plan upstream = new ImagePullJobReconciler(ImagePullJobOptions.OpenKruise08, NodeImageOptions.Default).Reconcile(new ObjectKey("default", "j"), cluster, now);
        Assert.Equal(250, upstream.Groups.SelectMany(g => g.Writes).Count(w => w is Write.Update));
        cluster.Settle();
        Assert.Equal(250, AskedNodes(cluster).Length);
    }

    [Fact]
    public void Without_names_targets_are_asked_spread_over_pools_rather_than_one_pool_after_the_other()
    {
        var cluster = new TestCluster();
        string[] pools = ["a", "b", "c"];
        foreach (string pool in pools)
        {
            for (int i = 0; i < 100; i++)
            {
                cluster.AddNode($"{pool}-{i}");
            }
        }

        cluster.Settle();
        cluster.Apply(Jobs.Of("j", "nginx:1", "60"));
        cluster.Settle();
        Assert.All(pools, pool => Assert.InRange(AskedNodes(cluster).Count(n => n[0] == pool[0]), 10, 30));
    }

    [Fact]
    public void A_full_node_is_asked_as_soon_as_it_has_room()
    {
        TestCluster cluster = ClusterOf(1);
        NodeImage node = cluster.Image("n000");
        var images = Enumerable.Range(0, 256).ToDictionary(
            i => $"image{i}", i => new ImageSpec { Tags = [new ImageTagSpec { Tag = "1", CreatedAt = cluster.Now, PullPolicy = new ImageTagPullPolicy { TtlSecondsAfterFinished = 60 } }] });
        cluster.Apply(node with { Spec = new NodeImageSpec { Images = images } });
        cluster.Settle();
        cluster.Apply(Jobs.Of("j", "nginx:1"));
        cluster.Settle();
        Assert.Empty(AskedNodes(cluster));
        images.Remove("image7");
        cluster.Apply(cluster.Image("n000") with { Spec = new NodeImageSpec { Images = new Dictionary<string, ImageSpec>(images) } });
        cluster.Settle();
        Assert.Equal(["n000"], AskedNodes(cluster));
    }

    [Fact]
    public void Trap12_Failed_nodes_are_sorted_also_when_the_deadline_ends_the_job()
    {
        TestCluster cluster = ClusterOf(4);
        cluster.Apply(Jobs.Of("j", "nginx:1", "2", new CompletionPolicy { ActiveDeadlineSeconds = 10 }).WithNames("n003", "n001", "n002", "n000"));
        cluster.Settle();
        Assert.Equal(["n001", "n003"], AskedNodes(cluster));
        cluster.Report("n003", "nginx", "1", ImagePullPhase.Failed);
        cluster.PassSeconds(10);
        Assert.Equal(["n000", "n001", "n002", "n003"], cluster.Job("j").Status.FailedNodes!);
    }

    [Theory]
    [InlineData("nginx", "nginx", "latest")]
    [InlineData("nginx:1", "nginx", "1")]
    [InlineData("docker.io/library/nginx:1", "nginx", "1")]
    [InlineData("reg/x@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "reg/x", "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Trap14_Reports_reach_a_job_however_it_spells_its_image(string image, string name, string tag)
    {
        TestCluster cluster = ClusterOf(1);
        cluster.Apply(Jobs.Of("j", image));
        cluster.Settle();
        cluster.Report("n000", name, tag, ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal("job has completed", cluster.Job("j").Status.Message);
    }

    [Fact]
    public void Trap15_A_job_with_an_empty_label_selector_hears_of_new_nodes()
    {
        TestCluster cluster = ClusterOf(1);
        cluster.Apply(Jobs.Of("j", "nginx:1", "5").WithLabels());
        cluster.Settle();
        cluster.AddNode("later");
        cluster.Settle();
        Assert.Equal(["later", "n000"], AskedNodes(cluster));
    }

    [Fact]
    public void Trap16_No_selector_means_all_nodes_and_an_empty_list_of_names_none()
    {
        TestCluster cluster = ClusterOf(2);
        cluster.Apply(Jobs.Of("all", "nginx:1"));
        cluster.Apply(Jobs.Of("none", "nginx:1").WithNames());
        cluster.Settle();
        Assert.Equal(2, cluster.Job("all").Status.Desired);
        Assert.Equal((0, "job has completed: it selects no node"), (cluster.Job("none").Status.Desired, cluster.Job("none").Status.Message));
    }

    [Fact]
    public void Trap17_A_name_given_twice_counts_once_and_an_unknown_one_not_at_all()
    {
        TestCluster cluster = ClusterOf(2);
        cluster.Apply(Jobs.Of("j", "nginx:1", "5").WithNames("n001", "n000", "n001", "nowhere"));
        cluster.Settle();
        Assert.Equal((2, 2), (cluster.Job("j").Status.Desired, cluster.Job("j").Status.Active));
    }

    [Fact]
    public void Trap43_A_failed_claim_is_retried_and_holds_up_neither_start_time_nor_counters()
    {
        TestCluster cluster = ClusterOf(3);
        cluster.Fails = write => write is Write.Update { Object: NodeImage { Metadata.Name: "n000" } };
        cluster.Apply(Jobs.Of("j", "nginx:1", "2").WithNames("n000", "n001", "n002"));
        cluster.Settle();
        Assert.Equal(["n001"], AskedNodes(cluster));
        Assert.Equal(TestCluster.Start, cluster.Job("j").Status.StartTime);
        cluster.Report("n001", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal((3, 1), (cluster.Job("j").Status.Desired, cluster.Job("j").Status.Succeeded));
        cluster.Fails = _ => false;
        cluster.PassSeconds(1);
        Assert.Equal(["n000", "n001", "n002"], AskedNodes(cluster));
    }

    [Fact]
    public void A_finished_job_is_deleted_at_the_very_second_of_its_time_to_live()
    {
        TestCluster cluster = ClusterOf(1);
        cluster.Apply(Jobs.Of("j", "nginx:1", completion: new CompletionPolicy { TtlSecondsAfterFinished = 60 }));
        cluster.Settle();
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.PassSeconds(59.999);
        Assert.NotNull(cluster.Job("j"));
        cluster.PassSeconds(0.001);
        Assert.Null(cluster.Job("j"));
        cluster.Settle();
        Assert.Empty(AskedNodes(cluster));
    }

    [Fact]
    public void Lowering_the_parallelism_of_a_running_job_starts_nothing_and_stops_nothing()
    {
        TestCluster cluster = ClusterOf(6);
        cluster.Apply(Jobs.Of("j", "nginx:1", "4"));
        cluster.Settle();
        cluster.Apply(cluster.Job("j") with { Spec = cluster.Job("j").Spec with { Parallelism = "2" } });
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal((3, 1), (cluster.Job("j").Status.Active, cluster.Job("j").Status.Succeeded));
    }

    [Fact]
    public void A_node_that_lists_as_many_images_as_it_may_is_passed_over()
    {
        TestCluster cluster = ClusterOf(2);
        NodeImage full = cluster.Image("n000");
        var tag = new ImageTagSpec { Tag = "1", CreatedAt = cluster.Now, PullPolicy = new ImageTagPullPolicy { TtlSecondsAfterFinished = 99999 } };
        cluster.Apply(full with
        {
            Spec = new NodeImageSpec { Images = Enumerable.Range(0, NodeImageValidation.MaxImages).ToDictionary(i => $"x{i}", _ => new ImageSpec { Tags = [tag] }) },
        });
        cluster.Apply(Jobs.Of("j", "nginx:1"));
        cluster.Settle();
        Assert.Equal(["n001"], AskedNodes(cluster));
    }

    [Fact]
    public void A_reference_that_is_none_is_said_in_the_status_and_starts_nothing()
    {
        TestCluster cluster = ClusterOf(1);
        cluster.Apply(Jobs.Of("j", "nginx:1", "0"));
        cluster.SetStatus(cluster.Job("j") with { Spec = cluster.Job("j").Spec with { Image = "Nginx", Parallelism = null } });
        cluster.Settle();
        Assert.Equal("image \"Nginx\" cannot be pulled: repository \"Nginx\" must be lower case", cluster.Job("j").Status.Message);
    }

    [Fact]
    public void A_Never_job_takes_in_nodes_that_come_and_asks_again_a_day_later()
    {
        TestCluster cluster = ClusterOf(1);
        cluster.Apply(Jobs.Of("j", "nginx:1", "5", new CompletionPolicy { Type = CompletionPolicy.Never }));
        cluster.Settle();
        ImageTagPullPolicy policy = Tag(cluster).PullPolicy!;
        Assert.InRange(policy.TtlSecondsAfterFinished!.Value, 85_800, 86_999);
        Assert.Equal(1800, policy.ActiveDeadlineSeconds);
        cluster.Report("n000", "nginx", "1", ImagePullPhase.Succeeded);
        cluster.Settle();
        Assert.Equal((1, "job is running, progress 100.0%"), (cluster.Job("j").Status.Succeeded, cluster.Job("j").Status.Message));
        cluster.AddNode("later");
        cluster.Settle();
        Assert.Equal((2, 1), (cluster.Job("j").Status.Desired, cluster.Job("j").Status.Active));
        cluster.Report("later", "nginx", "1", ImagePullPhase.Succeeded);
        DateTime first = Tag(cluster).CreatedAt!.Value;
        cluster.PassSeconds(policy.TtlSecondsAfterFinished.Value - 1);
        Assert.Equal(first, Tag(cluster).CreatedAt);
        cluster.PassSeconds(1);
        Assert.Equal(first.AddSeconds(policy.TtlSecondsAfterFinished.Value), Tag(cluster).CreatedAt);
    }

    [Fact]
    public void Nothing_happens_while_the_gate_is_off()
    {
        TestCluster cluster = ClusterOf(1);
        cluster.Apply(Jobs.Of("j", "nginx:1"));
        cluster.Gates = new(KruiseDaemon: false);
        cluster.Settle();
        Assert.Empty(AskedNodes(cluster));
    }

    private static ImageTagSpec Tag(TestCluster cluster) => Assert.Single(cluster.Image("n000").Spec.Images!["nginx"].Tags);
}
