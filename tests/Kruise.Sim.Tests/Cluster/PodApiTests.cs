using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Xunit;

namespace Kruise.Sim.Tests.Cluster;

/// <summary>What the API server model does with pods, claims and revisions, and with nothing else.</summary>
public sealed class PodApiTests
{
    private static readonly ObjectKey Key = new("default", "p");

    private readonly EventLoop _loop = new();
    private readonly ApiServer _server;

    public PodApiTests() => _server = new ApiServer(_loop, RandomStream.Named(1, "api"), StandardKinds.Registry());

    private static V1Pod Pod(string name = "p", string image = "nginx:1", string? node = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Spec = new V1PodSpec { NodeName = node, Containers = [new V1Container { Name = "main", Image = image }] },
    };

    private V1Pod Create(V1Pod pod) => (V1Pod)_server.Create(pod).Object!;

    private V1Pod Stored => _server.Peek<V1Pod>(Key)!;

    [Theory]
    [InlineData("nginx", "Always")]
    [InlineData("nginx:latest", "Always")]
    [InlineData("nginx:1.2", "IfNotPresent")]
    [InlineData("host:5000/nginx", "Always")]
    [InlineData("host:5000/nginx:7", "IfNotPresent")]
    [InlineData("nginx@sha256:0123", "IfNotPresent")]
    public void The_pull_policy_follows_the_tag(string image, string policy) =>
        Assert.Equal(policy, Create(Pod(image: image)).Spec.Containers[0].ImagePullPolicy);

    [Fact]
    public void A_new_pod_is_pending_whatever_status_it_carried_and_has_the_defaults()
    {
        V1Pod pod = Create(Pod() with { Status = new V1PodStatus { Phase = "Running" } });
        Assert.Equal("Pending", pod.Status.Phase);
        Assert.Equal("Always", pod.Spec.RestartPolicy);
        Assert.Equal(30, pod.Spec.TerminationGracePeriodSeconds);
        Assert.Null(pod.Metadata.Generation);
        Assert.Equal([300L, 300L], pod.Spec.Tolerations.Select(t => t.TolerationSeconds));
        Assert.Same(pod, _server.Update(pod).Object);
    }

    [Fact]
    public void The_toleration_of_lost_nodes_is_an_option_of_the_server()
    {
        var server = new ApiServer(_loop, RandomStream.Named(1, "api"), StandardKinds.Registry(tolerationSeconds: 45));
        var pod = (V1Pod)server.Create(Pod()).Object!;
        Assert.Equal([45L, 45L], pod.Spec.Tolerations.Select(t => t.TolerationSeconds));
    }

    [Fact]
    public void A_limit_is_the_request_too()
    {
        var resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("2") } };
        V1Pod pod = Pod();
        V1Pod stored = Create(pod with { Spec = pod.Spec with { Containers = [pod.Spec.Containers[0] with { Resources = resources }] } });
        Assert.Equal("2", stored.Spec.Containers[0].Resources.Requests["cpu"].ToString());
    }

    [Fact]
    public void Of_the_spec_only_images_a_shorter_deadline_and_more_tolerations_may_change()
    {
        V1Pod pod = Create(Pod());
        V1Container main = pod.Spec.Containers[0];
        int Code(Func<V1PodSpec, V1PodSpec> edit) =>
            _server.Update(Stored with { Spec = edit(Stored.Spec) }).Code;

        Assert.Equal(200, Code(s => s with { Containers = [main with { Image = "nginx:2" }] }));
        Assert.Equal(422, Code(s => s with { Containers = [main with { Image = "" }] }));
        Assert.Equal(422, Code(s => s with { Containers = [main with { Command = ["x"] }] }));
        Assert.Equal(422, Code(s => s with { Containers = [main, main with { Name = "b" }] }));
        Assert.Equal(422, Code(s => s with { NodeName = "n" }));
        Assert.Equal(422, Code(s => s with { Hostname = "h" }));
        Assert.Equal(200, Code(s => s with { Tolerations = [.. s.Tolerations, new V1Toleration { Key = "k", OperatorProperty = "Exists" }] }));
        Assert.Equal(422, Code(s => s with { Tolerations = [] }));
        Assert.Equal(200, Code(s => s with { ActiveDeadlineSeconds = 50 }));
        Assert.Equal(200, Code(s => s with { ActiveDeadlineSeconds = 40 }));
        Assert.Equal(422, Code(s => s with { ActiveDeadlineSeconds = 41 }));
        Assert.Equal(422, Code(s => s with { ActiveDeadlineSeconds = null }));
        Assert.Equal("nginx:2", Stored.Spec.Containers[0].Image);
    }

    [Fact]
    public void A_pod_of_no_node_or_one_that_finished_goes_at_once()
    {
        Create(Pod());
        Assert.Equal(200, _server.Delete(typeof(V1Pod), Key).Code);
        Assert.Null(_server.Peek<V1Pod>(Key));

        V1Pod pod = Create(Pod(node: "n"));
        _server.UpdateStatus(pod with { Status = pod.Status with { Phase = "Succeeded" } });
        _server.Delete(typeof(V1Pod), Key);
        Assert.Null(_server.Peek<V1Pod>(Key));
    }

    [Fact]
    public void Deletion_gives_the_pods_grace_which_later_ones_can_only_shorten()
    {
        _loop.Schedule(SimTime.FromSeconds(100), new Hold(), 0);
        _loop.Step(SimTime.MaxValue);
        Create(Pod(node: "n"));
        DateTime now = SimTime.FromSeconds(100).ToDateTime();
        void Expect(DateTime? at, long? grace)
        {
            Assert.Equal(at, Stored.Metadata.DeletionTimestamp);
            Assert.Equal(grace, Stored.Metadata.DeletionGracePeriodSeconds);
        }

        _server.Delete(typeof(V1Pod), Key);
        Expect(now.AddSeconds(30), 30);
        long revision = _server.Revision;
        _server.Delete(typeof(V1Pod), Key, new DeleteOptions(GraceSeconds: 60));
        _server.Delete(typeof(V1Pod), Key);
        Assert.Equal(revision, _server.Revision);
        _server.Delete(typeof(V1Pod), Key, new DeleteOptions(GraceSeconds: 5));
        Expect(now.AddSeconds(5), 5);
        Assert.Equal(409, _server.Delete(typeof(V1Pod), Key, new DeleteOptions(Uid: "other", GraceSeconds: 0)).Code);
        _server.Delete(typeof(V1Pod), Key, new DeleteOptions(GraceSeconds: 0));
        Assert.Null(_server.Peek<V1Pod>(Key));
    }

    [Fact]
    public void A_finalizer_holds_the_pod_beyond_its_grace()
    {
        V1Pod pod = Pod(node: "n");
        Create(pod with { Metadata = pod.Metadata with { Finalizers = ["x/y"] } });
        _server.Delete(typeof(V1Pod), Key);
        _server.Update(Stored with { Metadata = Stored.Metadata with { Finalizers = null } });
        Assert.Equal(30, Stored.Metadata.DeletionGracePeriodSeconds);
        _server.Delete(typeof(V1Pod), Key, new DeleteOptions(GraceSeconds: 0));
        Assert.Null(_server.Peek<V1Pod>(Key));

        Create(pod with { Metadata = pod.Metadata with { Finalizers = ["x/y"] } });
        _server.Delete(typeof(V1Pod), Key);
        _server.Delete(typeof(V1Pod), Key, new DeleteOptions(GraceSeconds: 0));
        Assert.Equal(0, Stored.Metadata.DeletionGracePeriodSeconds);
        _server.Update(Stored with { Metadata = Stored.Metadata with { Finalizers = null } });
        Assert.Null(_server.Peek<V1Pod>(Key));
    }

    [Fact]
    public void A_pod_is_bound_once()
    {
        V1Pod pod = Create(Pod());
        Assert.Equal(409, _server.Bind(Key, "n", "other").Code);
        Assert.Equal(201, _server.Bind(Key, "n", pod.Metadata.Uid).Code);
        Assert.Equal("n", Stored.Spec.NodeName);
        Assert.True(PodConditions.IsTrue(Stored.Status.Conditions, "PodScheduled"));
        Assert.Equal(409, _server.Bind(Key, "m").Code);
        Assert.Equal(404, _server.Bind(new ObjectKey("default", "q"), "m").Code);
    }

    [Fact]
    public void A_patch_meets_no_conflict_and_changes_nothing_else()
    {
        V1Pod seen = Create(Pod());
        _server.Update(seen with { Metadata = seen.Metadata with { Labels = new Dictionary<string, string> { ["a"] = "b" } } });
        Assert.Equal(200, _server.PatchStatus<V1Pod>(Key, p => p with { Status = p.Status with { Phase = "Running" } }, seen.Metadata.Uid).Code);
        Assert.Equal("b", Stored.Metadata.Labels["a"]);
        Assert.Equal("Running", Stored.Status.Phase);
        long revision = _server.Revision;
        _server.PatchStatus<V1Pod>(Key, p => p with { Status = p.Status with { Phase = "Running" } });
        Assert.Equal(revision, _server.Revision);
        Assert.Equal(409, _server.PatchStatus<V1Pod>(Key, p => p, "other").Code);
    }

    [Fact]
    public void A_node_hears_of_its_own_pods_only()
    {
        Create(Pod(node: "n"));
        Create(Pod("other", node: "m"));
        var sink = new Gathered();
        WatchStream watch = _server.WatchField(typeof(V1Pod), "n", static () => SimTime.FromMilliseconds(3), sink);
        Create(Pod("late"));
        _server.Bind(new ObjectKey("default", "late"), "n");
        _server.Patch<V1Pod>(new ObjectKey("default", "other"), p => p with { Metadata = p.Metadata with { Labels = new Dictionary<string, string> { ["a"] = "b" } } });
        _server.Delete(typeof(V1Pod), new ObjectKey("default", "late"), new DeleteOptions(GraceSeconds: 0));
        while (_loop.Step(SimTime.MaxValue))
        {
        }

        Assert.Equal(["Added p", "Bookmark ", "Added late", "Modified late", "Deleted late"], sink.Events);
        watch.Stop();
        _server.Delete(typeof(V1Pod), Key);
        Assert.False(_loop.Step(SimTime.MaxValue));
    }

    [Fact]
    public void A_revision_keeps_its_data_and_a_claim_its_spec()
    {
        var revision = (V1ControllerRevision)_server.Create(new V1ControllerRevision { Metadata = Pod().Metadata, Revision = 1, Data = "x" }).Object!;
        Assert.Equal(422, _server.Update(revision with { Data = "y" }).Code);
        Assert.Equal(200, _server.Update(revision with { Revision = 2 }).Code);

        var claim = (V1PersistentVolumeClaim)_server.Create(new V1PersistentVolumeClaim
        {
            Metadata = Pod().Metadata,
            Spec = new V1PersistentVolumeClaimSpec { AccessModes = ["ReadWriteOnce"] },
        }).Object!;
        Assert.Equal("Pending", claim.Status.Phase);
        Assert.Equal(422, _server.Update(claim with { Spec = claim.Spec with { AccessModes = ["ReadOnlyMany"] } }).Code);
    }

    private sealed class Hold : IEventTarget
    {
        public void OnEvent(int kind, long argument, object? state)
        {
        }
    }

    private sealed class Gathered : IWatchSink
    {
        public List<string> Events { get; } = [];

        public void OnWatchEvent(WatchStream watch, in WatchEvent watchEvent) => Events.Add($"{watchEvent.Type} {watchEvent.New?.Metadata.Name}");
    }
}
