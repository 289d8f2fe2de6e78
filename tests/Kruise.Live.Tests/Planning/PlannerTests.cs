using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.Features;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Live.Cluster;
using Kruise.Live.Manager;
using Kruise.Live.Planning;
using Xunit;

namespace Kruise.Live.Tests.Planning;

/// <summary>Plans over hand-made objects, and what they look like.</summary>
public sealed class PlannerTests
{
    private static readonly DateTime s_now = new(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_table_has_a_line_per_write_and_lines_for_further_changes()
    {
        NodeImage claimed = Objects.NodeImage("n-1").Claimed(Known(Objects.Job("default", "warm")), s_now.AddMinutes(-5));
        IReadOnlyList<KeyPlan> plans = Ask(Objects.Node("n-1"), Objects.Node("n-2"), claimed, Known(Objects.Job("default", "warm")));

        Assert.Equal(
            """
            CONTROLLER               KEY           WRITE          OBJECT                     CHANGES
            nodeimage-controller     n-1           update status  NodeImage n-1              status.desired: 0 -> 1
                                                                                             status.failed: 0 -> 1
                                                                                             + status.imageStatuses: {nginx:{tags:[{tag:1....
            nodeimage-controller     n-1           event          ImagePullJob default/warm  Warning PullImageFailed: Failed to pull image...
            nodeimage-controller     n-1           event          NodeImage n-1              Warning PullImageFailed: Failed to pull image...
            nodeimage-controller     n-2           create         NodeImage n-2
            imagepulljob-controller  default/warm  update status  ImagePullJob default/warm  status.desired: 0 -> 1
                                                                                             status.active: 0 -> 1
                                                                                             + status.startTime: 2026-05-01T12:00:00Z
                                                                                             + status.message: job is running, progress 0.0%

            5 writes by 2 controllers on 3 objects

            """,
            Table(plans, width: 129),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Nothing_to_write_is_said_with_what_waits()
    {
        ImagePullJob job = Known(Objects.Job("default", "done")) with
        {
            Status = new ImagePullJobStatus { StartTime = s_now.AddMinutes(-3), CompletionTime = s_now.AddMinutes(-2) },
        };
        Assert.Equal("nothing to write\n", Table(Ask(job)));

        job = job with { Spec = job.Spec with { CompletionPolicy = new CompletionPolicy { TtlSecondsAfterFinished = 150 } } };
        IReadOnlyList<KeyPlan> plans = Ask(job);
        Assert.Equal("nothing to write; 1 key to look at again later, the first in 30.0 s\n", Table(plans));
        Assert.Equal(30, (double)JsonNode.Parse(Json(plans))![0]!["requeueAfterSeconds"]!);
    }

    [Fact]
    public void A_namespace_leaves_other_jobs_out_and_nodes_in()
    {
        IKubernetesObject<V1ObjectMeta>[] objects = [Objects.Node("n-1"), Known(Objects.Job("a", "warm")), Known(Objects.Job("b", "warm"))];

        Assert.Equal(["n-1", "a/warm", "b/warm"], Ask(objects).Select(plan => plan.Key.ToString()));
        Assert.Equal(["n-1", "b/warm"], Ask(objects, "b").Select(plan => plan.Key.ToString()));
    }

    [Fact]
    public void The_same_cluster_gives_the_same_plan()
    {
        IKubernetesObject<V1ObjectMeta>[] objects =
        [
            .. Enumerable.Range(0, 50).Select(i => Objects.NodeImage($"n-{i}")), .. Enumerable.Range(0, 50).Select(i => Objects.Node($"n-{i}")),
            Known(Objects.Job("a", "warm", parallelism: 20)),
        ];

        string json = Json(Ask(objects));
        Array.Reverse(objects);
        Assert.Equal(json, Json(Ask(objects)));
        Assert.Equal(20, JsonNode.Parse(json)![0]!["writes"]!.AsArray().Count(write => (string)write!["write"]! == "update"));
    }

    [Fact]
    public void Long_names_and_values_are_cut_to_the_width()
    {
        string @namespace = new('n', 60), name = new('j', 60);
        ImagePullJob job = Known(Objects.Job(@namespace, name, image: "reg.example/" + new string('i', 180) + ":1"));

        string table = Table(Ask(Objects.NodeImage("n-1"), Objects.Node("n-1"), job));

        Assert.All(table.Split('\n'), line => Assert.InRange(line.Length, 0, PlanTable.Width));
        Assert.Contains("nnn...jjj", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_of_lists_are_matched_by_what_names_them()
    {
        var before = (JsonObject)JsonNode.Parse("""{"a":{"tags":[{"tag":"1","v":0},{"tag":"3","v":0}]},"x.y":1,"n":[1,2]}""")!;
        var after = (JsonObject)JsonNode.Parse("""{"a":{"tags":[{"tag":"0","v":5},{"tag":"1","v":1},{"tag":"3","v":0}]},"x.y":2,"n":[1,2]}""")!;

        Assert.Equal(
            ["a.tags[1].v: 0 -> 1", "a.tags[0]:  -> {\"tag\":\"0\",\"v\":5}", "[\"x.y\"]: 1 -> 2"],
            JsonDiff.Of(before, after).Select(change => $"{change.Path}: {change.Old?.ToJsonString()} -> {change.New?.ToJsonString()}"));
        Assert.Empty(JsonDiff.Of(before, (JsonObject)before.DeepClone()));
    }

    private static ImagePullJob Known(ImagePullJob job)
    {
        job.Metadata.Uid = "uid-" + job.Metadata.Name;
        return job;
    }

    private static IReadOnlyList<KeyPlan> Ask(params IKubernetesObject<V1ObjectMeta>[] objects) => Ask(objects, null);

    private static IReadOnlyList<KeyPlan> Ask(IKubernetesObject<V1ObjectMeta>[] objects, string? @namespace)
    {
        IReconciler[] controllers = [.. ControllerCatalog.Of(ImagePullTiming.Default, CloneSetTiming.Default, SidecarSetTiming.Default, FeatureGates.Default).Select(controller => controller.Reconciler)];
        var cache = new ObjectCache(controllers.SelectMany(controller => controller.Indexes), fingerprintEvery: 1, KubeJson.Write);
        foreach (IKubernetesObject<V1ObjectMeta> obj in objects)
        {
            cache.Store(obj, out _);
        }

        IReadOnlyList<KeyPlan> plans = Planner.Ask(controllers, cache, FeatureGates.Default, s_now, @namespace);
        cache.VerifyUnchanged();
        return plans;
    }

    private static string Table(IReadOnlyList<KeyPlan> plans, int width = PlanTable.Width)
    {
        var text = new StringWriter();
        PlanTable.Write(text, plans, width);
        return text.ToString();
    }

    private static string Json(IReadOnlyList<KeyPlan> plans)
    {
        var text = new StringWriter();
        PlanJson.Write(text, plans);
        return text.ToString();
    }
}
