using System.Text.RegularExpressions;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Cluster;
using static Kruise.Sim.Tests.Cluster.Conformance.Steps;

namespace Kruise.Sim.Tests.Cluster.Conformance;

/// <summary>The table: what kube-apiserver 1.20 and newer answers. Each row starts from an empty server.</summary>
internal static partial class ConformanceCases
{
    public static IReadOnlyList<ConformanceCase> All { get; } =
    [
        // Create
        new("create gives uid, time, revision and generation 1", [
            Create(Job(), 201, generation: 1, facts: [
                Fact("random uid", o => UuidV4().IsMatch(o.Metadata.Uid)),
                Fact("whole seconds", o => o.Metadata.CreationTimestamp!.Value.Ticks % TimeSpan.TicksPerSecond == 0),
                Fact("a decimal resourceVersion", o => ApiServer.RevisionOf(o) > 0),
                Fact("the spec as sent", o => ((ImagePullJob)o).Spec.Image == "nginx:1")])]),
        new("create of an existing name", [Create(Job()), Create(Job(), 409, "AlreadyExists")]),
        new("the same name in another kind", [Create(Job()), Create(Image(), 201, generation: 1)]),
        new("create with a resourceVersion", [Create(Job() with { Metadata = Meta(m => m with { ResourceVersion = "7" }) }, 500)]),
        new("create ignores uid, times and generation of the client", [
            Create(Job() with
            {
                Metadata = Meta(m => m with
                {
                    Uid = "mine", Generation = 9, CreationTimestamp = DateTime.UnixEpoch, DeletionTimestamp = DateTime.UnixEpoch, DeletionGracePeriodSeconds = 5,
                }),
            }, 201, generation: 1, facts: [
                Fact("own uid", o => o.Metadata.Uid != "mine"),
                Fact("own time", o => o.Metadata.CreationTimestamp > DateTime.UnixEpoch),
                Fact("not being deleted", o => o.Metadata is { DeletionTimestamp: null, DeletionGracePeriodSeconds: null })])]),
        new("create drops the status of a custom resource", [
            Create(Image() with { Status = new NodeImageStatus { Desired = 3 } }, 201, facts: [Fact("empty status", o => ((NodeImage)o).Status == new NodeImageStatus())])]),
        new("create keeps the status of a node", [
            Create(Node() with { Status = new V1NodeStatus { Phase = "Running" } }, 201, facts: [
                Fact("status kept", o => ((V1Node)o).Status.Phase == "Running"),
                Fact("no generation", o => o.Metadata.Generation is null)])]),
        new("create without a name", [Create(Job() with { Metadata = Meta(m => m with { Name = null }) }, 422, "Invalid")]),
        new("create with upper case in the name", [Create(Job("Bad"), 422, "Invalid")]),
        new("create with an underscore in the name", [Create(Job("a_b"), 422, "Invalid")]),
        new("create with a name that ends in a dash", [Create(Job("a-"), 422, "Invalid")]),
        new("create with an empty part in the name", [Create(Job("a..b"), 422, "Invalid")]),
        new("create with a name of 253 characters", [Create(Job(new string('a', 253)), 201)]),
        new("create with a name of 254 characters", [Create(Job(new string('a', 254)), 422, "Invalid")]),
        new("create without a namespace", [Create(Job() with { Metadata = Meta(m => m with { NamespaceProperty = null }) }, 404, "NotFound")]),
        new("create of a cluster-scoped object clears its namespace", [
            Create(Image() with { Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "default" } }, 201, facts: [
                Fact("no namespace", o => string.IsNullOrEmpty(o.Metadata.NamespaceProperty))]),
            new Step.Get(typeof(NodeImage), "a", Is(200))]),
        new("generateName adds five safe characters", [
            Create(Job() with { Metadata = Meta(m => m with { Name = null, GenerateName = "warm-" }) }, 201, facts: [
                Fact("name", o => SafeName().IsMatch(o.Metadata.Name)),
                Fact("generateName stays", o => o.Metadata.GenerateName == "warm-")])]),
        new("a long generateName is cut to 58 characters", [
            Create(Job() with { Metadata = Meta(m => m with { Name = null, GenerateName = new string('a', 80) }) }, 201, facts: [
                Fact("63 characters", o => o.Metadata.Name.Length == 63)])]),
        new("a name goes before generateName", [
            Create(Job() with { Metadata = Meta(m => m with { GenerateName = "warm-" }) }, 201, facts: [Fact("name", o => o.Metadata.Name == "a")])]),
        new("an owner reference without uid", [
            Create(Job() with { Metadata = Meta(m => m with { OwnerReferences = [new V1OwnerReference { ApiVersion = "v1", Kind = "Secret", Name = "s" }] }) }, 422, "Invalid")]),
        new("two controllers", [
            Create(Job() with { Metadata = Meta(m => m with { OwnerReferences = [Owner("1", controller: true), Owner("2", controller: true)] }) }, 422, "Invalid")]),
        new("both finalizers of the garbage collector", [Create(Job(finalizers: ["orphan", "foregroundDeletion"]), 422, "Invalid")]),

        // Get and list
        new("get of a missing object", [new Step.Get(typeof(ImagePullJob), "a", Is(404, "NotFound"))]),
        new("get returns what is stored", [Create(Job()), new Step.Get(typeof(ImagePullJob), "a", Is(200, revision: RevisionChange.Same))]),
        new("list is in order of names and leaves out what is gone", [
            Create(Image("c")), Create(Image("a")), Create(Image("b")), Create(Image("b2")), Delete<NodeImage>("b"),
            new Step.List(typeof(NodeImage), ["a", "b2", "c"])]),

        // Update
        new("update of a missing object", [Update(k => Job() with { Metadata = Meta(m => m with { ResourceVersion = "1" }) }, 404, "NotFound")]),
        new("update of the spec raises the generation", [
            Create(Job()), Update(k => WithImage(k.Job(), "nginx:2"), 200, revision: RevisionChange.Newer, generation: 2, facts: [
                Fact("new image", o => ((ImagePullJob)o).Spec.Image == "nginx:2")])]),
        new("update of labels alone does not", [
            Create(Job()), Update(k => Labelled(k.Job(), "x"), 200, revision: RevisionChange.Newer, generation: 1, facts: [
                Fact("label", o => o.Metadata.Labels["l"] == "x")])]),
        new("update of labels and spec raises it once", [Create(Job()), Update(k => Labelled(WithImage(k.Job(), "nginx:2"), "x"), 200, generation: 2)]),
        new("update to the same content changes nothing", [
            Create(Job()), Watch("w", typeof(ImagePullJob), k => ApiServer.RevisionOf(k.Job())),
            Update(k => k.Job() with { Spec = k.Job().Spec with { } }, 200, revision: RevisionChange.Same, generation: 1),
            new Step.Settle(), new Step.Events("w", [])]),
        new("update with an old revision", [
            Create(Job()), Update(k => Labelled(k.Job(), "x")), Update(k => Labelled(k.Job(which: 0), "y"), 409, "Conflict")]),
        new("an update to the same content with an old revision conflicts too", [
            Create(Job()), Update(k => Labelled(k.Job(), "x")), Update(k => k.Job(which: 0), 409, "Conflict")]),
        new("a status update makes the revision old for spec updates", [
            Create(Job()), UpdateStatus(k => WithDesired(k.Job(), 1)), Update(k => WithImage(k.Job(which: 0), "nginx:2"), 409, "Conflict")]),
        new("update of a custom resource without revision", [
            Create(Job()), Update(k => Without(k.Job(), revision: true), 422, "Invalid")]),
        new("update of a secret without revision overwrites", [
            Create(Secret()), Update(k => WithByte(k.Secret() with { Metadata = k.Secret().Metadata with { ResourceVersion = null } }, 1), 200, revision: RevisionChange.Newer)]),
        new("a secret without a type is Opaque", [Create(Secret(), 201, facts: [Fact("Opaque", o => ((V1Secret)o).Type == "Opaque")])]),
        new("the type of a secret cannot change", [
            Create(Secret() with { Type = "t" }), Update(k => k.Secret() with { Type = "u" }, 422, "Invalid"), Update(k => k.Secret() with { Type = null }, 422, "Invalid")]),
        new("update with another uid", [
            Create(Job()), Update(k => k.Job() with { Metadata = k.Job().Metadata with { Uid = "other" } }, 409, "Conflict")]),
        new("update without uid", [
            Create(Job()), Update(k => WithImage(Without(k.Job(), uid: true), "nginx:2"), 200, facts: [FactSince("uid stays", (o, old) => o.Metadata.Uid == old.Metadata.Uid)])]),
        new("update cannot touch generation and creation time", [
            Create(Job()),
            Update(k => k.Job() with { Metadata = k.Job().Metadata with { Generation = 9, CreationTimestamp = DateTime.UnixEpoch } }, 200,
                revision: RevisionChange.Same, generation: 1)]),
        new("update cannot ask for deletion", [
            Create(Job()), Update(k => k.Job() with { Metadata = k.Job().Metadata with { DeletionTimestamp = DateTime.UnixEpoch } }, 422, "Invalid")]),
        new("update leaves the status alone", [
            Create(Job()), UpdateStatus(k => WithDesired(k.Job(), 5)), Update(k => WithDesired(WithImage(k.Job(), "nginx:2"), 9), 200, generation: 2, facts: [
                Fact("old status", o => ((ImagePullJob)o).Status.Desired == 5)])]),
        new("update of nothing but the status changes nothing", [
            Create(Job()), Update(k => WithDesired(k.Job(), 9), 200, revision: RevisionChange.Same, facts: [Fact("old status", o => ((ImagePullJob)o).Status.Desired == 0)])]),
        new("an absent list of a node equals an empty one", [
            Create(Node()), Update(k => k.Node() with { Spec = new V1NodeSpec { Taints = [] }, Metadata = k.Node().Metadata with { Labels = new Dictionary<string, string>() } }, 200,
                revision: RevisionChange.Same)]),
        new("nodes have no generation", [
            Create(Node()), Update(k => k.Node() with { Spec = new V1NodeSpec { Unschedulable = true } }, 200, revision: RevisionChange.Newer, facts: [
                Fact("no generation", o => o.Metadata.Generation is null)])]),
        new("bytes of a secret are compared by content", [
            Create(WithByte(Secret(), 1)), Update(k => WithByte(k.Secret(), 1), 200, revision: RevisionChange.Same),
            Update(k => WithByte(k.Secret(), 2), 200, revision: RevisionChange.Newer)]),

        // Status
        new("status update of a missing object", [UpdateStatus(k => Job() with { Metadata = Meta(m => m with { ResourceVersion = "1" }) }, 404, "NotFound")]),
        new("status update writes status alone", [
            Create(Job()),
            UpdateStatus(k => Labelled(WithImage(WithDesired(k.Job(), 5), "nginx:2"), "x"), 200, revision: RevisionChange.Newer, generation: 1, facts: [
                Fact("status", o => ((ImagePullJob)o).Status.Desired == 5),
                Fact("spec as before", o => ((ImagePullJob)o).Spec.Image == "nginx:1"),
                Fact("labels as before", o => o.Metadata.Labels is null or { Count: 0 })])]),
        new("status update to the same status changes nothing", [
            Create(Job()), UpdateStatus(k => WithDesired(k.Job(), 5)), UpdateStatus(k => WithDesired(k.Job(), 5), 200, revision: RevisionChange.Same)]),
        new("status update with an old revision", [
            Create(Job()), Update(k => WithImage(k.Job(), "nginx:2")), UpdateStatus(k => WithDesired(k.Job(which: 0), 5), 409, "Conflict")]),
        new("status update with another uid", [
            Create(Job()), UpdateStatus(k => k.Job() with { Metadata = k.Job().Metadata with { Uid = "other" } }, 409, "Conflict")]),
        new("status update of a custom resource without revision", [Create(Job()), UpdateStatus(k => WithDesired(Without(k.Job(), revision: true), 5), 422, "Invalid")]),
        new("status update of a node may change labels, not the spec", [
            Create(Node()),
            UpdateStatus(k => k.Node() with
            {
                Metadata = k.Node().Metadata with { Labels = new Dictionary<string, string> { ["l"] = "x" } },
                Spec = new V1NodeSpec { Unschedulable = true },
                Status = new V1NodeStatus { Phase = "Running" },
            }, 200, facts: [
                Fact("label", o => o.Metadata.Labels["l"] == "x"),
                Fact("spec as before", o => ((V1Node)o).Spec?.Unschedulable is null),
                Fact("status", o => ((V1Node)o).Status.Phase == "Running")])]),
        new("a kind without status subresource", [Create(Secret()), UpdateStatus(k => k.Secret(), 404, "NotFound")]),

        // Delete
        new("delete", [Create(Job()), Delete<ImagePullJob>(), new Step.Get(typeof(ImagePullJob), "a", Is(404, "NotFound"))]),
        new("delete of a missing object", [Delete<ImagePullJob>(code: 404, reason: "NotFound")]),
        new("delete with the right uid and revision", [
            Create(Job()), Delete<ImagePullJob>(options: k => new DeleteOptions(k.Job().Metadata.Uid, ApiServer.RevisionOf(k.Job())))]),
        new("delete with another uid", [
            Create(Job()), Delete<ImagePullJob>(options: _ => new DeleteOptions("other"), code: 409, reason: "Conflict"), new Step.Get(typeof(ImagePullJob), "a", Is(200))]),
        new("delete with an old revision", [
            Create(Job()), Update(k => Labelled(k.Job(), "x")),
            Delete<ImagePullJob>(options: k => new DeleteOptions(Revision: ApiServer.RevisionOf(k.Job(which: 0))), code: 409, reason: "Conflict")]),
        new("what is created anew under a name is another object", [
            Create(Job()), Delete<ImagePullJob>(), Create(Job(), 201, revision: RevisionChange.Newer, generation: 1, facts: [
                FactSince("another uid", (o, old) => o.Metadata.Uid != old.Metadata.Uid)]),
            Update(k => Labelled(k.Job(which: 0), "x"), 409, "Conflict")]),
        new("delete with a finalizer marks and counts a generation", [
            Create(Job(finalizers: ["k.io/f"])),
            Delete<ImagePullJob>(revision: RevisionChange.Newer, generation: 2, facts: [
                Fact("marked", o => o.Metadata is { DeletionTimestamp: not null, DeletionGracePeriodSeconds: 0 })]),
            new Step.Get(typeof(ImagePullJob), "a", Is(200, revision: RevisionChange.Same))]),
        new("a second delete changes nothing", [
            Create(Job(finalizers: ["k.io/f"])), Delete<ImagePullJob>(), Delete<ImagePullJob>(revision: RevisionChange.Same, generation: 2)]),
        new("the object goes with its last finalizer", [
            Create(Job(finalizers: ["k.io/f", "k.io/g"])), Delete<ImagePullJob>(),
            Update(k => WithFinalizers(k.Job(), "k.io/g"), 200, revision: RevisionChange.Newer), new Step.Get(typeof(ImagePullJob), "a", Is(200)),
            Update(k => WithFinalizers(k.Job()), 200), new Step.Get(typeof(ImagePullJob), "a", Is(404, "NotFound"))]),
        new("no finalizer can be added once deleting", [
            Create(Job(finalizers: ["k.io/f"])), Delete<ImagePullJob>(), Update(k => WithFinalizers(k.Job(), "k.io/f", "k.io/g"), 422, "Invalid")]),
        new("a finalizer can be added before", [Create(Job()), Update(k => WithFinalizers(k.Job(), "k.io/f"), 200, revision: RevisionChange.Newer, generation: 1)]),
        new("removing the last finalizer of what is not being deleted keeps it", [
            Create(Job(finalizers: ["k.io/f"])), Update(k => WithFinalizers(k.Job()), 200), new Step.Get(typeof(ImagePullJob), "a", Is(200))]),
        new("an update cannot take back a deletion", [
            Create(Job(finalizers: ["k.io/f"])), Delete<ImagePullJob>(),
            Update(k => Labelled(k.Job() with { Metadata = k.Job().Metadata with { DeletionTimestamp = null } }, "x"), 200, facts: [
                Fact("still marked", o => o.Metadata.DeletionTimestamp is not null)])]),
        new("spec and status can be written while deleting", [
            Create(Job(finalizers: ["k.io/f"])), Delete<ImagePullJob>(),
            UpdateStatus(k => WithDesired(k.Job(), 5), 200, revision: RevisionChange.Newer), Update(k => WithImage(k.Job(), "nginx:2"), 200, generation: 3)]),

        // Watch
        new("watch from a revision misses nothing", [
            Create(Job()), Watch("w", typeof(ImagePullJob), k => ApiServer.RevisionOf(k.Job())), Update(k => WithImage(k.Job(), "nginx:2")),
            UpdateStatus(k => WithDesired(k.Job(), 5)), Delete<ImagePullJob>(), new Step.Settle(),
            new Step.Events("w", ["MODIFIED a", "MODIFIED a", "DELETED a"], (events, k) =>
                ((ImagePullJob)events[2].Object).Status.Desired == 5
                && ApiServer.RevisionOf(events[2].Object) == events[2].Revision
                && events[2].Revision > events[1].Revision)]),
        new("watch from an old revision replays", [
            Create(Job()), Update(k => WithImage(k.Job(), "nginx:2")), Create(Image()), Delete<ImagePullJob>(),
            Watch("w", typeof(ImagePullJob), k => ApiServer.RevisionOf(k.Job(which: 0))), new Step.Settle(), new Step.Events("w", ["MODIFIED a", "DELETED a"])]),
        new("watch from a list", [
            Create(Image("a")), Create(Image("b")), new Step.List(typeof(NodeImage), ["a", "b"]), Create(Image("c")),
            Watch("w", typeof(NodeImage), k => k.ListRevision), new Step.Settle(), new Step.Events("w", ["ADDED c"])]),
        new("watch from 0 begins with what exists", [
            Create(Image("b")), Create(Image("a")), Delete<NodeImage>("b"), Create(Image("c")), Watch("w", typeof(NodeImage), _ => 0), Create(Image("d")),
            new Step.Settle(), new Step.Events("w", ["ADDED a", "ADDED c", "ADDED d"], Initial: 2)]),
        new("watch of one object hears of it alone", [
            Create(Image("a")), Watch("w", typeof(NodeImage), k => ApiServer.RevisionOf(k.Image()), "b"), Create(Image("b")), Update(k => Labelled(k.Image("a"), "x")),
            Delete<NodeImage>("b"), Create(Image("b")), new Step.Settle(), new Step.Events("w", ["ADDED b", "DELETED b", "ADDED b"])]),
        new("watch of one object from an old revision", [
            Create(Image("a")), Create(Image("b")), Update(k => Labelled(k.Image("a"), "x")), Delete<NodeImage>("a"),
            Watch("w", typeof(NodeImage), k => ApiServer.RevisionOf(k.Image("a", 0)), "a"), new Step.Settle(), new Step.Events("w", ["MODIFIED a", "DELETED a"])]),
        new("a watch from before the compaction is answered 410", [
            Create(Job()), Update(k => Labelled(k.Job(), "x")), Update(k => Labelled(k.Job(), "y")), new Step.Compact(),
            Watch("w", typeof(ImagePullJob), k => ApiServer.RevisionOf(k.Job(which: 0)), code: 410)]),
        new("a watch from the newest revision survives the compaction", [
            Create(Job()), Update(k => Labelled(k.Job(), "x")), new Step.Compact(), Watch("w", typeof(ImagePullJob), k => ApiServer.RevisionOf(k.Job())),
            Delete<ImagePullJob>(), new Step.Settle(), new Step.Events("w", ["DELETED a"])]),
        new("the end by the last finalizer is one event with the state before", [
            Create(Job(finalizers: ["k.io/f"])), Delete<ImagePullJob>(), Watch("w", typeof(ImagePullJob), k => ApiServer.RevisionOf(k.Job())),
            Update(k => WithFinalizers(k.Job())), new Step.Settle(),
            new Step.Events("w", ["DELETED a"], (events, _) => events[0].Object.Metadata.Finalizers is ["k.io/f"])]),

        // Garbage collection
        new("background: dependents go after their owner", [
            Create(Job()), Create(k => Owned(Secret("s"), k.Job())), Delete<ImagePullJob>(), new Step.Settle(), new Step.Get(typeof(V1Secret), "s", Is(404, "NotFound"))]),
        new("grandchildren go too", [
            Create(Job()), Create(k => Owned(Job("b"), k.Job())), Create(k => Owned(Secret("s"), k.Job("b"))), Delete<ImagePullJob>(), new Step.Settle(),
            new Step.Get(typeof(ImagePullJob), "b", Is(404, "NotFound")), new Step.Get(typeof(V1Secret), "s", Is(404, "NotFound"))]),
        new("a dependent with another owner stays and forgets the one that went", [
            Create(Job()), Create(Job("b")), Create(k => Owned(Secret("s"), k.Job(), k.Job("b"))), Delete<ImagePullJob>(), new Step.Settle(),
            new Step.Get(typeof(V1Secret), "s", Is(200, revision: RevisionChange.Newer, facts: [
                Fact("one owner", o => o.Metadata.OwnerReferences is [{ Name: "b" }])]))]),
        new("a dependent created after its owner went", [
            Create(Job()), Delete<ImagePullJob>(), Create(k => Owned(Secret("s"), k.Job())), new Step.Settle(), new Step.Get(typeof(V1Secret), "s", Is(404, "NotFound"))]),
        new("an owner of the same name with another uid is none", [
            Create(Job()), Delete<ImagePullJob>(), Create(Job()), Create(k => Owned(Secret("s"), k.Job(which: 0))), new Step.Settle(),
            new Step.Get(typeof(V1Secret), "s", Is(404, "NotFound")), new Step.Get(typeof(ImagePullJob), "a", Is(200))]),
        new("a cluster-scoped owner owns across namespaces", [
            Create(Node()), Create(k => Owned(Secret("s"), k.Node())), new Step.Settle(), new Step.Get(typeof(V1Secret), "s", Is(200)), Delete<V1Node>(), new Step.Settle(),
            new Step.Get(typeof(V1Secret), "s", Is(404, "NotFound"))]),
        new("a cluster-scoped object with a namespaced owner is never collected", [
            Create(Job()), Create(k => Owned(Image("i"), k.Job())), Delete<ImagePullJob>(), new Step.Settle(), new Step.Get(typeof(NodeImage), "i", Is(200))]),
        new("foreground: the owner waits for dependents that block it", [
            Create(Job()), Create(k => Owned(Secret("s") with { Metadata = Meta("s", m => m with { Finalizers = ["k.io/f"] }) }, k.Job())),
            Delete<ImagePullJob>(options: _ => new DeleteOptions(Propagation: Propagation.Foreground), facts: [
                Fact("finalizer", o => o.Metadata is { DeletionTimestamp: not null, Finalizers: ["foregroundDeletion"] })]),
            new Step.Settle(), new Step.Get(typeof(ImagePullJob), "a", Is(200)),
            new Step.Get(typeof(V1Secret), "s", Is(200, facts: [Fact("marked", o => o.Metadata.DeletionTimestamp is not null)])),
            Update(k => k.Secret("s") with { Metadata = k.Secret("s").Metadata with { Finalizers = [] } }, 200), new Step.Settle(),
            new Step.Get(typeof(V1Secret), "s", Is(404, "NotFound")), new Step.Get(typeof(ImagePullJob), "a", Is(404, "NotFound"))]),
        new("foreground: dependents that do not block go after the owner", [
            Create(Job()), Create(k => Owned(Secret("s"), blocking: false, k.Job())), Watch("w", typeof(V1Secret), k => ApiServer.RevisionOf(k.Secret("s"))),
            Delete<ImagePullJob>(options: _ => new DeleteOptions(Propagation: Propagation.Foreground)), new Step.Settle(),
            new Step.Get(typeof(ImagePullJob), "a", Is(404, "NotFound")), new Step.Get(typeof(V1Secret), "s", Is(404, "NotFound")), new Step.Events("w", ["DELETED s"])]),
        new("foreground: two that own each other do not wait for ever", [
            Create(Job()), Create(k => Owned(Job("b"), k.Job())), Update(k => Owned(k.Job("a"), k.Job("b"))),
            Delete<ImagePullJob>(options: _ => new DeleteOptions(Propagation: Propagation.Foreground)), new Step.Settle(),
            new Step.Get(typeof(ImagePullJob), "a", Is(404, "NotFound")), new Step.Get(typeof(ImagePullJob), "b", Is(404, "NotFound"))]),
        new("background after foreground deletes at once", [
            Create(Job()), Create(k => Owned(Secret("s") with { Metadata = Meta("s", m => m with { Finalizers = ["k.io/f"] }) }, k.Job())),
            Delete<ImagePullJob>(options: _ => new DeleteOptions(Propagation: Propagation.Foreground)), new Step.Settle(), Delete<ImagePullJob>(),
            new Step.Get(typeof(ImagePullJob), "a", Is(200)), Delete<ImagePullJob>(options: _ => new DeleteOptions(Propagation: Propagation.Background)),
            new Step.Get(typeof(ImagePullJob), "a", Is(404, "NotFound"))]),
        new("orphan: dependents stay and lose the reference", [
            Create(Job()), Create(k => Owned(Secret("s"), k.Job())), Delete<ImagePullJob>(options: _ => new DeleteOptions(Propagation: Propagation.Orphan)), new Step.Settle(),
            new Step.Get(typeof(ImagePullJob), "a", Is(404, "NotFound")),
            new Step.Get(typeof(V1Secret), "s", Is(200, facts: [Fact("no owner", o => o.Metadata.OwnerReferences is null or { Count: 0 })]))]),
    ];

    [GeneratedRegex("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UuidV4();

    [GeneratedRegex("^warm-[bcdfghjklmnpqrstvwxz2456789]{5}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafeName();
}
