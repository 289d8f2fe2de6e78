using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;
using Kruise.Sim.Cluster;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Tests.Runs;
using Kruise.Sim.Tests.Workloads;
using Xunit;

namespace Kruise.Sim.Tests.Measures.Sidecars;

/// <summary>A controller or a webhook that breaks a rule fails the run that it is part of, by exactly that rule.</summary>
public sealed class SidecarInvariantTests
{
    private static readonly string s_upgrade = $"  - {{at: 60s, apply: {SidecarScene.Set(SidecarScene.Agent2, "maxUnavailable: 2")}}}";

    [Fact]
    public void One_pod_too_many_is_a_violation_with_moment_and_objects()
    {
        RunResult run = Run(s_upgrade, (set, view, plan) => Upgrades(plan).ToList() is { Count: > 0 } begun && Waiting(set, view).FirstOrDefault(pod => begun.TrueForAll(other => other.Metadata.Name != pod.Metadata.Name)) is { } another
            ? With(plan, Upgraded(another, begun[0]))
            : plan);
        Violation first = Only(run, ViolationRule.MaxUnavailable);
        Assert.True(first.At.Seconds >= 60);
        Assert.Contains("SidecarSet log", first.Objects);
        Assert.Contains(first.Objects, name => name.StartsWith("Pod default/web-", StringComparison.Ordinal));
        Assert.Contains("3 ready pods where 2 were allowed", first.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_upgrade_beyond_partition_is_a_violation() => Only(Strategy("partition: 4, maxUnavailable: 100%", "partition: 0, maxUnavailable: 100%"), ViolationRule.Partition);

    [Fact]
    public void An_upgrade_while_the_set_is_paused_is_a_violation() => Only(Strategy("paused: true, maxUnavailable: 100%", "maxUnavailable: 100%"), ViolationRule.Partition);

    [Fact]
    public void An_upgrade_of_pods_that_the_strategy_selects_not_is_a_violation() => Only(
        Strategy("selector: {matchLabels: {canary: \"true\"}}, maxUnavailable: 100%", "maxUnavailable: 100%"), ViolationRule.Canary);

    [Fact]
    public void Whoever_changes_more_than_images_of_sidecars_breaks_a_rule() => Only(
        Run(s_upgrade, (_, _, plan) => Each(plan, pod => pod with { Metadata = pod.Metadata with { Labels = StringMaps.With(pod.Metadata.Labels, "touched", "yes") } })),
        ViolationRule.SidecarOnly);

    [Fact]
    public void A_business_container_that_is_restarted_breaks_two()
    {
        RunResult run = Run(s_upgrade, (_, _, plan) => Each(plan, pod => pod with
        {
            Spec = pod.Spec with { Containers = [.. pod.Spec.Containers.Select(c => c.Name == "app" ? c with { Image = "registry.example.com/app:2" } : c)] },
        }));
        Only(run, ViolationRule.SidecarOnly, ViolationRule.BusinessRestart);
        Violation restart = run.Violations.First(violation => violation.Rule == ViolationRule.BusinessRestart);
        Assert.Contains("container app of Pod default/web-", restart.Message, StringComparison.Ordinal);
        Assert.Equal(run.Violations.Count(violation => violation.Rule == ViolationRule.BusinessRestart), run.SidecarSets[0].BusinessRestarts);
    }

    [Fact]
    public void An_upgrade_of_the_pod_of_nobody_is_a_violation() => Only(
        Run(
            s_upgrade,
            (set, view, plan) => Upgrades(plan).FirstOrDefault() is { } begun && view.Get<V1Pod>(new ObjectKey("default", "stranger")) is { } stranger
                ? With(plan, Upgraded(stranger, begun))
                : plan,
            simulation => simulation.Server.Create(Pod("stranger", "other"))),
        ViolationRule.Scope);

    [Fact]
    public void A_write_of_anything_but_pods_and_the_set_is_a_violation() => Only(
        Run(s_upgrade, (_, view, plan) => plan.Groups.Count > 0 && view.List<CloneSet>() is [var cloneSet, ..] ? With(plan, new Write.Delete(typeof(CloneSet), ObjectKey.Of(cloneSet), cloneSet.Metadata.Uid)) : plan),
        ViolationRule.Scope);

    // The pods are made by somebody beside the scenario, at a server whose admission is not Kruise's.
    [Fact]
    public void A_pod_without_its_sidecar_is_a_violation() => Only(
        Beside(pod => pod), ViolationRule.Injection);

    [Fact]
    public void A_pod_with_a_sidecar_twice_is_a_violation() => Only(
        Beside(pod => pod with { Spec = pod.Spec with { Containers = [.. pod.Spec.Containers, .. pod.Spec.Containers.Where(PodHasAgent)] } }, inject: true), ViolationRule.Injection);

    [Fact]
    public void A_pod_with_another_sidecar_than_the_sets_is_a_violation() => Only(
        Beside(pod => pod with { Spec = pod.Spec with { Containers = [.. pod.Spec.Containers.Select(c => PodHasAgent(c) ? c with { Image = SidecarScene.Agent2 } : c)] } }, inject: true), ViolationRule.Injection);

    [Fact]
    public void A_sidecar_in_a_pod_that_its_set_does_not_select_is_a_violation() => Only(
        Beside(pod => pod with { Metadata = pod.Metadata with { Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["app"] = "other" } } }, inject: true), ViolationRule.Scope);

    [Theory]
    [InlineData("")]
    [InlineData("partition: 30%, maxUnavailable: 20%")]
    [InlineData("maxUnavailable: 100%")]
    [InlineData("maxUnavailable: 3, scatterStrategy: [{key: zone, value: \"*\"}]")]
    [InlineData("paused: true")]
    [InlineData("type: NotUpdate")]
    public void The_real_controller_breaks_none_while_pods_come_and_go(string strategy)
    {
        RunResult run = SidecarScene.Run(SidecarScene.Spec(timeline: $$$$"""
              - {at: 40s, labelPods: {cloneSet: web, count: 30%, labels: {zone: a}}}
              - at: 60s
                apply: {{{{SidecarScene.Set(SidecarScene.Agent2, strategy)}}}}
              - {at: 61s, killPods: {cloneSet: web, count: 2}}
              - {at: 62s, setImage: {cloneSet: web, container: app, image: "registry.example.com/app:2"}}
              - {at: 64s, scale: {cloneSet: web, replicas: 14}}
              - {at: 66s, fault: {kind: nodeOutage, pool: web, count: 1, for: 2m}}
            """)).Result;
        Assert.True(run.ViolationCount == 0, string.Join("\n", run.Violations.Select(violation => violation.Text)));
        Assert.True(run.SidecarSets[0].Matched >= 14);
    }

    // A crash is the container's own doing, whenever it comes.
    [Fact]
    public void A_business_container_that_crashes_during_an_upgrade_breaks_none()
    {
        RunResult run = SidecarScene.Run(SidecarScene.Spec(timeline: s_upgrade, spec: "  containers:\n  - {container: app, crash: {probability: 60%, after: 45s}}", duration: "4m")).Result;
        Assert.True(run.SidecarSets[0].BusinessRestarts > 0);
        Assert.Empty(run.Violations);
    }

    private static bool PodHasAgent(V1Container container) => container.Name == "agent";

    private static RunResult Strategy(string asked, string done)
    {
        SidecarSetUpdateStrategy other = Load(SidecarScene.Set(SidecarScene.Agent2, done)).Spec.UpdateStrategy;
        return Run(
            $"  - {{at: 60s, apply: {SidecarScene.Set(SidecarScene.Agent2, asked)}}}",
            null,
            wrap: inner => new Elsewhere(inner, other));
    }

    private static SidecarSet Load(string manifest) =>
        Scene.Load(SidecarScene.Spec(manifest)).Scenario.Spec.Timeline[0].Apply!.Objects.OfType<SidecarSet>().Single();

    private static Violation Only(RunResult run, params ViolationRule[] rules)
    {
        Assert.NotEmpty(run.Violations);
        Assert.All(run.Violations, violation => Assert.Contains(violation.Rule, rules));
        Assert.Contains(run.Violations, violation => violation.Rule == rules[^1]);
        Assert.Contains(run.Violations, violation => violation.Rule == rules[0]);
        Assert.False(run.Passed);
        return run.Violations[0];
    }

    private static RunResult Run(
        string timeline, Func<SidecarSet, IClusterView, Plan, Plan>? change, Action<Simulation>? begin = null, Func<IReconciler, IReconciler>? wrap = null)
    {
        var simulation = new Simulation(
            Scene.Load(SidecarScene.Spec(timeline: timeline, duration: "3m")),
            inner => !inner.Watches.Contains(typeof(SidecarSet)) ? inner : wrap?.Invoke(inner) ?? new Broken(inner, change!));
        begin?.Invoke(simulation);
        return Scene.Run(simulation);
    }

    // A pod that is made when the set is known and the CloneSet's pods run.
    private static RunResult Beside(Func<V1Pod, V1Pod> change, bool inject = false)
    {
        var simulation = new Simulation(Scene.Load(SidecarScene.Spec(timeline: "  - {at: 90s, scale: {cloneSet: web, replicas: 11}}")));
        while (simulation.Now.Seconds < 60 && simulation.Advance(1))
        {
        }

        V1Pod pod = Pod("beside", "web");
        if (inject)
        {
            pod = SidecarInjector.Inject(pod, [SidecarScene.SetOf(simulation)], simulation.Now.ToDateTime()).Pod;
        }

        IAdmission? admission = simulation.Server.Admission;
        simulation.Server.Admission = null;
        Assert.True(simulation.Server.Create(change(pod)).Succeeded);
        simulation.Server.Admission = admission;
        return Scene.Run(simulation);
    }

    private static V1Pod Pod(string name, string app) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default", Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["app"] = app } },
        Spec = new V1PodSpec { Containers = [new V1Container { Name = "app", Image = "registry.example.com/app:1" }] },
    };

    private static Plan With(Plan plan, Write write) => plan with { Groups = [.. plan.Groups, new WriteGroup([write])] };

    private static IEnumerable<V1Pod> Upgrades(Plan plan) => plan.Groups.SelectMany(g => g.Writes).OfType<Write.Update>().Select(write => write.Object).OfType<V1Pod>();

    private static Plan Each(Plan plan, Func<V1Pod, V1Pod> change) => plan with
    {
        Groups = [.. plan.Groups.Select(group => group with { Writes = [.. group.Writes.Select(write => write is Write.Update { Object: V1Pod pod } update ? update with { Object = change(pod) } : write)] })],
    };

    private static IEnumerable<V1Pod> Waiting(SidecarSet set, IClusterView view) => view.List<V1Pod>().Where(pod =>
        PodState.IsRunningAndReady(pod) && pod.Spec.Containers.Any(c => c.Name == "agent" && c.Image != set.Spec.Containers![0].Image));

    // As another pod was upgraded.
    private static Write.Update Upgraded(V1Pod pod, V1Pod like) => new(pod with
    {
        Metadata = pod.Metadata with { Annotations = StringMaps.With(pod.Metadata.Annotations, SidecarSetKeys.Hash, like.Metadata.Annotations[SidecarSetKeys.Hash]) },
        Spec = pod.Spec with { Containers = [.. pod.Spec.Containers.Select(c => c.Name == "agent" ? c with { Image = SidecarScene.Agent2 } : c)] },
    })
    { From = pod };

    private abstract class Wrapped(IReconciler inner) : IReconciler
    {
        public string Name => inner.Name;

        public IReadOnlyList<Type> Watches => inner.Watches;

        public IReadOnlyList<Func<IViewIndex>> Indexes => inner.Indexes;

        protected IReconciler Inner => inner;

        public void Map(in ObjectChange objectChange, IClusterView view, ICollection<ObjectKey> keys) => inner.Map(objectChange, view, keys);

        public abstract Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context);
    }

    private sealed class Broken(IReconciler inner, Func<SidecarSet, IClusterView, Plan, Plan> change) : Wrapped(inner)
    {
        public override Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context)
        {
            Plan plan = Inner.Reconcile(key, view, context);
            return view.Get<SidecarSet>(key) is { } set ? change(set, view, plan) : plan;
        }
    }

    // Decides by another strategy than the set's.
    private sealed class Elsewhere(IReconciler inner, SidecarSetUpdateStrategy strategy) : Wrapped(inner)
    {
        private readonly ObjectCache _cache = new(inner.Indexes);

        public override Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context)
        {
            foreach (V1Pod pod in view.List<V1Pod>())
            {
                _cache.Store(pod, out _);
            }

            if (view.Get<SidecarSet>(key) is { } set)
            {
                _cache.Store(set with { Spec = set.Spec with { UpdateStrategy = strategy } }, out _);
            }

            return Inner.Reconcile(key, _cache, context);
        }
    }
}
