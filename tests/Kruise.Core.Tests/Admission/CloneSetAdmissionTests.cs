using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Core.Tests.Api;
using Xunit;

namespace Kruise.Core.Tests.Admission;

/// <summary>Writes of whole CloneSets, as a world's API server has them judged.</summary>
public sealed class CloneSetAdmissionTests
{
    private const string NotOurs = "must be the name of a pod of this CloneSet that is not terminating: ";
    private const string Immutable =
        "cannot be changed: an update may change replicas, template, lifecycle, scaleStrategy, updateStrategy, minReadySeconds and revisionHistoryLimit";

    private static readonly DateTime Now = new(2021, 3, 4, 12, 0, 0, DateTimeKind.Utc);

    private static readonly V1Pod[] _pods =
    [
        SampleSets.Pod("p0"), SampleSets.Pod("p1"), SampleSets.Pod("ending", terminating: true), SampleSets.Pod("orphan", owner: null), SampleSets.Pod("foreign", "other-uid"),
    ];

    private static CloneSetUpdateStrategy InPlace(IntOrString unavailable, IntOrString? surge = null) => new()
    {
        Type = "InPlaceIfPossible",
        Partition = 2,
        MaxUnavailable = unavailable,
        MaxSurge = surge,
    };

    /// <summary>Upstream's vectors of sets that are accepted.</summary>
    public static TheoryData<string, string?> Accepted => new() { { "1", null }, { "1", "1" }, { "0", "1" }, { "120%", null } };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Vectors_that_are_accepted(string unavailable, string? surge)
    {
        AdmissionVerdict verdict = Create(SampleSets.Of(InPlace(unavailable, surge is null ? null : (IntOrString)surge), null, "p0"));
        Assert.True(verdict.Allowed, verdict.Message);
        Assert.Equal((200, 10), (verdict.HttpCode, ((CloneSet)verdict.Object).Spec.RevisionHistoryLimit));
    }

    [Fact]
    public void Vector_of_priorities_is_accepted()
    {
        CloneSet set = SampleSets.Of(InPlace(1)).WithStrategy(s => s with
        {
            PriorityStrategy = new UpdatePriorityStrategy
            {
                WeightPriority =
                [
                    new UpdatePriorityWeightTerm { Weight = 20, MatchSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["key"] = "foo" } } },
                ],
            },
        });
        Assert.True(Create(set).Allowed);
    }

    [Fact]
    public void Vectors_that_are_refused()
    {
        CloneSet fine = SampleSets.Of(InPlace(1));
        Refused(fine.With(s => s with { Replicas = -1 }), "spec.replicas");
        Refused(fine.With(s => Labelled(s, "a", "b c")), "spec.template.metadata.labels[a]", "spec.template.metadata.labels");
        Refused(fine.With(s => Labelled(s, "a", "x")), "spec.template.metadata.labels");
        Refused(fine.WithStrategy(s => s with { Partition = -1 }), "spec.updateStrategy.partition");
        Refused(SampleSets.Of(InPlace(0)), "spec.updateStrategy.maxUnavailable");
        Refused(SampleSets.Of(InPlace(0, 0)), "spec.updateStrategy.maxUnavailable");
        Refused(fine.WithPodsToDelete("p0", "p0"), "spec.scaleStrategy.podsToDelete[1]");
        Refused(fine.WithPodsToDelete("p0", "p2"), "spec.scaleStrategy.podsToDelete[1]");
        Refused(fine.WithPodsToDelete("p2"), "spec.scaleStrategy.podsToDelete[0]");
        Assert.Equal(
            ["spec.updateStrategy.type"],
            CloneSetValidation.Validate(CloneSetDefaults.Apply(fine).WithStrategy(s => s with { Type = "" })).Select(error => error.Field));
    }

    [Fact]
    public void Vector_of_an_update_of_all_that_may_change()
    {
        CloneSet old = SampleSets.Of(new CloneSetUpdateStrategy(), new V1PodSpec { Containers = [SampleSets.Container(image: "image1")] }, "p1");
        CloneSet set = SampleSets.Of(new CloneSetUpdateStrategy { Type = "InPlaceOnly", Partition = 2, MaxUnavailable = 1 }, null, "p0").With(s => s with
        {
            Replicas = 10,
            RevisionHistoryLimit = 3,
            MinReadySeconds = 9,
            Lifecycle = new Lifecycle { PreDelete = new LifecycleHook { FinalizersHandler = ["f"] } },
        });
        AdmissionVerdict verdict = Update(old, set);
        Assert.True(verdict.Allowed, verdict.Message);
        Assert.True(Update(old.WithPodsToDelete(), set).Allowed);
    }

    [Fact]
    public void What_cannot_change_is_named()
    {
        CloneSet old = SampleSets.Of();
        Dictionary<string, string> both = new() { ["a"] = "b", ["c"] = "d" };
        CloneSet selector = old.With(s => s with
        {
            Selector = new V1LabelSelector { MatchLabels = both },
            Template = s.Template! with { Metadata = new V1ObjectMeta { Labels = both } },
        });
        Assert.Equal($"spec.selector: Invalid value: \"a=b,c=d\": {Immutable}", Update(old, selector).Message);
        CloneSet claims = old.With(s => s with { VolumeClaimTemplates = [new V1PersistentVolumeClaim { Metadata = new() { Name = "data" } }] });
        Assert.Equal($"spec.volumeClaimTemplates: Invalid value: \"data\": {Immutable}", Update(old, claims).Message);
        Assert.Equal($"spec.volumeClaimTemplates: Invalid value: \"[]\": {Immutable}", Update(claims, old).Message);
    }

    [Fact]
    public void Claims_written_out_in_another_way_are_the_same()
    {
        CloneSet old = SampleSets.Of().With(s => s with { VolumeClaimTemplates = [Claim(null) with { Status = new() { Phase = "Pending" } }] });
        CloneSet set = old.With(s => s with { Replicas = 9, VolumeClaimTemplates = [Claim("Filesystem") with { Kind = "PersistentVolumeClaim", ApiVersion = "v1" }] });
        Assert.True(Update(old, set).Allowed);

        static V1PersistentVolumeClaim Claim(string? mode) => new() { Metadata = new() { Name = "data" }, Spec = new V1PersistentVolumeClaimSpec { VolumeMode = mode } };
    }

    [Fact]
    public void InPlaceOnly_takes_new_images_and_metadata_and_nothing_else()
    {
        CloneSet old = CloneSetDefaults.Apply(SampleSets.Of(new CloneSetUpdateStrategy { Type = "InPlaceOnly" }));
        Assert.True(Update(old, old.WithContainer(c => c with { Image = "image:2" })).Allowed);
        Assert.True(Update(old, old.With(s => Labelled(s, "more", "x"))).Allowed);
        AdmissionVerdict verdict = Update(old, old.WithContainer(c => c with { ImagePullPolicy = "Never" }));
        Assert.Equal(
            "spec.template.spec: Invalid value: \"a change that needs new pods\": with spec.updateStrategy.type InPlaceOnly only the images of containers may be "
            + "changed; other changes take ReCreate or InPlaceIfPossible",
            verdict.Message);
        Assert.Equal(422, verdict.HttpCode);
        Assert.False(Update(old, old.WithPod(p => p with { InitContainers = [SampleSets.Container("init")] })).Allowed);
        Assert.True(Update(old, old.WithContainer(c => c with { ImagePullPolicy = "Never" }).WithStrategy(s => s with { Type = "InPlaceIfPossible" })).Allowed);
        Assert.False(Update(old.WithStrategy(s => s with { Type = "ReCreate" }), old.WithContainer(c => c with { WorkingDir = "/" })).Allowed);
    }

    [Theory]
    [InlineData("ending", "this one is terminating already")]
    [InlineData("orphan", "this one belongs to nobody")]
    [InlineData("foreign", "this one belongs to CloneSet other")]
    [InlineData("gone", "there is no such pod")]
    public void Pods_to_delete_are_pods_of_this_set(string name, string problem)
    {
        CloneSet old = SampleSets.Of();
        string message = $"spec.scaleStrategy.podsToDelete[1]: Invalid value: \"{name}\": {NotOurs}{problem}";
        AdmissionVerdict verdict = Update(old, old.WithPodsToDelete("p0", name));
        Assert.Equal((false, 422, message), (verdict.Allowed, verdict.HttpCode, verdict.Message));
        Assert.True(Update(old.WithPodsToDelete(name), old.WithPodsToDelete("p0", name)).Allowed);
        Assert.True(Admissions.Update(old, old.WithPodsToDelete(name), Now).Allowed);
    }

    [Fact]
    public void An_orphan_is_nobodys_even_where_the_set_has_no_uid_yet()
    {
        CloneSet set = SampleSets.Of().WithPodsToDelete("orphan");
        Assert.Contains("belongs to nobody", Create(set with { Metadata = set.Metadata with { Uid = null } }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trap75_the_controller_may_take_names_out_of_a_set_that_would_not_be_accepted_today()
    {
        CloneSet old = SampleSets.Of(InPlace(0, 0), new V1PodSpec { Containers = [] }).WithPodsToDelete("gone", "ending", "gone", "p0");
        Assert.False(Create(old.WithPodsToDelete()).Allowed);
        Assert.True(Update(old, old.WithPodsToDelete("ending", "p0")).Allowed);
        Assert.True(Update(old, old.With(s => s with { ScaleStrategy = new CloneSetScaleStrategy() })).Allowed);
        Assert.False(Update(old, old.WithPodsToDelete("ending").With(s => s with { Replicas = 7 })).Allowed);
        Assert.False(Update(old, old.WithPodsToDelete("gone", "p1")).Allowed);
    }

    [Fact]
    public void A_change_of_metadata_or_status_passes_and_so_does_all_while_the_set_is_deleted()
    {
        CloneSet old = SampleSets.Of(InPlace(0, 0));
        CloneSet labelled = old with { Metadata = old.Metadata with { Labels = new Dictionary<string, string> { ["x"] = "y" } }, Status = new CloneSetStatus { Replicas = 3 } };
        Assert.True(Update(old, labelled).Allowed);
        CloneSet deleted = old with { Metadata = old.Metadata with { DeletionTimestamp = Now, Finalizers = [] } };
        Assert.True(Update(old, deleted.WithPodsToDelete("gone").With(s => s with { Selector = null, Replicas = -1 })).Allowed);
    }

    [Fact]
    public void All_problems_are_reported_together_and_the_sent_object_comes_back()
    {
        CloneSet old = SampleSets.Of();
        CloneSet set = SampleSets.Of().With(s => s with { Selector = null, Replicas = -1 }).WithPodsToDelete("gone");
        AdmissionVerdict verdict = Update(old, set);
        Assert.Same(set, verdict.Object);
        Assert.Equal(["spec.selector", "spec.replicas", "spec.selector", "spec.scaleStrategy.podsToDelete[0]"], verdict.Errors.Select(error => error.Field));
        Assert.StartsWith("[spec.selector: Invalid value: \"{}\": cannot be changed", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_daemons_gate_is_none_of_CloneSets_business() =>
        Assert.True(Admissions.Create(SampleSets.Of(), Now, new FeatureGates(KruiseDaemon: false)).Allowed);

    private static void Refused(CloneSet set, params string[] fields)
    {
        AdmissionVerdict verdict = Create(set);
        Assert.Equal((false, 422), (verdict.Allowed, verdict.HttpCode));
        Assert.Equal(fields, verdict.Errors.Select(error => error.Field));
    }

    private static CloneSetSpec Labelled(CloneSetSpec spec, string key, string value) => spec with
    {
        Template = spec.Template! with
        {
            Metadata = spec.Template.Metadata with { Labels = new Dictionary<string, string>(spec.Template.Metadata.Labels) { [key] = value } },
        },
    };

    private static AdmissionVerdict Create(CloneSet set) => Admissions.Create(set, Now, view: new SmallView(Find));

    private static AdmissionVerdict Update(CloneSet old, CloneSet set) =>
        Admissions.Update(old, set, Now, view: new SmallView(Find));

    private static V1Pod? Find(ObjectKey key) => key.Namespace == "default" ? Array.Find(_pods, pod => pod.Metadata.Name == key.Name) : null;
}
