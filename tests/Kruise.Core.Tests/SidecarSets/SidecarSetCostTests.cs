using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>A set with many pods is looked at for each of them several times: a look must cost what it changes, not what there is.</summary>
public sealed class SidecarSetCostTests
{
    private static readonly ObjectKey Key = ObjectKey.Cluster(SidecarSamples.SetName);

    [Fact]
    public void A_pass_and_a_change_of_a_pod_allocate_the_same_for_fifty_pods_and_for_five_thousand()
    {
        Costs small = Measure(50), large = Measure(5_000);
        Assert.InRange(large.Pass, 1, small.Pass * 3 / 2);
        Assert.InRange(large.Idle, 1, small.Idle * 3 / 2);
        Assert.InRange(large.Report, 1, small.Report * 3 / 2);
        Assert.InRange(large.Status, 0, small.Status * 3 / 2);

        // A report does not read the annotations again: their maps alone would be more than this.
        Assert.InRange(large.Report, 1, 2_000);
    }

    [Fact]
    public void A_set_that_waits_does_not_look_at_its_pods_for_the_sake_of_their_order()
    {
        // Three updated pods are out of service, which is all that may be.
        (SidecarSetIndex index, SidecarSet set, _) = Index(5_000, new() { ScatterStrategy = [new UpdateScatterTerm { Key = "zone", Value = "*" }], MaxUnavailable = 3 });
        Assert.InRange(Allocated(() => Assert.Empty(SidecarUpgradeOrder.Next(set.Spec.UpdateStrategy, index.Of(Key.Name)))), 0, 10_000);
    }

    private static Costs Measure(int pods)
    {
        (SidecarSetIndex index, SidecarSet set, V1Pod one) = Index(pods, new() { MaxUnavailable = 10 });
        var reconciler = new SidecarSetReconciler(SidecarSetOptions.Default);
        var context = new ReconcileContext(SidecarSetWorld.Start, FeatureGates.Default, new RandomStream(1));
        View view = new(set, index);
        long pass = Allocated(() => Assert.Equal(7, reconciler.Reconcile(Key, view, context).Groups[^1].Writes.Count));
        SidecarSet paused = set.WithStrategy(strategy => strategy with { Paused = true });
        long idle = Allocated(() => Assert.IsType<Write.UpdateStatus>(Assert.Single(reconciler.Reconcile(Key, new View(paused, index), context).Groups).Writes[0]));

        V1Pod sick = one.Runs(ready: false);
        List<ObjectKey> keys = [];
        long report = Allocated(() =>
        {
            index.OnChange(new ObjectChange(one, sick));
            index.OnChange(new ObjectChange(sick, one));
            reconciler.Map(new ObjectChange(sick, one), view, keys);
        });
        Assert.Contains(Key, keys);

        // As a live world reads it: nothing of it is the same object.
        SidecarSet written = SidecarSamples.Set("agent:2", new() { MaxUnavailable = 10 }) with { Status = new SidecarSetStatus { MatchedPods = pods } };
        long status = Allocated(() => index.OnChange(new ObjectChange(set, written)));
        return new Costs(pass, idle, report, status);
    }

    // Three pods are updated and out of service, the others wait.
    private static (SidecarSetIndex Index, SidecarSet Set, V1Pod Last) Index(int pods, SidecarSetUpdateStrategy strategy)
    {
        SidecarSet old = SidecarSamples.Set(), set = SidecarSamples.Set("agent:2", strategy);
        var index = new SidecarSetIndex();
        index.OnChange(new ObjectChange(null, set));
        V1Pod? pod = null;
        for (int i = 0; i < pods; i++)
        {
            pod = SidecarSamples.Bare($"pod-{i:D4}", labels: ("zone", $"{i % 3}")).Running(i < 3 ? set : old);
            index.OnChange(new ObjectChange(null, i < 3 ? pod.Runs(ready: false) : pod));
        }

        return (index, set, pod!);
    }

    // The second call: the first one pays for what is made once.
    private static long Allocated(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private readonly record struct Costs(long Pass, long Idle, long Report, long Status);

    private sealed class View(SidecarSet set, SidecarSetIndex index) : IClusterView
    {
        public T? Get<T>(ObjectKey key)
            where T : class, k8s.IKubernetesObject<V1ObjectMeta> => set as T;

        public k8s.IKubernetesObject<V1ObjectMeta>? Find(Type kind, ObjectKey key) => throw new NotSupportedException();

        // A pass lists nothing.
        public IReadOnlyList<T> List<T>()
            where T : class, k8s.IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();

        public TIndex Index<TIndex>()
            where TIndex : class, IViewIndex => (TIndex)(IViewIndex)index;
    }
}
