using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Tests.Runs;
using Xunit;

namespace Kruise.Sim.Tests.Measures.Workloads;

/// <summary>A controller that breaks a rule fails the run that it is part of, by exactly that rule.</summary>
public sealed class InvariantTests
{
    private const string InPlace = "type: InPlaceIfPossible, maxUnavailable: 2";

    [Fact]
    public void One_pod_too_many_is_a_violation_with_moment_and_objects()
    {
        RunResult run = Run(InPlace, (set, view, plan) => Takes(plan) > 0 && Serving(view).FirstOrDefault(pod => !Touches(plan, pod)) is { } victim
            ? With(plan, new Write.Delete(typeof(V1Pod), ObjectKey.Of(victim), victim.Metadata.Uid))
            : plan);
        Violation first = Only(run, ViolationRule.MaxUnavailable);
        Assert.True(first.At.Seconds >= 60);
        Assert.Contains("CloneSet default/web", first.Objects);
        Assert.Contains(first.Objects, name => name.StartsWith("Pod default/web-", StringComparison.Ordinal));
        Assert.Contains("3 serving pods where 2 were allowed", first.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_update_beyond_partition_is_a_violation() =>
        Only(
            Run("type: ReCreate, maxUnavailable: 5, partition: 8", (set, view, plan) =>
                Marks(plan).ToList() is { Count: > 0 } marked && Serving(view).FirstOrDefault(pod => !PodState.IsSpecifiedDelete(pod) && !marked.Contains(pod.Metadata.Name)) is { } victim
                    ? With(plan, Marked(victim))
                    : plan),
            ViolationRule.Partition);

    [Fact]
    public void Two_pods_with_one_instance_id_are_a_violation() =>
        Only(
            Run("type: ReCreate, maxUnavailable: 2", (set, view, plan) => new Plan(
                [.. plan.Groups.Select(group => group with { Writes = [.. group.Writes.Select(write => SameId(write, view))] })], plan.RequeueAfter)),
            ViolationRule.InstanceId);

    [Fact]
    public void Touching_the_pod_of_somebody_else_is_a_violation() =>
        Only(
            Run(InPlace, (set, view, plan) => view.Get<V1Pod>(new ObjectKey("default", "stranger")) is { } stranger && plan.Groups.Count > 0
                ? With(plan, Marked(stranger))
                : plan, stranger: true),
            ViolationRule.Ownership);

    [Fact]
    public void A_claim_that_stays_without_a_pod_is_a_violation()
    {
        string spec = WorkloadScene.Spec(
            "type: ReCreate, maxUnavailable: 2}\n        volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]\n        lifecycle: {",
            end: "  - {at: 90s, scale: {cloneSet: web, replicas: 6}}");
        RunResult fine = Scene.Run(new Simulation(Scene.Load(spec)));
        Assert.Empty(fine.Violations);
        Assert.True(fine.Workloads[0].IsSettled);
        RunResult run = Scene.Run(new Simulation(Scene.Load(spec), inner => inner.Watches.Contains(typeof(CloneSet)) ? new Broken(inner, (_, _, plan) => new Plan(
            [.. plan.Groups.Select(group => group with { Writes = [.. group.Writes.Select(WithoutClaims)] })], plan.RequeueAfter)) : inner));
        Violation first = Only(run, ViolationRule.Orphan);
        Assert.StartsWith("PersistentVolumeClaim default/data-web-", Assert.Single(first.Objects), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(InPlace)]
    [InlineData("type: InPlaceIfPossible, maxUnavailable: 25%")]
    [InlineData("type: ReCreate, maxUnavailable: 0, maxSurge: 2")]
    [InlineData("type: ReCreate, maxUnavailable: 1, maxSurge: 30%, partition: 3")]
    [InlineData("type: ReCreate, maxUnavailable: 100%")]
    public void The_real_controller_breaks_none_while_it_updates_and_scales(string strategy)
    {
        RunResult run = WorkloadScene.Run(
            strategy,
            end: "  - {at: 63s, scale: {cloneSet: web, replicas: 6}}\n  - {at: 70s, scale: {cloneSet: web, replicas: 14}}\n  - {at: 75s, deletePods: {cloneSet: web, count: 3}}");
        Assert.Empty(run.Violations);
        Assert.True(run.Workloads[0].IsSettled, string.Join("; ", run.Notes));
    }

    private static Violation Only(RunResult run, ViolationRule rule)
    {
        Assert.NotEmpty(run.Violations);
        Assert.All(run.Violations, violation => Assert.Equal(rule, violation.Rule));
        Assert.False(run.Passed);
        return run.Violations[0];
    }

    private static RunResult Run(string strategy, Func<CloneSet, IClusterView, Plan, Plan> change, bool stranger = false)
    {
        var simulation = new Simulation(
            Scene.Load(WorkloadScene.Spec(strategy, duration: "3m")), inner => inner.Watches.Contains(typeof(CloneSet)) ? new Broken(inner, change) : inner);
        if (stranger)
        {
            simulation.Server.Create(new V1Pod
            {
                ApiVersion = "v1",
                Kind = "Pod",
                Metadata = new V1ObjectMeta { Name = "stranger", NamespaceProperty = "default", Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["app"] = "web" } },
                Spec = new V1PodSpec { Containers = [new V1Container { Name = "a", Image = "registry.example.com/app:1" }] },
            });
        }

        return Scene.Run(simulation);
    }

    private static Plan With(Plan plan, Write write) => plan with { Groups = [.. plan.Groups, new WriteGroup([write])] };

    private static Write.Update Marked(V1Pod pod) => new(pod with
    {
        Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, WorkloadKeys.SpecifiedDelete, "true") },
    })
    { From = pod };

    private static IEnumerable<Write> Writes(Plan plan) => plan.Groups.SelectMany(g => g.Writes).SelectMany(w => w is Write.Sequence s ? s.Writes : [w]);

    private static int Takes(Plan plan) => Writes(plan).Count(w => w is Write.UpdateStatus { Object: V1Pod pod } && !PodState.IsReady(pod));

    private static bool Touches(Plan plan, V1Pod pod) => Writes(plan).Any(w => w is Write.UpdateStatus { Object: V1Pod other } && other.Metadata.Name == pod.Metadata.Name);

    private static IEnumerable<V1Pod> Serving(IClusterView view) => view.List<V1Pod>().Where(pod => PodState.IsActive(pod) && PodState.IsRunningAndReady(pod));

    private static IEnumerable<string> Marks(Plan plan) =>
        Writes(plan).OfType<Write.Update>().Select(w => w.Object).OfType<V1Pod>().Where(PodState.IsSpecifiedDelete).Select(pod => pod.Metadata.Name);

    private static Write SameId(Write write, IClusterView view)
    {
        if (write is Write.Sequence sequence)
        {
            return new Write.Sequence([.. sequence.Writes.Select(w => SameId(w, view))]);
        }

        return write is Write.Create { Object: V1Pod pod } create && view.List<V1Pod>() is [var other, ..]
            ? create with
            {
                Object = pod with
                {
                    Metadata = pod.Metadata with
                    {
                        Labels = StringMaps.With(pod.Metadata.Labels, WorkloadKeys.CloneSetInstanceId, other.Metadata.Labels[WorkloadKeys.CloneSetInstanceId]),
                    },
                },
            }
            : write;
    }

    private static Write WithoutClaims(Write write) =>
        write is Write.Sequence sequence ? new Write.Sequence([.. sequence.Writes.Where(w => w is not Write.Delete { Kind: var kind } || kind != typeof(V1PersistentVolumeClaim))]) : write;

    private sealed class Broken(IReconciler inner, Func<CloneSet, IClusterView, Plan, Plan> change) : IReconciler
    {
        public string Name => inner.Name;

        public IReadOnlyList<Type> Watches => inner.Watches;

        public IReadOnlyList<Func<IViewIndex>> Indexes => inner.Indexes;

        public void Map(in ObjectChange objectChange, IClusterView view, ICollection<ObjectKey> keys) => inner.Map(objectChange, view, keys);

        public Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context)
        {
            Plan plan = inner.Reconcile(key, view, context);
            return view.Get<CloneSet>(key) is { } set ? change(set, view, plan) : plan;
        }
    }
}
