using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Lifecycles;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>The tables of v0.8.0's own tests: TestCalculateDiffs, TestCalculateUpdateCount, TestSortUpdateIndexes, TestCreatePods, TestDeletePods, TestMange.</summary>
public sealed class CloneSetVectorTests
{
    [Theory]
    [InlineData(10, 0, 0, 10, 0, 0, 0)]
    [InlineData(10, 1, 0, 10, 0, 0, 0)]
    [InlineData(10, 1, 0, 8, 0, -2, 0)]
    [InlineData(10, 0, 0, 8, 0, -2, 0)]
    [InlineData(10, 1, 0, 8, 1, -3, 1)]
    [InlineData(10, 1, 1, 10, 1, 0, 0)]
    [InlineData(10, 1, 0, 11, 1, 0, 1)]
    [InlineData(10, 1, 8, 8, 6, -2, -2)]
    [InlineData(9, 0, 10, 10, 10, 1, 1)]
    [InlineData(9, 1, 10, 10, 10, 1, 1)]
    [InlineData(1, 2, 0, 1, 1, -1, 1)]
    [InlineData(10, 0, 0, 11, 0, 1, 0)]
    [InlineData(10, 1, 0, 11, 0, 1, 0)]
    [InlineData(10, 1, 0, 12, 2, 1, 2)]
    [InlineData(10, 1, 6, 13, 7, 2, 1)]
    [InlineData(10, 0, 10, 8, 7, -2, -3)]
    public void CalculateDiffs(int replicas, int surge, int partition, int pods, int notUpdated, int total, int ofCurrent) =>
        Assert.Equal(new CloneSetDiffs(total, ofCurrent), CloneSetDiffs.Of(new CloneSetNumbers(replicas, partition, 1, surge), pods, notUpdated));

    [Theory]
    [InlineData(1, 0, 0, 5, 0, 0, 1, 1, 0)]
    [InlineData(1, 0, 0, 6, 0, 0, 1, 0, 0)]
    [InlineData(0, 0, 0, 5, 0, 0, 1, 0, 0)]
    [InlineData(2, 0, 0, 5, 0, 0, 1, 1, 0)]
    [InlineData(1, 0, 0, 5, 5, 1, 0, 1, 5)]
    [InlineData(1, 5, 0, 5, 5, 1, 0, 1, -1)]
    public void A_surge_replaces_pods_chosen_for_deletion(
        int surge, int partition, int over, int pods, int notUpdated, int specifiedOld, int specifiedUpdated, int missing, int ofCurrent) =>
        Assert.Equal(
            new CloneSetDiffs(over - missing, ofCurrent),
            CloneSetDiffs.Of(new CloneSetNumbers(pods == 6 ? 5 : pods, partition, 0, surge), pods, notUpdated, specifiedOld, specifiedUpdated));

    // Pods in the order given (by orderPriority): r ready, u not; the first ones wait for their update.
    [Theory]
    [InlineData(3, 3, "rrr", null, null, null, 1)]
    [InlineData(3, 3, "rur", null, null, null, 0)]
    [InlineData(3, 3, "urr", null, null, null, 1)]
    [InlineData(10, 9, "urrrrrrrur", null, null, null, 1)]
    [InlineData(3, 2, "urr", "2", "3", null, 0)]
    [InlineData(8, 7, "ururrrru", "2", "50%", null, 3)]
    [InlineData(4, 2, "rrrrr", null, "0", "2", 1)]
    [InlineData(4, 3, "rrrrrr", null, "1", "2", 3)]
    public void CalculateUpdateCount(int replicas, int waiting, string pods, string? partition, string? maxUnavailable, string? maxSurge, int count)
    {
        CloneSet set = Sets.Of(replicas, Sets.ReCreate, maxUnavailable, maxSurge, partition).With(spec => spec with
        {
            UpdateStrategy = spec.UpdateStrategy with
            {
                PriorityStrategy = new UpdatePriorityStrategy { OrderPriority = [new UpdatePriorityOrderTerm { OrderedKey = "place" }] },
            },
        });
        CloneSetPass pass = Passes.Of(set, pods.Select((p, i) => Passes.Pod($"p{i}", isOld: i < waiting, isReady: p == 'r', labels: ("place", $"{100 - i}"))));
        CloneSetUpdater.Begin(pass);
        Assert.Equal(pods.Select((_, i) => $"foo-p{i}").Take(count), pass.Writes().OfType<Write.Update>().Select(write => write.Object.Metadata.Name));
    }

    [Fact]
    public void SortUpdateIndexes()
    {
        CloneSetPass pass = Passes.Of(Sets.Of(5),
        [
            Passes.Pod("0", phase: "Pending"), Passes.Pod("1", isReady: false, phase: "Pending"), Passes.Pod("2", isOld: false, isReady: false, phase: "Pending"),
            Passes.Pod("3"), Passes.Pod("4", isReady: false),
        ]);
        Assert.Equal(["foo-1", "foo-0", "foo-4", "foo-3"], pass.Pods.NotAt(Passes.NewName).Select(entry => entry.Name));
    }

    [Fact]
    public void CreatePods()
    {
        CloneSet set = Sets.Of(3, partition: "1").WithClaim().With(spec => spec with
        {
            Template = spec.Template! with { Spec = spec.Template.Spec with { Volumes = [new V1Volume { Name = "home", EmptyDir = new V1EmptyDirVolumeSource() }] } },
        });
        CloneSetPass pass = Passes.Of(set, [], Passes.Claim("datadir", "id3"), Passes.Claim("datadir", "id1"));
        Assert.True(CloneSetScaler.Plan(pass));
        Assert.Equal([1, 2], pass.Groups.Select(group => group.Writes.Count));
        V1Pod[] pods = [.. Created<V1Pod>(pass)];
        V1PersistentVolumeClaim[] claims = [.. Created<V1PersistentVolumeClaim>(pass)];
        string[] ids = [.. pods.Select(pod => PodState.Label(pod, WorkloadKeys.CloneSetInstanceId)!)];
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal((true, true, 5), (ids.Contains("id1"), ids.Contains("id3"), ids.Single(id => id is not ("id1" or "id3")).Length));
        Assert.Equal([Passes.OldName, pass.UpdateRevision.Metadata.Name, pass.UpdateRevision.Metadata.Name], pods.Select(PodState.Revision));
        foreach (V1Pod pod in pods)
        {
            string id = PodState.Label(pod, WorkloadKeys.CloneSetInstanceId)!;
            Assert.Equal(("foo-" + id, "foo-", LifecycleState.Normal), (pod.Metadata.Name, pod.Metadata.GenerateName, PodState.LifecycleState(pod)));
            Assert.True(PodState.IsControlledBy(pod.Metadata, "uid-foo"));
            Assert.True(InPlaceUpdater.HasGate(pod));
            Assert.Equal(("datadir", "datadir-foo-" + id), (pod.Spec.Volumes[0].Name, pod.Spec.Volumes[0].PersistentVolumeClaim.ClaimName));
        }

        Assert.Equal("home", pods[1].Spec.Volumes[1].Name);
        V1PersistentVolumeClaim made = Assert.Single(claims);
        string drawn = ids.Single(id => id is not ("id1" or "id3"));
        Assert.Equal(("datadir-foo-" + drawn, drawn, "web"), (made.Metadata.Name, made.Metadata.Labels[WorkloadKeys.CloneSetInstanceId], made.Metadata.Labels["app"]));
        Assert.True(PodState.IsControlledBy(made.Metadata, "uid-foo"));
    }

    [Fact]
    public void GetOrGenAvailableIDs_uses_what_pods_left_and_draws_the_rest()
    {
        CloneSetPass pass = Passes.Of(Sets.Of(4).WithClaim(), [Passes.Pod("a"), Passes.Pod("b")], Passes.Claim("datadir", "b"), Passes.Claim("datadir", "c"));
        Assert.Equal(["c"], pass.Pods.FreeInstanceIds);
        Assert.True(CloneSetScaler.Plan(pass));
        string[] ids = [.. Created<V1Pod>(pass).Select(pod => PodState.Label(pod, WorkloadKeys.CloneSetInstanceId)!)];
        Assert.Equal(2, ids.Length);
        Assert.Contains("c", ids);
        Assert.Matches("^[bcdfghjklmnpqrstvwxz2456789]{5}$", ids.Single(id => id != "c"));
    }

    [Fact]
    public void DeletePods()
    {
        CloneSet set = Sets.Of(1).WithClaim().With(spec => spec with { ScaleStrategy = new CloneSetScaleStrategy { PodsToDelete = ["foo-id1"] } });
        CloneSetPass pass = Passes.Of(set, [Passes.Pod("id1"), Passes.Pod("id3")], Passes.Claim("datadir", "id1"), Passes.Claim("datadir", "id3"));
        Assert.True(CloneSetScaler.Plan(pass));
        Assert.Equal(["foo-id1", "datadir-foo-id1"], pass.Writes().OfType<Write.Delete>().Select(write => write.Key.Name));
        Assert.Equal("uid-id1", pass.Writes().OfType<Write.Delete>().First().Uid);
    }

    [Fact]
    public void Manage_does_nothing_for_a_pod_that_is_updated()
    {
        CloneSetPass pass = Passes.Of(Sets.Of(1), [Passes.Pod("a", isOld: false)]);
        CloneSetUpdater.Refresh(pass);
        CloneSetUpdater.Begin(pass);
        Assert.Empty(pass.Groups);
    }

    [Fact]
    public void Manage_opens_a_gate_without_condition()
    {
        V1Pod pod = Passes.Pod("a", isOld: false);
        CloneSetPass pass = Passes.Of(Sets.Of(1), [pod with { Status = pod.Status with { Conditions = [pod.Status.Conditions[0]] } }]);
        CloneSetUpdater.Refresh(pass);
        var write = Assert.IsType<Write.UpdateStatus>(Assert.Single(pass.Writes()));
        Assert.Equal("True", PodState.Condition((V1Pod)write.Object, WorkloadKeys.InPlaceUpdateReady)!.Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3630)]
    public void Manage_updates_the_image_in_place_now_or_after_the_grace(int grace)
    {
        CloneSet set = Sets.Of(1).With(spec => spec with
        {
            UpdateStrategy = spec.UpdateStrategy with { InPlaceUpdateStrategy = new InPlaceUpdateStrategy { GracePeriodSeconds = grace } },
        });
        CloneSetPass pass = Passes.Of(set, [Passes.Pod("a")]);
        CloneSetUpdater.Begin(pass);
        Write[] writes = [.. pass.Writes()];
        var begun = (V1Pod)Assert.IsType<Write.UpdateStatus>(writes[0]).Object;
        V1PodCondition gate = PodState.Condition(begun, WorkloadKeys.InPlaceUpdateReady)!;
        Assert.Equal(("False", "StartInPlaceUpdate", Passes.Now), (gate.Status, gate.Reason, gate.LastTransitionTime));

        var pod = (V1Pod)Assert.IsType<Write.Update>(writes[1]).Object;
        Assert.Equal((Passes.NewName, LifecycleState.Updating), (PodState.Revision(pod), PodState.LifecycleState(pod)));
        Assert.Equal("2021-03-04T12:00:00Z", pod.Metadata.Annotations[WorkloadKeys.LifecycleTimestamp]);
        Assert.Equal(
            """{"revision":"NEW","updateTimestamp":"2021-03-04T12:00:00Z","lastContainerStatuses":{"c1":{"imageID":"image-id-xyz"}}}""".Replace("NEW", Passes.NewName, StringComparison.Ordinal),
            pod.Metadata.Annotations[WorkloadKeys.InPlaceUpdateState]);
        Assert.Equal(grace == 0 ? "nginx:2" : "nginx:1", CloneSetWorld.ImageOf(pod));
        Assert.Equal(grace > 0, InPlaceUpdater.IsInGrace(pod));
        Assert.Equal(grace == 0 ? null : Passes.Now.AddSeconds(grace), InPlaceUpdater.GraceEndsAt(pod));
        Assert.Equal(grace == 0 ? null : TimeSpan.FromSeconds(grace), pass.LookAgain);
        Assert.Contains("SuccessfulUpdatePodInPlace", Assert.IsType<Write.RecordEvent>(writes[2]).Reason, StringComparison.Ordinal);
    }

    private static IEnumerable<T> Created<T>(CloneSetPass pass) => pass.Writes().OfType<Write.Create>().Select(write => write.Object).OfType<T>();
}
