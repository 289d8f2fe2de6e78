using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Live.Tests.Workloads;

/// <summary>The table: what is done to a CloneSet and what there is in the end, the same in every world.</summary>
public static class WorkloadCases
{
    private static readonly V1ResourceRequirements s_storage = new() { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new("1Gi") } };

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("created", [new WorkloadStep.Create(Spec(3))], "?"),
        new("scaled up and down", [new WorkloadStep.Create(Spec(2)), new WorkloadStep.Scale(5), new WorkloadStep.Scale(1)], "?"),
        new("re-created for a new image", [new WorkloadStep.Create(Spec(3)), new WorkloadStep.SetImage("main", "app:2")], "?"),
        new(
            "updated in place, and only the container that changed",
            [new WorkloadStep.Create(InPlace(3)), new WorkloadStep.SetImage("main", "app:2")],
            "?"),
        new(
            "updated in place, back and forth: an old revision is used again",
            [
                new WorkloadStep.Create(InPlace(2)), new WorkloadStep.SetImage("main", "app:2"), new WorkloadStep.SetImage("sidecar", "log:2"),
                new WorkloadStep.SetImage("sidecar", "log:1"),
            ],
            "?"),
        new(
            "re-created where in place is not possible",
            [
                new WorkloadStep.Create(InPlace(2)),
                new WorkloadStep.Edit("an environment variable", spec => WithMain(spec, main => main with { Env = [new V1EnvVar { Name = "A", Value = "1" }] })),
            ],
            "?"),
        new(
            "a partition keeps the old",
            [
                new WorkloadStep.Create(InPlace(4)),
                new WorkloadStep.Edit("partition", spec => spec with { UpdateStrategy = spec.UpdateStrategy with { Partition = 3 } }),
                new WorkloadStep.SetImage("main", "app:2"),
            ],
            "?"),
        new("a pod that is deleted is replaced, with the claim of the old", [new WorkloadStep.Create(WithClaim(2)), new WorkloadStep.DeletePod(0)], "?"),
        new("a pod that is labelled is replaced, claim and all", [new WorkloadStep.Create(WithClaim(2)), new WorkloadStep.MarkPod(1)], "?"),
        new("a pod that is named goes, and its name is taken out", [new WorkloadStep.Create(WithClaim(3)), new WorkloadStep.NamePod(1, 2)], "?"),
        new(
            "revisions beyond the limit are deleted",
            [
                new WorkloadStep.Create(InPlace(1) with { RevisionHistoryLimit = 1 }), new WorkloadStep.SetImage("main", "app:2"),
                new WorkloadStep.SetImage("main", "app:3"), new WorkloadStep.SetImage("main", "app:4"),
            ],
            "?"),
        new("scaled to nothing", [new WorkloadStep.Create(WithClaim(2)), new WorkloadStep.Scale(0)], "?"),
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
                    Resources = new V1VolumeResourceRequirements { Requests = s_storage.Requests },
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
}
