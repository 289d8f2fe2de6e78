using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Live.Tests.Workloads;

/// <summary>The table: what is done to a CloneSet and what there is in the end, the same in every world.</summary>
public static class WorkloadCases
{
    private const string App1 = "main=app:1 restarted 0, sidecar=log:1 restarted 0";

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("created", [new WorkloadStep.Create(Spec(3))], Ends(Pods(3, App1, 1), Revision(1, "app:1"), Status(3, 1))),
        new(
            "scaled up and down",
            [new WorkloadStep.Create(Spec(2)), new WorkloadStep.Scale(5), new WorkloadStep.Scale(1)],
            Ends(Pods(1, App1, 1), Revision(1, "app:1"), Status(1, 1))),
        new(
            "re-created for a new image",
            [new WorkloadStep.Create(Spec(3)), new WorkloadStep.SetImage("main", "app:2")],
            Ends(Pods(3, "main=app:2 restarted 0, sidecar=log:1 restarted 0", 2), Revision(1, "app:1"), Revision(2, "app:2"), Status(3, 2))),
        new(
            "updated in place, and only the container that changed",
            [new WorkloadStep.Create(InPlace(3)), new WorkloadStep.SetImage("main", "app:2")],
            Ends(Pods(3, "main=app:2 restarted 1, sidecar=log:1 restarted 0", 2), Revision(1, "app:1"), Revision(2, "app:2"), Status(3, 2))),
        new(
            "updated in place, back and forth: an old revision is used again",
            [
                new WorkloadStep.Create(InPlace(2)), new WorkloadStep.SetImage("main", "app:2"), new WorkloadStep.SetImage("sidecar", "log:2"),
                new WorkloadStep.SetImage("sidecar", "log:1"),
            ],
            Ends(
                Pods(2, "main=app:2 restarted 1, sidecar=log:1 restarted 2", 4),
                Revision(1, "app:1"), Revision(3, "app:2", "log:2"), Revision(4, "app:2"), Status(2, 4))),
        new(
            "re-created where in place is not possible",
            [
                new WorkloadStep.Create(InPlace(2)),
                new WorkloadStep.Edit("an environment variable", spec => WithMain(spec, main => main with { Env = [new V1EnvVar { Name = "A", Value = "1" }] })),
            ],
            Ends(Pods(2, App1, 2), Revision(1, "app:1"), Revision(2, "app:1"), Status(2, 2))),
        new(
            "a partition keeps the old",
            [
                new WorkloadStep.Create(InPlace(4)),
                new WorkloadStep.Edit("partition", spec => spec with { UpdateStrategy = spec.UpdateStrategy with { Partition = 3 } }),
                new WorkloadStep.SetImage("main", "app:2"),
            ],
            Ends(
                Pods(3, App1, 1), Pods(1, "main=app:2 restarted 1, sidecar=log:1 restarted 0", 2), Revision(1, "app:1"), Revision(2, "app:2"),
                Status(4, 1, update: 2, updated: 1))),
        new(
            "a pod that is deleted leaves its claim to the one that takes its place",
            [new WorkloadStep.Create(WithClaim(2)), new WorkloadStep.DeletePod(0)],
            Ends(Pods(2, App1, 1, "data-POD"), Claims(2), Revision(1, "app:1"), Status(2, 1))),
        new(
            "a pod that is labelled is replaced, claim and all",
            [new WorkloadStep.Create(WithClaim(2)), new WorkloadStep.MarkPod(1)],
            Ends(Pods(2, App1, 1, "data-POD"), Claims(2), Revision(1, "app:1"), Status(2, 1))),
        new(
            "a pod that is named goes, and its name is taken out",
            [new WorkloadStep.Create(WithClaim(3)), new WorkloadStep.NamePod(1, 2)],
            Ends(Pods(2, App1, 1, "data-POD"), Claims(2), Revision(1, "app:1"), Status(2, 1))),
        new(
            "revisions beyond the limit are deleted",
            [
                new WorkloadStep.Create(InPlace(1) with { RevisionHistoryLimit = 1 }), new WorkloadStep.SetImage("main", "app:2"),
                new WorkloadStep.SetImage("main", "app:3"), new WorkloadStep.SetImage("main", "app:4"),
            ],
            Ends(Pods(1, "main=app:4 restarted 3, sidecar=log:1 restarted 0", 4), Revision(3, "app:3"), Revision(4, "app:4"), Status(1, 4))),
        new("scaled to nothing", [new WorkloadStep.Create(WithClaim(2)), new WorkloadStep.Scale(0)], Ends(Revision(1, "app:1"), Status(0, 1))),
    ];

    /// <summary>A spec whose container <c>main</c> is changed.</summary>
    public static CloneSetSpec WithMain(CloneSetSpec spec, Func<V1Container, V1Container> change) => WithContainer(spec, "main", change);

    /// <summary>A spec one of whose containers is changed.</summary>
    public static CloneSetSpec WithContainer(CloneSetSpec spec, string name, Func<V1Container, V1Container> change) => spec with
    {
        Template = spec.Template! with
        {
            Spec = spec.Template.Spec with { Containers = [.. spec.Template.Spec.Containers.Select(c => c.Name == name ? change(c) : c)] },
        },
    };

    public static CloneSetSpec InPlace(int replicas) =>
        Spec(replicas) with { UpdateStrategy = new CloneSetUpdateStrategy { Type = CloneSetUpdateStrategy.InPlaceIfPossible, MaxUnavailable = 1 } };

    public static CloneSetSpec WithClaim(int replicas) => InPlace(replicas) with
    {
        VolumeClaimTemplates =
        [
            new V1PersistentVolumeClaim
            {
                Metadata = new V1ObjectMeta { Name = "data" },
                Spec = new V1PersistentVolumeClaimSpec
                {
                    AccessModes = ["ReadWriteOnce"],
                    Resources = new V1VolumeResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new("1Gi") } },
                },
            },
        ],
    };

    public static CloneSetSpec Spec(int replicas) => new()
    {
        Replicas = replicas,
        Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } },
        Template = new V1PodTemplateSpec
        {
            Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "web" } },
            Spec = new V1PodSpec
            {
                Containers = [new V1Container { Name = "main", Image = "app:1" }, new V1Container { Name = "sidecar", Image = "log:1" }],
            },
        },
        UpdateStrategy = new CloneSetUpdateStrategy { MaxUnavailable = 1 },
    };

    private static string Ends(params string[] lines) => string.Join('\n', lines);

    private static string Pods(int count, string containers, int revision, string claims = "none") =>
        $"{count} x pod Running: {containers}; labels app=web, controller-revision-hash={revision}, lifecycle.apps.kruise.io/state=Normal; "
        + "owner CloneSet controls blocks; gates InPlaceUpdateReady; "
        + $"ContainersReady=True, InPlaceUpdateReady=True, Initialized=True, PodScheduled=True, Ready=True; claims {claims}";

    private static string Claims(int count) => $"{count} x claim data-POD of a pod; labels app=web; owner CloneSet controls blocks";

    private static string Revision(int number, string main, string sidecar = "log:1") =>
        $"revision {number}: main={main}, sidecar={sidecar}; owner CloneSet controls blocks";

    private static string Status(int replicas, int current, int? update = null, int? updated = null) =>
        $"status: {replicas} replicas, {replicas} ready, {replicas} available, {updated ?? replicas} updated, {updated ?? replicas} updated and ready; "
        + $"current {current}, update {update ?? current}; selector app=web; conditions none; podsToDelete none";
}
