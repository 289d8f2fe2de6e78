using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Measures.Workloads;

/// <summary>What is measured of pods with labels of their own, and pod-seconds.</summary>
public sealed class PodLabelsTests
{
    [Fact]
    public void Labels_of_the_template_and_of_controllers_are_not_a_pods_own()
    {
        var set = new CloneSet
        {
            Spec = new CloneSetSpec { Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = Map(("app", "web")) }, Spec = new V1PodSpec { Containers = [] } } },
        };
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Labels = Map(("shard", "gold"), ("app", "web"), ("canary", "true"), ("controller-revision-hash", "web-1"), ("apps.kruise.io/cloneset-instance-id", "abcde")),
            },
        };
        Assert.Equal(["canary=true", "shard=gold"], PodLabels.Own(set, pod));
        Assert.Empty(PodLabels.Own(set, new V1Pod { Metadata = new V1ObjectMeta() }));
    }

    [Fact]
    public void One_that_begins_when_another_ends_is_not_beside_it()
    {
        Assert.Equal(0, PodLabels.MostAtOnce([]));
        Assert.Equal(1, PodLabels.MostAtOnce([Row(1, 2), Row(2, 3)]));
        Assert.Equal(2, PodLabels.MostAtOnce([Row(1, 3), Row(2, 4), Row(3, 5), Row(null, null)]));

        // What is never done is under way until the end.
        Assert.Equal(3, PodLabels.MostAtOnce([Row(1, null), Row(2, null), Row(8, 9)]));
    }

    [Fact]
    public void Pod_seconds_are_what_lies_below_the_curve()
    {
        var tracker = new PeakTracker();
        tracker.Tell(0, SimTime.FromSeconds(10));
        tracker.Tell(4, SimTime.FromSeconds(20));
        tracker.Tell(1, SimTime.FromSeconds(25));
        tracker.Tell(0, SimTime.FromSeconds(27));
        Assert.Equal(22, tracker.SumUntil(SimTime.FromSeconds(100)));
        tracker.Tell(3, SimTime.FromSeconds(100));
        Assert.Equal(52, tracker.SumUntil(SimTime.FromSeconds(110)));
    }

    private static Dictionary<string, string> Map(params (string Key, string Value)[] labels) => labels.ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal);

    private static PodRow Row(double? begun, double? done) => new()
    {
        Namespace = "default",
        Workload = "web",
        Rollout = 1,
        Pod = "web-1",
        Way = PodUpdateWay.InPlace,
        Asked = SimTime.Zero,
        Begun = begun is { } b ? SimTime.FromSeconds(b) : null,
        Done = done is { } d ? SimTime.FromSeconds(d) : null,
        PullAttempts = 0,
        BytesFetched = 0,
        Outcome = done is null ? PodOutcome.Unfinished : PodOutcome.Updated,
        CauseNanoseconds = [],
        Steps = [],
    };
}
