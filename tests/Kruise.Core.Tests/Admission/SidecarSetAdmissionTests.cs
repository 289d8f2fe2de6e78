using k8s.Models;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.SidecarSets;
using Kruise.Core.Tests.SidecarSets;
using Kruise.Core.Tests.Workloads;
using Xunit;

namespace Kruise.Core.Tests.Admission;

/// <summary>SidecarSets and pods through the pipeline.</summary>
public sealed class SidecarSetAdmissionTests
{
    private static readonly DateTime Now = SidecarSetWorld.Start;
    private static readonly FeatureGates Off = new(PodWebhook: false);

    private static SidecarSet Written(string name = "set") => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new SidecarSetSpec { Selector = SidecarSamples.Select(("app", "web")), Containers = [new SidecarContainer { Name = "agent", Image = "agent:1" }] },
    };

    [Fact]
    public void A_set_leaves_with_its_defaults_and_hashes_and_the_second_time_unchanged()
    {
        AdmissionVerdict verdict = Admissions.Create(Written(), Now);
        Assert.Equal((true, 200, ""), (verdict.Allowed, verdict.HttpCode, verdict.Message));
        var set = (SidecarSet)verdict.Object;
        Assert.Equal("BeforeAppContainer", set.Spec.Containers![0].PodInjectPolicy);
        Assert.Equal(SidecarSetHash.Of(set.Spec), set.Metadata.Annotations[SidecarSetKeys.Hash]);
        Assert.Same(set, Admissions.Update(set, set, Now).Object);
    }

    [Fact]
    public void A_bad_set_is_refused_with_422_and_every_problem_and_goes_back_as_it_was_sent()
    {
        SidecarSet bad = Written("a.b") with { Spec = new SidecarSetSpec { UpdateStrategy = new SidecarSetUpdateStrategy { Type = "OnDelete" } } };
        AdmissionVerdict verdict = Admissions.Create(bad, Now);
        Assert.Equal((false, 422), (verdict.Allowed, verdict.HttpCode));
        Assert.Same(bad, verdict.Object);
        Assert.Equal(
            "[metadata.name: Invalid value: \"a.b\": must be at most 63 letters, digits and '-', spec.selector: Required value: must select pods by their labels, "
            + "spec.updateStrategy.type: Invalid value: \"OnDelete\": must be RollingUpdate or NotUpdate, "
            + "spec.containers: Required value: must have at least one container, or spec.initContainers one]",
            verdict.Message);
    }

    [Fact]
    public void A_set_is_compared_with_all_that_are_stored()
    {
        var view = new SmallView(null, SidecarSamples.Set(name: "z"), SidecarSamples.Set(name: "other", container: "other"));
        AdmissionVerdict verdict = Admissions.Create(Written(), Now, view: view);
        Assert.Equal(
            "spec.containers[0].name: Invalid value: \"agent\": must not be the name of a container of SidecarSet z: both sets select pods labelled app=web", verdict.Message);
    }

    [Fact]
    public void A_label_may_be_put_on_a_set_that_was_stored_without_what_is_filled_in_today_and_is_refused_today()
    {
        SidecarSet stored = Written() with
        {
            Spec = Written().Spec with { Containers = [new SidecarContainer { Name = "Agent", Image = "agent:1" }], Volumes = [new V1Volume { Name = "v", HostPath = new() { Path = "/v" } }] },
        };
        SidecarSet labelled = stored with { Spec = stored.Spec with { }, Metadata = stored.Metadata with { Labels = new Dictionary<string, string> { ["a"] = "b" } } };
        Assert.False(Admissions.Create(stored, Now).Allowed);
        Assert.True(Admissions.Update(stored, labelled, Now).Allowed);
        Assert.False(Admissions.Update(stored, labelled with { Spec = labelled.Spec with { Namespace = "team-a" } }, Now).Allowed);
    }

    [Fact]
    public void Without_the_pod_webhook_sets_are_forbidden_and_pods_are_left_alone()
    {
        foreach (AdmissionVerdict verdict in (AdmissionVerdict[])[Admissions.Create(Written(), Now, Off), Admissions.Update(Written(), Written(), Now, Off)])
        {
            Assert.Equal((false, 403, "feature gate PodWebhook is off: SidecarSet is not allowed"), (verdict.Allowed, verdict.HttpCode, verdict.Message));
        }

        V1Pod pod = SidecarSamples.Bare("p");
        Assert.Same(pod, Admissions.Create(pod, Now, Off, new SmallView(null, SidecarSamples.Set())).Object);
        Assert.DoesNotContain(KruiseAdmission.Steps, step => step.IsForPods && step.IsServed(Off));
        Assert.All(KruiseAdmission.Steps, step => Assert.True(step.IsServed(FeatureGates.Default)));
        Assert.All(KruiseAdmission.Steps, step => Assert.Equal(!step.IsForPods, step.IsServed(Off)));
    }

    [Fact]
    public void A_pod_is_given_the_sidecars_of_the_namespace_that_the_request_is_made_in()
    {
        SidecarSet set = SidecarSamples.Set().With(spec => spec with { Namespace = "team-a" });
        V1Pod pod = SidecarSamples.Bare("p", @namespace: null!);
        AdmissionVerdict verdict = KruiseAdmission.Admit(
            new AdmissionRequest(AdmissionOperation.Create, pod, FeatureGates.Default, Now) { Namespace = "team-a" }, new SmallView(null, set));
        var injected = (V1Pod)verdict.Object;
        Assert.Equal((2, "team-a"), (injected.Spec.Containers.Count, injected.Metadata.NamespaceProperty));

        // Where nothing is put in nothing is changed.
        Assert.Same(pod, KruiseAdmission.Admit(
            new AdmissionRequest(AdmissionOperation.Create, pod, FeatureGates.Default, Now) { Namespace = "team-b" }, new SmallView(null, set)).Object);
    }

    [Fact]
    public void A_pod_that_says_nonsense_of_its_sidecars_is_refused_with_422()
    {
        AdmissionVerdict verdict = Admissions.Create(SidecarSamples.Bare("p").WithAnnotation(SidecarSetKeys.Hash, "{"), Now, view: new SmallView(null, SidecarSamples.Set()));
        Assert.Equal((false, 422), (verdict.Allowed, verdict.HttpCode));
        Assert.Equal(
            "metadata.annotations[kruise.io/sidecarset-hash]: Invalid value: \"{\": must be absent, or a JSON map of what was injected before: it is Kruise's own", verdict.Message);
        Assert.Empty(verdict.Events);
    }

    [Fact]
    public void Trap115_the_pod_webhook_leaves_namespaces_of_the_control_plane_out_and_pods_that_are_there_alone()
    {
        AdmissionStep step = Assert.Single(KruiseAdmission.Steps, step => step.IsForPods);
        Assert.Equal(("mpod.kb.io", "/mutate-pod", true, true, false), (step.Webhook, step.Path, step.IsMutating, step.LeavesControlPlaneOut, step.OnUpdate));
        Assert.DoesNotContain(KruiseAdmission.Steps, other => other != step && (other.LeavesControlPlaneOut || !other.OnUpdate));
        V1Pod pod = SidecarSamples.Bare("p");
        Assert.Same(pod, Admissions.Update(pod, pod, Now, view: new SmallView(null, SidecarSamples.Set())).Object);
    }
}
