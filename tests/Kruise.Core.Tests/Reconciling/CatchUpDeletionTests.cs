using k8s.Models;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Core.Tests.Workloads;
using Xunit;

namespace Kruise.Core.Tests.Reconciling;

/// <summary>Deletions are waited for by object: not every API server tells the resourceVersion of one.</summary>
public sealed class CatchUpDeletionTests
{
    private static readonly DateTime Now = new(2021, 3, 4, 12, 0, 0, DateTimeKind.Utc);
    private static readonly ObjectKey Key = new("default", "foo");
    private static readonly ObjectKey PodA = new("default", "a");
    private static readonly ObjectKey PodB = new("default", "b");

    private readonly CatchUpTracker _tracker = new(TimeSpan.FromSeconds(30));
    private readonly List<ObjectKey> _caughtUp = [];
    private readonly List<CatchUpTimeout> _timedOut = [];

    [Fact]
    public void A_key_waits_until_the_view_shows_every_deletion()
    {
        _tracker.RecordDeletion(Key, typeof(V1Pod), PodA, Now);
        _tracker.RecordDeletion(Key, typeof(V1Pod), PodB, Now);
        _tracker.RecordDeletion(Key, typeof(V1Pod), PodB, Now);
        _tracker.ObservedDeletion(typeof(V1Pod), PodA, _caughtUp);
        Assert.False(_tracker.IsCaughtUp(Key));
        _tracker.ObservedDeletion(typeof(V1PersistentVolumeClaim), PodB, _caughtUp);
        Assert.Empty(_caughtUp);
        _tracker.ObservedDeletion(typeof(V1Pod), PodB, _caughtUp);
        Assert.Equal([Key], _caughtUp);
        Assert.True(_tracker.IsCaughtUp(Key));
        Assert.Null(_tracker.NextTimeoutAt);
    }

    [Fact]
    public void Writes_and_deletions_are_waited_for_together()
    {
        _tracker.Record(Key, typeof(V1Pod), 7, Now);
        _tracker.RecordDeletion(Key, typeof(V1Pod), PodA, Now);
        _tracker.ObservedRevision(typeof(V1Pod), 7, _caughtUp);
        Assert.False(_tracker.IsCaughtUp(Key));
        _tracker.ObservedDeletion(typeof(V1Pod), PodA, _caughtUp);
        Assert.Equal([Key], _caughtUp);
    }

    [Fact]
    public void A_deletion_that_is_never_seen_is_waited_for_30_seconds()
    {
        _tracker.RecordDeletion(Key, typeof(V1Pod), PodA, Now);
        _tracker.RecordDeletion(Key, typeof(V1Pod), PodB, Now.AddSeconds(5));
        _tracker.Expire(Now.AddSeconds(30), _timedOut);
        Assert.Empty(_timedOut);
        Assert.Equal(Now.AddSeconds(35), _tracker.NextTimeoutAt);
        _tracker.Expire(Now.AddSeconds(35), _timedOut);
        Assert.Equal(new CatchUpTimeout(Key, typeof(V1Pod), 0, 0), Assert.Single(_timedOut));
        Assert.True(_tracker.IsCaughtUp(Key));
        _tracker.ObservedDeletion(typeof(V1Pod), PodA, _caughtUp);
        Assert.Empty(_caughtUp);

        // The same object can be waited for again.
        _tracker.RecordDeletion(Key, typeof(V1Pod), PodA, Now.AddSeconds(40));
        Assert.False(_tracker.IsCaughtUp(Key));
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("going")]
    [InlineData("another")]
    public void The_loop_goes_on_when_the_object_is_gone_going_or_another(string what)
    {
        (ControllerLoop loop, ObjectCache cache) = Loop();
        V1Pod pod = Stored("a", 5);
        cache.Store(pod, out _);
        loop.Deleted(Key, typeof(V1Pod), PodA, pod.Metadata.Uid, Now);
        Assert.False(CanTake(loop));

        ObjectChange change;
        switch (what)
        {
            case "gone":
                cache.Delete(typeof(V1Pod), PodA, 9, out change);
                break;
            case "going":
                cache.Store(pod with { Metadata = pod.Metadata with { DeletionTimestamp = Now, ResourceVersion = "9" } }, out change);
                break;
            default:
                cache.Store(pod with { Metadata = pod.Metadata with { Uid = "uid-2", ResourceVersion = "9" } }, out change);
                break;
        }

        loop.OnChange(change, Now);
        Assert.True(CanTake(loop));
    }

    [Fact]
    public void The_loop_does_not_wait_for_what_the_view_shows_already_or_never_will()
    {
        (ControllerLoop loop, ObjectCache cache) = Loop();
        loop.Deleted(Key, typeof(V1Pod), PodA, null, Now);
        Assert.True(CanTake(loop));

        V1Pod going = Stored("a", 5);
        cache.Store(going with { Metadata = going.Metadata with { DeletionTimestamp = Now } }, out _);
        loop.Deleted(Key, typeof(V1Pod), PodA, going.Metadata.Uid, Now);
        Assert.True(CanTake(loop));

        cache.Store(Stored("b", 6), out _);
        loop.Deleted(Key, typeof(V1Pod), PodB, "of an older one", Now);
        Assert.True(CanTake(loop));

        cache.Store(new V1Secret { Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "default", Uid = "s", ResourceVersion = "7" } }, out _);
        loop.Deleted(Key, typeof(V1Secret), PodA, "s", Now);
        Assert.True(CanTake(loop));
    }

    private static bool CanTake(ControllerLoop loop)
    {
        loop.Queue.Add(Key, Now);
        bool taken = loop.TryTake(Now, out ObjectKey key);
        if (taken)
        {
            loop.Finish(key, PlanOutcome.Succeeded, null, Now);
        }

        return taken;
    }

    private static V1Pod Stored(string name, long version) =>
        TestPods.Pod(name) is var pod ? pod with { Metadata = pod.Metadata with { ResourceVersion = $"{version}" } } : pod;

    private static (ControllerLoop Loop, ObjectCache Cache) Loop()
    {
        var cache = new ObjectCache([]);
        return (new ControllerLoop(new Nobody(), cache, FeatureGates.Default, new RandomStream(1)), cache);
    }

    private sealed class Nobody : IReconciler
    {
        public string Name => "nobody";

        public IReadOnlyList<Type> Watches { get; } = [typeof(V1Pod)];

        public IReadOnlyList<Func<IViewIndex>> Indexes { get; } = [];

        public void Map(in ObjectChange change, IClusterView view, ICollection<ObjectKey> keys) => _ = view;

        public Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context) => Plan.Nothing;
    }
}
