using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Tests.Cluster.Conformance;
using Xunit;

namespace Kruise.Sim.Tests.Cluster;

/// <summary>What the table cannot say: admission, observers, delays and the life of watches.</summary>
public sealed class ApiServerTests
{
    private readonly EventLoop _loop = new();

    [Fact]
    public void Admission_may_change_what_is_stored_but_not_what_the_server_owns()
    {
        ApiServer server = Server();
        server.Admission = new Chain(input => AdmissionOutcome.Allow((ImagePullJob)input.Object with
        {
            Metadata = input.Object.Metadata with { Uid = "forged", Generation = 7, Labels = new Dictionary<string, string> { ["by"] = "admission" } },
            Status = new ImagePullJobStatus { Desired = 9 },
        }));
        var job = (ImagePullJob)server.Create(Steps.Job()).Object!;
        Assert.Equal("admission", job.Metadata.Labels["by"]);
        Assert.NotEqual("forged", job.Metadata.Uid);
        Assert.Equal(1, job.Metadata.Generation);
        Assert.Equal(0, job.Status.Desired);

        var updated = (ImagePullJob)server.Update(Steps.WithImage(job, "nginx:2")).Object!;
        Assert.Equal(job.Metadata.Uid, updated.Metadata.Uid);
        Assert.Equal(2, updated.Metadata.Generation);
        Assert.Equal(0, updated.Status.Desired);
    }

    [Fact]
    public void Admission_may_reject_and_does_not_see_status_updates()
    {
        ApiServer server = Server();
        var job = (ImagePullJob)server.Create(Steps.Job()).Object!;
        server.Admission = new Chain(input => AdmissionOutcome.Deny($"no {input.Operation} of {input.Old?.Metadata.Name ?? "nothing"}", 422, ApiReason.Invalid));
        ApiResult create = server.Create(Steps.Job("b"));
        Assert.Equal((422, "Invalid", "no Create of nothing"), (create.Code, create.Reason, create.Message));
        ApiResult update = server.Update(Steps.WithImage(job, "nginx:2"));
        Assert.Equal((422, "Invalid", "no Update of a"), (update.Code, update.Reason, update.Message));
        Assert.Equal(1, server.Revision);
        Assert.Equal(200, server.UpdateStatus(Steps.WithDesired(job, 3)).Code);
        Assert.Equal(403, AdmissionOutcome.Deny("no").Code);
    }

    [Fact]
    public void The_garbage_collector_tries_again_when_admission_refuses()
    {
        ApiServer server = Server();
        IKubernetesObject<V1ObjectMeta> a = server.Create(Steps.Job()).Object!;
        IKubernetesObject<V1ObjectMeta> b = server.Create(Steps.Job("b")).Object!;
        server.Create(Steps.Owned(Steps.Secret("s"), a, b));
        int refusals = 0;
        server.Admission = new Chain(input => ++refusals < 4 ? AdmissionOutcome.Deny("not yet") : AdmissionOutcome.Allow(input.Object));
        server.Delete(typeof(ImagePullJob), ObjectKey.Of(a));
        Run();
        Assert.Equal(4, refusals);
        Assert.Equal("b", Assert.Single(server.Peek<V1Secret>(new ObjectKey("default", "s"))!.Metadata.OwnerReferences).Name);

        // 100 ms of collector delay, then 5 + 10 + 20 ms of back-off.
        Assert.Equal(SimTime.FromMilliseconds(135), _loop.Now);
    }

    [Fact]
    public void Generated_names_differ_and_collisions_are_drawn_again()
    {
        ApiServer server = Server();
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(201, server.Create(Steps.Job() with { Metadata = Steps.Meta(m => m with { Name = null, GenerateName = "x-" }) }).Code);
        }

        Assert.Equal(200, server.CountOf<ImagePullJob>());
    }

    [Fact]
    public void Observers_see_every_request_and_every_commit()
    {
        ApiServer server = Server();
        var observer = new Counter();
        server.Observer = observer;
        var job = (ImagePullJob)server.Create(Steps.Job()).Object!;
        server.Create(Steps.Job());
        server.Update(job);
        server.Update(Steps.WithImage(job, "nginx:2"));
        server.UpdateStatus(Steps.WithDesired(job, 2));
        server.Get(typeof(ImagePullJob), new ObjectKey("default", "b"));
        server.List(typeof(ImagePullJob));
        server.Watch(typeof(ImagePullJob), null, server.Revision, static () => SimTime.Zero, new MirrorSink(), out _);
        server.Delete(typeof(ImagePullJob), new ObjectKey("default", "a"));
        Assert.Equal(
            ["Create 201", "Create 409", "Update 200", "Update 200", "UpdateStatus 409", "Get 404", "List 200", "Watch 200", "Delete 200"], observer.Requests);
        Assert.Equal(["Added 1", "Modified 2", "Deleted 3"], observer.Commits);
    }

    [Fact]
    public void Events_arrive_after_their_delay_and_never_overtake()
    {
        ApiServer server = Server();
        var delays = new Queue<double>([30, 10, 50]);
        var arrivals = new Arrivals(_loop);
        server.Watch(typeof(ImagePullJob), null, 0, () => SimTime.FromMilliseconds(delays.Dequeue()), arrivals, out _);
        server.Create(Steps.Job("a"));
        server.Create(Steps.Job("b"));
        server.Create(Steps.Job("c"));
        Run();
        Assert.Equal([("a", 0.030), ("b", 0.030), ("c", 0.050)], arrivals.Seen);
    }

    [Fact]
    public void A_stopped_watch_hears_nothing_more_and_can_be_resumed_where_it_stopped()
    {
        ApiServer server = Server();
        var first = new MirrorSink();
        server.Watch(typeof(ImagePullJob), null, 0, static () => SimTime.FromMilliseconds(5), first, out WatchStream? watch);
        server.Create(Steps.Job("a"));
        Run();
        server.Create(Steps.Job("b"));
        watch!.Stop();
        server.Create(Steps.Job("c"));
        Run();
        Assert.Equal([1L], first.Revisions);
        var second = new MirrorSink { Objects = first.Objects };
        server.Watch(typeof(ImagePullJob), null, watch.Revision, static () => SimTime.Zero, second, out _);
        Run();
        Assert.Equal([2L, 3L], second.Revisions);
    }

    [Fact]
    public void A_stopped_watch_of_one_object_leaves_the_others_alone()
    {
        ApiServer server = Server();
        MirrorSink one = new(), other = new();
        server.Watch(typeof(NodeImage), ObjectKey.Cluster("a"), 0, static () => SimTime.Zero, one, out WatchStream? watch);
        server.Watch(typeof(NodeImage), ObjectKey.Cluster("a"), 0, static () => SimTime.Zero, other, out _);
        watch!.Stop();
        watch.Stop();
        server.Create(Steps.Image("a"));
        Run();
        Assert.Empty(one.Revisions);
        Assert.Equal([1L], other.Revisions);
    }

    [Fact]
    public void The_history_of_a_gone_object_outlives_its_last_watch()
    {
        ApiServer server = Server();
        server.Watch(typeof(NodeImage), ObjectKey.Cluster("a"), 0, static () => SimTime.Zero, new MirrorSink(), out WatchStream? watch);
        IKubernetesObject<V1ObjectMeta> image = server.Create(Steps.Image("a")).Object!;
        server.Delete(typeof(NodeImage), ObjectKey.Cluster("a"));
        watch!.Stop();
        var late = new MirrorSink { Objects = { [ObjectKey.Cluster("a")] = image } };
        server.Watch(typeof(NodeImage), ObjectKey.Cluster("a"), 1, static () => SimTime.Zero, late, out _);
        Run();
        Assert.Equal([2L], late.Revisions);
        Assert.Empty(late.Objects);
    }

    [Fact]
    public void A_bookmark_comes_after_everything_it_covers()
    {
        ApiServer server = Server();
        var sink = new MirrorSink();
        server.Watch(typeof(NodeImage), null, 0, static () => SimTime.FromMilliseconds(5), sink, out WatchStream? watch);
        server.Create(Steps.Image("a"));
        server.Create(Steps.Job());
        server.SendBookmarks(typeof(NodeImage));
        Run();
        Assert.Equal([1L], sink.Revisions);
        Assert.Equal(2, sink.Bookmark);
        Assert.Equal(2, watch!.Revision);
    }

    [Fact]
    public void A_watch_from_the_future_and_an_unknown_kind_are_mistakes_of_the_caller()
    {
        ApiServer server = Server();
        Assert.Throws<ArgumentOutOfRangeException>(() => server.Watch(typeof(NodeImage), null, 1, static () => SimTime.Zero, new MirrorSink(), out _));
        Assert.Throws<InvalidOperationException>(() => server.List(typeof(V1ConfigMap)));
    }

    [Fact]
    public void A_stored_object_that_is_changed_in_place_is_found()
    {
        var detector = new MutationDetector();
        V1Secret secret = Steps.Secret() with { Data = new Dictionary<string, byte[]> { ["k"] = [1] } };
        detector.Stored(secret, 1);
        detector.VerifyAll();
        secret.Data["k"][0] = 2;
#if DEBUG
        Assert.Throws<InvalidOperationException>(() => detector.VerifyAll());
        Assert.Throws<InvalidOperationException>(() => detector.Replaced(secret));
#else
        detector.VerifyAll();
#endif
    }

    private ApiServer Server() => new(_loop, RandomStream.Named(1, "api"), StandardKinds.Registry());

    private void Run()
    {
        while (_loop.Step(SimTime.MaxValue))
        {
        }
    }

    private sealed class Chain(Func<AdmissionInput, AdmissionOutcome> rule) : IAdmission
    {
        public AdmissionOutcome Admit(in AdmissionInput input) => rule(input);
    }

    private sealed class Counter : IApiObserver
    {
        public List<string> Requests { get; } = [];

        public List<string> Commits { get; } = [];

        public void OnCommit(Change change) => Commits.Add($"{change.Type} {change.Revision}");

        public void OnRequest(ApiVerb verb, KindInfo kind, int code) => Requests.Add($"{verb} {code}");
    }

    private sealed class Arrivals(EventLoop loop) : IWatchSink
    {
        public List<(string Name, double Seconds)> Seen { get; } = [];

        public void OnWatchEvent(WatchStream watch, in WatchEvent watchEvent) => Seen.Add((watchEvent.New!.Metadata.Name, loop.Now.Seconds));
    }
}
