using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.CloneSets;

/// <summary>What a set is asked for and what it says; which changes it hears of; what a look costs.</summary>
public sealed class CloneSetReconcilerTests
{
    /// <summary>v0.8.0's TestReconcile, from its first pod to its third image.</summary>
    [Fact]
    public void TestReconcile()
    {
        CloneSetWorld world = Sets.Of(1, Sets.ReCreate).WithClaim().Running();
        world.Apply(new V1PersistentVolumeClaim { Metadata = Claim("hlfn7") });
        world.Apply(new V1PersistentVolumeClaim { Metadata = Claim("xub0a") with { OwnerReferences = [CloneSetOwner.Reference(world.Set)] } });
        world.Settle();
        Assert.Equal((1, 3), (world.Pods.Count, world.Claims.Count));

        world.Scale(5);
        world.Settle();
        Assert.Equal((5, 6), (world.Pods.Count, world.Claims.Count));
        Assert.Contains("foo-xub0a", world.Names);
        Assert.DoesNotContain("foo-hlfn7", world.Names);

        world.EditSpec(spec => spec with { Replicas = 4, ScaleStrategy = new CloneSetScaleStrategy { PodsToDelete = ["foo-xub0a"] } });
        world.Settle();
        Assert.Equal((4, 5), (world.Pods.Count, world.Claims.Count));
        Assert.DoesNotContain("foo-xub0a", world.Names);

        string[] names = [.. world.Names];
        world.EditSpec(spec => spec.WithImage("nginx:2") with { UpdateStrategy = new CloneSetUpdateStrategy { Type = Sets.ReCreate, Partition = "1", MaxUnavailable = "3" } });
        world.Settle();
        Assert.Equal((4, 3), (world.Set.Status.Replicas, world.Set.Status.UpdatedReplicas));
        string survivor = Assert.Single(world.Names.Intersect(names, StringComparer.Ordinal));
        Assert.Single(world.Claims, claim => claim.Metadata.Name == "datadir-" + survivor);
        Assert.Equal(5, world.Claims.Count);

        names = [.. world.Names];
        string[] claims = [.. world.Claims.Select(claim => claim.Metadata.Uid)];
        world.EditSpec(spec => spec.WithImage("nginx:3") with { UpdateStrategy = new CloneSetUpdateStrategy { Type = Sets.InPlace, Partition = "2", MaxUnavailable = "3" } });
        world.Settle();
        Assert.Equal((4, 2), (world.Set.Status.Replicas, world.Set.Status.UpdatedReplicas));
        Assert.Equal(names, world.Names);
        Assert.Equal(claims, world.Claims.Select(claim => claim.Metadata.Uid));
        Assert.Equal(2, world.Pods.Count(pod => CloneSetWorld.ImageOf(pod) == "nginx:3"));
    }

    [Fact]
    public void TestClaimPods_a_pod_that_the_selector_no_longer_matches_is_let_go_and_replaced()
    {
        CloneSetWorld world = Sets.Of(3).WithClaim().Running();
        string name = world.Names.First();
        Relabel(world, name, "debug");
        world.Settle();
        V1Pod released = world.Get<V1Pod>(name)!;
        Assert.Empty(released.Metadata.OwnerReferences);
        Assert.Null(released.Metadata.DeletionTimestamp);
        Assert.Equal((3, 3), (world.Pods.Count, world.ReadyPods));

        // Its name stays taken, so its claim finds no use; a pod of that name could not be made.
        Assert.Null(world.Set.Status.Conditions);
        world.Remove(released);
        world.Scale(4);
        world.Settle();
        Assert.Equal((4, true), (world.ReadyPods, world.Names.Contains(name)));
    }

    [Fact]
    public void A_pod_that_is_let_go_is_not_deleted_by_the_same_look()
    {
        CloneSetWorld world = Sets.Of(3).Running();
        string[] names = [.. world.Names];
        Array.ForEach(names, name => Relabel(world, name, "debug"));
        world.Choose(names);
        world.Scale(1);
        world.Settle();
        Assert.All(names, name => Assert.Empty(world.Get<V1Pod>(name)!.Metadata.OwnerReferences));
        Assert.Equal(1, world.ReadyPods);
    }

    [Fact]
    public void A_set_that_is_being_deleted_neither_makes_nor_releases_pods()
    {
        CloneSetWorld world = Sets.Of(2).Running();
        world.Edit(set => set with { Metadata = set.Metadata with { DeletionTimestamp = world.Now } });
        Relabel(world, world.Names.First(), "debug");
        world.Remove(world.Pods[1]);
        world.Settle();
        Assert.Single(world.Pods);
        Assert.Equal(0, world.Set.Status.ReadyReplicas);
    }

    [Fact]
    public void The_status_names_the_selector()
    {
        CloneSetWorld world = Sets.Of(1).With(spec => spec with
        {
            Selector = new V1LabelSelector
            {
                MatchLabels = new Dictionary<string, string> { ["app"] = "web" },
                MatchExpressions = [new V1LabelSelectorRequirement { Key = "tier", OperatorProperty = "NotIn", Values = ["b", "a"] }],
            },
        }).Running();
        Assert.Equal("app=web,tier notin (a,b)", world.Set.Status.LabelSelector);
    }

    [Fact]
    public void A_set_without_a_usable_selector_is_left_alone()
    {
        var world = new CloneSetWorld();
        world.Apply(Sets.Of(1).With(spec => spec with { Selector = new V1LabelSelector { MatchExpressions = [new V1LabelSelectorRequirement { Key = "a", OperatorProperty = "Is" }] } }));
        world.Settle();
        Assert.Empty(world.Writes);
    }

    [Fact]
    public void Old_revisions_go_beyond_the_limit_but_not_those_in_use()
    {
        CloneSetWorld world = Sets.Of(2).With(spec => spec with { RevisionHistoryLimit = 2 }).Running();
        string kept = world.Set.Status.UpdateRevision!;
        world.EditStrategy(strategy => strategy with { Partition = "1" });
        for (int i = 2; i < 8; i++)
        {
            world.NewImage($"nginx:{i}");
            world.Settle();
        }

        Assert.Equal([1, 5, 6, 7], world.Revisions.Select(r => r.Revision).Order());
        Assert.Contains(world.Revisions, r => r.Metadata.Name == kept);
    }

    [Fact]
    public void A_failed_update_is_said_and_taken_back()
    {
        CloneSetWorld world = Sets.Of(2).Running();
        world.Fails = write => write is Write.Update { Object: V1Pod } ? "not today" : null;
        world.NewImage("nginx:2");
        world.Pass(3);
        CloneSetCondition condition = Assert.Single(world.Set.Status.Conditions!);
        Assert.Equal((CloneSetCondition.FailedUpdate, "not today"), (condition.Type, condition.Message));
        Assert.Contains(world.Events, e => e.StartsWith("Warning FailedUpdatePodInPlace failed to update pod foo-", StringComparison.Ordinal));
        world.Fails = _ => null;
        world.Pass(600);
        Assert.Null(world.Set.Status.Conditions);
        Assert.Equal("2 nginx:2", world.Images);
    }

    [Fact]
    public void A_status_that_cannot_be_written_holds_up_no_pod()
    {
        CloneSetWorld world = Sets.Of(2).Running();
        world.Fails = write => write is Write.UpdateStatus { Object: CloneSet } ? "invalid" : null;
        world.NewImage("nginx:2");
        world.Pass(600);
        Assert.Equal("2 nginx:2", world.Images);
    }

    [Fact]
    public void Failing_writes_are_attempted_few_at_a_time()
    {
        var world = new CloneSetWorld();
        world.Fails = write => write is Write.Create { Object: V1Pod } ? "quota exceeded" : null;
        world.Apply(Sets.Of(100));
        world.Run();
        Assert.InRange(world.Reconciles, 1, 4);
        Assert.InRange(world.Writes.Count(write => write is Write.Create { Object: V1Pod }), 1, world.Reconciles);
    }

    [Fact]
    public void A_failure_that_names_another_pod_each_time_is_tried_again_with_back_off()
    {
        var world = new CloneSetWorld();
        world.Fails = write => write is Write.Create { Object: V1Pod pod } ? $"pod {pod.Metadata.Name} is forbidden: exceeded quota" : null;
        world.Apply(Sets.Of(3));
        world.Pass(60);
        Assert.InRange(world.Reconciles, 5, 25);
        Assert.Contains("exceeded quota", Assert.Single(world.Set.Status.Conditions!).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_quota_without_room_for_the_surge_does_not_keep_an_update_by_re_creation_back()
    {
        CloneSetWorld world = Sets.Of(4, Sets.ReCreate, maxUnavailable: "1", maxSurge: "1").Running();
        world.Fails = write => write is Write.Create { Object: V1Pod } && world.AllPods.Count >= 4 ? "exceeded quota" : null;
        world.OnPlan = new PlanChecks(world).Check;
        world.NewImage("nginx:2");
        world.Pass(7200);
        Assert.Equal("4 nginx:2", world.Images);
        Assert.Null(world.Set.Status.Conditions);
    }

    [Fact]
    public void A_pod_whose_claims_are_waited_for_does_not_keep_chosen_ones_from_being_deleted()
    {
        CloneSetWorld world = Sets.Of(4, Sets.ReCreate, maxUnavailable: "2").WithClaim().Running();
        V1Pod stuck = world.Pods[0];
        world.Frozen.Add(stuck.Metadata.Name);
        world.Apply(stuck with { Metadata = stuck.Metadata with { DeletionTimestamp = world.Now } });
        world.OnPlan = new PlanChecks(world).Check;
        world.NewImage("nginx:2");
        world.Pass(60);
        Assert.Equal("3 nginx:2", world.Images);
        world.Frozen.Clear();
        world.Pass(60);
        Assert.Equal("4 nginx:2", world.Images);
        Assert.Equal(4, world.Claims.Count);
    }

    [Fact]
    public void A_chosen_pod_is_deleted_once_where_others_cannot_be_made_and_one_is_waited_for()
    {
        CloneSetWorld world = Sets.Of(4, Sets.ReCreate, maxUnavailable: "2").WithClaim().Running();
        world.Fails = write => write is Write.Create { Object: V1Pod } ? "exceeded quota" : null;
        world.Scale(5);
        world.Run();
        world.Scale(4);
        V1Pod stuck = world.Pods[0];
        world.Frozen.Add(stuck.Metadata.Name);
        world.Apply(stuck with { Metadata = stuck.Metadata with { DeletionTimestamp = world.Now } });
        string chosen = world.Pods[^1].Metadata.Name;
        world.Choose(chosen);
        int deletions = 0;
        world.OnPlan = plan =>
        {
            new PlanChecks(world).Check(plan);
            deletions += plan.Groups.SelectMany(group => group.Writes).OfType<Write.Sequence>()
                .SelectMany(sequence => sequence.Writes).Count(write => write is Write.Delete delete && delete.Key.Name == chosen);
        };
        world.Pass(30);
        Assert.Equal(1, deletions);
    }

    [Fact]
    public void A_revision_is_not_deleted_in_the_pass_that_makes_pods_of_it()
    {
        CloneSetWorld world = Sets.Of(3, maxUnavailable: "3").With(spec => spec with { RevisionHistoryLimit = 0 }).Running();
        world.Sick.Add(world.Names.First());
        world.NewImage("nginx:2");
        world.Settle();
        Assert.Equal("3 nginx:2", world.Images);
        string old = world.Set.Status.CurrentRevision!;
        Assert.NotEqual(world.Set.Status.UpdateRevision, old);

        // All are ready, partition wants old ones again, and a chosen pod is replaced before it goes.
        world.Sick.Clear();
        world.Kubelet();
        world.EditStrategy(strategy => strategy with { Partition = "2", MaxUnavailable = "0", MaxSurge = "1" });
        world.Choose(world.Names.First());
        world.Run();
        Assert.Equal("1 nginx:1, 3 nginx:2", world.Images);
        Assert.Contains(old, world.Revisions.Select(revision => revision.Metadata.Name));
    }

    [Fact]
    public void Pods_are_given_up_in_order_the_least_useful_first()
    {
        CloneSetWorld world = Sets.Of(5).Running();
        string[] names = [.. world.Names];
        world.Sick.Add(names[3]);
        world.Settle();
        world.Now = world.Now.AddSeconds(60);
        world.Scale(6);
        world.Settle();
        string youngest = world.Names.Except(names, StringComparer.Ordinal).Single();
        world.Scale(4);
        world.Settle();
        Assert.Equal(names.Where(name => name != names[3]), world.Names);
        Assert.DoesNotContain(youngest, world.Names);
    }

    /// <summary>v0.8.0's table of events, as keys to look at. Orphans are nobody's (trap 76), so their events count for nothing.</summary>
    [Fact]
    public void Events_of_pods_reach_the_sets_that_they_are_about()
    {
        V1Pod orphan = Pod(null), ofA = Pod("a"), ofB = Pod("b");
        Assert.Empty(Keys(null, orphan));
        Assert.Equal(["a"], Keys(null, ofA));
        Assert.Equal(["a"], Keys(ofA, null));
        Assert.Empty(Keys(ofA, ofA with { Metadata = ofA.Metadata with { ResourceVersion = "2" } }));
        Assert.Equal(["a"], Keys(ofA, ofA with { Metadata = ofA.Metadata with { Labels = new Dictionary<string, string> { ["app"] = "other" } } }));
        Assert.Equal(["a"], Keys(ofA, ofA with { Metadata = ofA.Metadata with { DeletionTimestamp = CloneSetWorld.Start } }));
        Assert.Equal(["a"], Keys(ofA, ofA with { Metadata = ofA.Metadata with { Finalizers = ["example.com/hold"] } }));
        Assert.Equal(["a"], Keys(ofA, ofA with { Status = new V1PodStatus { Phase = "Running" } }));
        Assert.Equal(["a", "b"], Keys(ofA, ofB));
        Assert.Equal(["a"], Keys(ofA, orphan));
        Assert.Equal(["b"], Keys(orphan, ofB));
        Assert.Empty(Keys(null, Pod("a", apiVersion: "apps/v1")));
        Assert.Equal(["a"], Keys(null, new V1PersistentVolumeClaim { Metadata = ofA.Metadata }));
        Assert.Equal(["a"], Keys(null, new V1ControllerRevision { Metadata = ofA.Metadata }));
        CloneSet set = Sets.Of(1);
        set = set with { Metadata = set.Metadata with { Generation = 1 } };
        Assert.Equal(["foo"], Keys(null, set));
        Assert.Equal(["foo"], Keys(set, null));
        Assert.Equal(["foo"], Keys(set, set with { Metadata = set.Metadata with { Generation = 2 } }));
        Assert.Equal(["foo"], Keys(set, set with { Metadata = set.Metadata with { Uid = "another" } }));
        Assert.Empty(Keys(set, set with { Status = new CloneSetStatus { Replicas = 1 } }));
    }

    [Fact]
    public void A_look_costs_what_changes_and_not_what_exists()
    {
        long small = BytesOfALook(100), large = BytesOfALook(2000);
        Assert.True(large < 3 * small, $"A look at 100 pods allocates {small} bytes, at 2000 {large}.");
    }

    // One pod became unready and ready again; minReadySeconds and claims are there to be asked for.
    private static long BytesOfALook(int pods)
    {
        CloneSet set = Sets.Of(pods).WithClaim().With(spec => spec with { MinReadySeconds = 30 });
        CloneSetPass made = Passes.Of(set, Enumerable.Range(0, pods).Select(i => Passes.Pod($"{i:D5}", isOld: false)), [.. Enumerable.Range(0, pods).Select(i => Passes.Claim("datadir", $"{i:D5}"))]);
        Look(made);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            made.Pods.OnPod("foo-00001", Passes.Pod("00001", isOld: false, isReady: i % 2 == 0));
            Look(made);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Look(CloneSetPass pass)
    {
        CloneSetUpdater.Refresh(pass);
        if (!CloneSetScaler.Plan(pass))
        {
            CloneSetUpdater.Begin(pass);
        }

        CloneSetStatusPass.Of(pass, 0, null);
        pass.Groups.Clear();
    }

    private static IEnumerable<string> Keys(IKubernetesObject<V1ObjectMeta>? old, IKubernetesObject<V1ObjectMeta>? current)
    {
        List<ObjectKey> keys = [];
        new CloneSetReconciler(CloneSetOptions.Default).Map(new ObjectChange(old, current), new ObjectCache([]), keys);
        Assert.All(keys, key => Assert.Equal(CloneSetWorld.Namespace, key.Namespace));
        return keys.Select(key => key.Name);
    }

    private static V1Pod Pod(string? owner, string apiVersion = KruiseGroup.V1Alpha1) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = "foo-pod",
            NamespaceProperty = CloneSetWorld.Namespace,
            Labels = new Dictionary<string, string> { ["app"] = "web" },
            OwnerReferences = owner is null ? null : [new V1OwnerReference { ApiVersion = apiVersion, Kind = "CloneSet", Name = owner, Uid = "uid-" + owner, Controller = true }],
        },
    };

    private static void Relabel(CloneSetWorld world, string name, string app) =>
        world.EditPod(name, pod => pod with { Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, "app", app) } });

    private static V1ObjectMeta Claim(string id) => new()
    {
        Name = "datadir-foo-" + id,
        NamespaceProperty = CloneSetWorld.Namespace,
        Labels = new Dictionary<string, string> { ["app"] = "web", [WorkloadKeys.CloneSetInstanceId] = id },
    };
}
