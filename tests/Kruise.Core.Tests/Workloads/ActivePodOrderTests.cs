using CsCheck;
using k8s.Models;
using Kruise.Core.Workloads;
using Xunit;
using static Kruise.Core.Tests.Workloads.TestPods;

namespace Kruise.Core.Tests.Workloads;

public sealed class ActivePodOrderTests
{
    // Each pod is missed less than the next.
    private static readonly V1Pod[] _leastMissedFirst =
    [
        Pod("unassigned", "Running", ready: true),
        Pod("pending", "Pending", node: "n"),
        Pod("unknown", "Unknown", node: "n"),
        Pod("not-ready", "Running", ready: false, node: "n"),
        Pod("ready-without-time", "Running", node: "n").ReadySince(null),
        Pod("ready-short", "Running", node: "n").ReadySince(Now),
        Pod("ready-long-restarted-often", "Running", node: "n").ReadySince(Now.AddHours(-1)).WithRestarts(0, 4),
        Created(Pod("restarted-less-no-age", "Running", node: "n").ReadySince(Now.AddHours(-1)).WithRestarts(3, 3), null),
        Created(Pod("young", "Running", node: "n").ReadySince(Now.AddHours(-1)).WithRestarts(3), Now),
        Created(Pod("old-a", "Running", node: "n").ReadySince(Now.AddHours(-1)).WithRestarts(3), Now.AddDays(-1)),
        Created(Pod("old-b", "Running", node: "n").ReadySince(Now.AddHours(-1)).WithRestarts(3), Now.AddDays(-1)),
    ];

    [Fact]
    public void What_is_missed_least_goes_first()
    {
        for (int i = 0; i < _leastMissedFirst.Length; i++)
        {
            for (int j = 0; j < _leastMissedFirst.Length; j++)
            {
                int order = ActivePodOrder.Instance.Compare(PodRank.Of(_leastMissedFirst[i]), PodRank.Of(_leastMissedFirst[j]));
                Assert.True(Math.Sign(order) == Math.Sign(i - j), $"{_leastMissedFirst[i].Metadata.Name} and {_leastMissedFirst[j].Metadata.Name}: {order}");
            }
        }
    }

    [Fact]
    public void The_order_does_not_depend_on_where_the_pods_stood() =>
        Gen.Shuffle(_leastMissedFirst).Sample(shuffled =>
            shuffled.OrderBy(PodRank.Of, ActivePodOrder.Instance).SequenceEqual(_leastMissedFirst));

    [Fact]
    public void Candidates_of_an_update_begin_with_what_does_not_run()
    {
        V1Pod[] pods = [Pod("0", "Pending", true), Pod("1", "Pending"), Pod("2", "Pending"), Pod("3", "Running", true), Pod("4", "Running")];
        Assert.Equal([1, 0, 4, 3], new[] { 0, 1, 3, 4 }.OrderBy(i => PodRank.Of(pods[i]), ActivePodOrder.Instance));
    }

    private static V1Pod Created(V1Pod pod, DateTime? at) => pod with { Metadata = pod.Metadata with { CreationTimestamp = at } };
}
