using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;
using Xunit;

namespace Kruise.Core.Tests.Api;

public sealed class SidecarSetDefaultsTests
{
    [Fact]
    public void Vector_of_upstream()
    {
        SidecarSet set = SidecarSetDefaults.Apply(Sent("dns:1.0"));
        SidecarContainer container = set.Spec.Containers![0];
        Assert.Equal(
            ("RollingUpdate", "0", "1"),
            (set.Spec.UpdateStrategy.Type, set.Spec.UpdateStrategy.Partition?.ToString(), set.Spec.UpdateStrategy.MaxUnavailable?.ToString()));
        Assert.Equal(
            ("BeforeAppContainer", "disabled", "ColdUpgrade"),
            (container.PodInjectPolicy, container.ShareVolumePolicy!.Type, container.UpgradeStrategy!.UpgradeType));
        Assert.Equal(
            ("IfNotPresent", "/dev/termination-log", "File"),
            (container.ImagePullPolicy, container.TerminationMessagePath, container.TerminationMessagePolicy));
        Assert.Equal("9w829wfc74c22465fv2z2dwf54x7c5wv6424f98dv7bcwx8444768wf6wfv4bdfc", set.Metadata.Annotations[SidecarSetKeys.Hash]);
    }

    [Theory]
    [InlineData("dns", "Always")]
    [InlineData("dns:latest", "Always")]
    [InlineData("dns:1", "IfNotPresent")]
    [InlineData("dns@sha256:0123456789012345678901234567890123456789012345678901234567890123", "IfNotPresent")]
    [InlineData("dns:latest@sha256:0123456789012345678901234567890123456789012345678901234567890123", "Always")]
    public void Pull_policies_go_by_the_tag(string image, string policy) =>
        Assert.Equal(policy, SidecarSetDefaults.Apply(Sent(image)).Spec.Containers![0].ImagePullPolicy);

    [Fact]
    public void What_was_given_stays()
    {
        SidecarSet sent = Sent("dns:1.0").WithContainer(c => c with
        {
            PodInjectPolicy = "AfterAppContainer",
            ImagePullPolicy = "Never",
            ShareVolumePolicy = new ShareVolumePolicy { Type = "enabled" },
        }).WithStrategy(s => s with { Type = "NotUpdate", Partition = "20%", MaxUnavailable = 0 });
        SidecarSet set = SidecarSetDefaults.Apply(sent);
        Assert.Equal(sent.Spec.UpdateStrategy, set.Spec.UpdateStrategy);
        SidecarContainer container = set.Spec.Containers![0];
        Assert.Equal(("AfterAppContainer", "Never", "enabled"), (container.PodInjectPolicy, container.ImagePullPolicy, container.ShareVolumePolicy!.Type));
    }

    [Fact]
    public void Init_containers_get_what_Kubernetes_gives_and_nothing_of_ours()
    {
        SidecarSet sent = Sent("dns:1.0").With(s => s with { InitContainers = [SidecarSetSamples.Container("init", "init:1")] });
        SidecarContainer container = SidecarSetDefaults.Apply(sent).Spec.InitContainers![0];
        Assert.Equal(("IfNotPresent", "File"), (container.ImagePullPolicy, container.TerminationMessagePolicy));
        Assert.Null(container.PodInjectPolicy);
        Assert.Null(container.ShareVolumePolicy);
        Assert.Null(container.UpgradeStrategy);
    }

    [Fact]
    public void Startup_probes_and_volumes_get_what_Kubernetes_gives()
    {
        V1Probe bare = new() { TcpSocket = new V1TCPSocketAction { Port = 80 } };
        V1Probe whole = bare with { TimeoutSeconds = 1, PeriodSeconds = 10, SuccessThreshold = 1, FailureThreshold = 3 };
        SidecarSet sent = Sent("dns:1.0").WithContainer(c => c with { StartupProbe = bare }).With(s => s with { Volumes = [SidecarSetSamples.Volume("v")] });
        SidecarSet set = SidecarSetDefaults.Apply(sent);
        V1Probe probe = set.Spec.Containers![0].StartupProbe;
        Assert.Equal((1, 10, 1, 3), (probe.TimeoutSeconds, probe.PeriodSeconds, probe.SuccessThreshold, probe.FailureThreshold));
        Assert.Equal("", set.Spec.Volumes![0].HostPath.Type);

        // Written out in full it hashes as it does in v0.8.0.
        SidecarSet full = SidecarSetDefaults.Apply(sent.WithContainer(c => c with { StartupProbe = whole }));
        Assert.Equal(SidecarSetHash.In(set), SidecarSetHash.In(full));
    }

    [Fact]
    public void Hashes_that_a_user_wrote_are_replaced_and_other_annotations_stay()
    {
        SidecarSet fine = SidecarSetDefaults.Apply(Sent("dns:1.0"));
        foreach (string key in (string[])[SidecarSetKeys.Hash, SidecarSetKeys.HashWithoutImage])
        {
            Dictionary<string, string> annotations = new(fine.Metadata.Annotations) { [key] = "mine", ["other"] = "stays" };
            SidecarSet set = SidecarSetDefaults.Apply(fine with { Metadata = fine.Metadata with { Annotations = annotations } });
            Assert.Equal(new Dictionary<string, string>(fine.Metadata.Annotations) { ["other"] = "stays" }, set.Metadata.Annotations);
            Assert.Equal("mine", annotations[key]);
        }
    }

    [Fact]
    public void Nothing_is_missing_the_second_time()
    {
        SidecarSet set = SidecarSetDefaults.Apply(Sent("dns:1.0").With(s => s with
        {
            InitContainers = [SidecarSetSamples.Container("init")],
            Volumes = [SidecarSetSamples.Volume("v")],
        }));
        Assert.Same(set, SidecarSetDefaults.Apply(set));
        SidecarSet read = KubernetesJson.Deserialize<SidecarSet>(KubernetesJson.Serialize(set));
        Assert.Same(read, SidecarSetDefaults.Apply(read));
    }

    [Fact]
    public void A_new_image_changes_one_hash_and_anything_else_both()
    {
        SidecarSet set = SidecarSetDefaults.Apply(Sent("dns:1.0"));
        SidecarSet image = SidecarSetDefaults.Apply(set.WithContainer(c => c with { Image = "dns:2.0" }));
        Assert.NotEqual(SidecarSetHash.In(set), SidecarSetHash.In(image));
        Assert.Equal(SidecarSetHash.WithoutImagesIn(set), SidecarSetHash.WithoutImagesIn(image));
        SidecarSet args = SidecarSetDefaults.Apply(set.WithContainer(c => c with { Args = ["-v"] }));
        Assert.NotEqual(SidecarSetHash.WithoutImagesIn(set), SidecarSetHash.WithoutImagesIn(args));
        SidecarSet volumes = SidecarSetDefaults.Apply(set.With(s => s with { Volumes = [SidecarSetSamples.Volume("v")] }));
        Assert.Same(set.Metadata, volumes.Metadata);
    }

    [Fact]
    public void Fields_that_are_not_known_stay()
    {
        const string json = """
            {"apiVersion":"apps.kruise.io/v1alpha1","kind":"SidecarSet","later":1,"metadata":{"name":"s"},
             "spec":{"injectionStrategy":{"paused":true},"selector":{"matchLabels":{"a":"b"}},"updateStrategy":{"priorityStrategy":{"x":1}},
                     "containers":[{"name":"c","image":"i:1","resourcesPolicy":{"targetContainersMode":"sum"},"upgradeStrategy":{"hotUpgradeEmptyImage":"e"},
                                    "shareVolumePolicy":{"more":2},"transferEnv":[{"sourceContainerName":"m","envName":"E","envNames":["F"]}]}]},
             "status":{"matchedPods":1,"updatedPods":1,"readyPods":1,"latestRevision":"r"}}
            """;
        string result = KubernetesJson.Serialize(SidecarSetDefaults.Apply(KubernetesJson.Deserialize<SidecarSet>(json)));
        foreach (string kept in (string[])["\"later\":1", "\"injectionStrategy\":{\"paused\":true}", "\"priorityStrategy\":{\"x\":1}", "\"more\":2", "\"envNames\":[\"F\"]",
            "\"resourcesPolicy\":{\"targetContainersMode\":\"sum\"}", "\"hotUpgradeEmptyImage\":\"e\"", "\"latestRevision\":\"r\""])
        {
            Assert.Contains(kept, result, StringComparison.Ordinal);
        }
    }

    private static SidecarSet Sent(string image) => new()
    {
        Metadata = new V1ObjectMeta { Name = "set" },
        Spec = new SidecarSetSpec { Containers = [new SidecarContainer { Name = "dns-f", Image = image }] },
    };
}
