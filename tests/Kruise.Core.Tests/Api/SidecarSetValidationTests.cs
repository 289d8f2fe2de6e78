using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Tests.Selectors;
using Xunit;
using static Kruise.Core.Tests.Api.SidecarSetSamples;

namespace Kruise.Core.Tests.Api;

/// <summary>Each rule of SidecarSets, with the words that a user sees.</summary>
public sealed class SidecarSetValidationTests
{
    private const string Amount = "must be a whole number of pods >= 0 or a percentage of the pods that match such as 20%";
    private const string Name = "must be at most 63 letters, digits and '-'";

    [Fact]
    public void Fine_ones_pass()
    {
        Fine(Of());
        Fine(Of("Set-With-Capitals-1"));
        Fine(Of(new string('n', 63)));
        Fine(Of().With(spec => spec with { Containers = null, InitContainers = [Container("init")] }));
        Fine(Of().WithStrategy(s => s with { Partition = "150%", MaxUnavailable = "0%", Selector = SelectorOverlapTests.Selector("canary exists") }));
        Fine(Of().WithStrategy(s => s with { ScatterStrategy = [] }));
        Fine(Of().WithStrategy(s => s with { ScatterStrategy = [new() { Key = "a", Value = "*" }, new() { Key = "a", Value = "b" }] }));
        SidecarSet generated = Of();
        Fine(generated with { Metadata = new V1ObjectMeta { GenerateName = "set-" } });
    }

    [Fact]
    public void A_set_that_does_not_update_may_say_anything_of_how() =>
        Fine(Of().WithStrategy(s => s with { Type = "NotUpdate", Partition = -1, MaxUnavailable = "x", Selector = new V1LabelSelector() }));

    [Theory]
    [InlineData("", "metadata.name: Required value: " + Name)]
    [InlineData("a.b", "metadata.name: Invalid value: \"a.b\": " + Name)]
    [InlineData("é", "metadata.name: Invalid value: \"é\": " + Name)]
    [InlineData("a\n", "metadata.name: Invalid value: \"a\n\": " + Name)]
    public void Names(string name, string message) => Refused(Of() with { Metadata = new V1ObjectMeta { Name = name } }, message);

    [Fact]
    public void Long_and_generated_names()
    {
        string name = new('n', 64);
        Refused(Of(name), $"metadata.name: Invalid value: \"{name}\": {Name}");
        Refused(Of() with { Metadata = new V1ObjectMeta { GenerateName = "a_" } }, $"metadata.generateName: Invalid value: \"a_\": {Name}");
    }

    [Fact]
    public void Selectors()
    {
        Refused(Of().With(s => s with { Selector = null }), "spec.selector: Required value: must select pods by their labels");
        Refused(
            Of().With(s => s with { Selector = new V1LabelSelector() }),
            "spec.selector: Invalid value: \"{}\": must not be empty: it would select every pod");
        Refused(
            Of(selector: "app in"),
            "spec.selector.matchExpressions[0].values: Required value: In needs at least one value");
        Refused(
            Of(selector: "app like x"),
            "spec.selector.matchExpressions[0].operator: Invalid value: \"like\": must be In, NotIn, Exists or DoesNotExist");
    }

    [Fact]
    public void Strategies()
    {
        Refused(
            Of().WithStrategy(s => s with { Type = "OnDelete" }),
            "spec.updateStrategy.type: Invalid value: \"OnDelete\": must be RollingUpdate or NotUpdate");
        Refused(
            Of().WithStrategy(s => s with { Selector = new V1LabelSelector() }),
            "spec.updateStrategy.selector: Invalid value: \"{}\": must not be empty: leave it out to update all pods");
        Refused(
            Of().WithStrategy(s => s with { Selector = SelectorOverlapTests.Selector("a exists x") }),
            "spec.updateStrategy.selector.matchExpressions[0].values: Invalid value: \"x\": Exists takes no values");
        Refused(Of().WithStrategy(s => s with { Partition = -1 }), $"spec.updateStrategy.partition: Invalid value: \"-1\": {Amount}");
        Refused(Of().WithStrategy(s => s with { Partition = "1.5%" }), $"spec.updateStrategy.partition: Invalid value: \"1.5%\": {Amount}");
        Refused(Of().WithStrategy(s => s with { MaxUnavailable = "-5%" }), $"spec.updateStrategy.maxUnavailable: Invalid value: \"-5%\": {Amount}");
        Refused(Of().WithStrategy(s => s with { MaxUnavailable = "some" }), $"spec.updateStrategy.maxUnavailable: Invalid value: \"some\": {Amount}");
        Refused(
            Of().WithStrategy(s => s with { ScatterStrategy = [new() { Key = "a", Value = "b" }, new() { Key = "a", Value = "b" }] }),
            "spec.updateStrategy.scatterStrategy[1]: Invalid value: \"a:b\": must be listed once: it is a duplicate");
        Refused(
            Of().WithStrategy(s => s with { ScatterStrategy = [new() { Value = "b" }] }),
            "spec.updateStrategy.scatterStrategy[0].key: Required value: must be the key of a label");
    }

    [Fact]
    public void Vector_no_containers_at_all()
    {
        const string message = "spec.containers: Required value: must have at least one container, or spec.initContainers one";
        Refused(Of().With(s => s with { Containers = null }), message);
        Refused(Of().With(s => s with { Containers = [], InitContainers = [] }), message);
    }

    [Fact]
    public void Vectors_of_containers()
    {
        const string image = "must name an image, for example nginx:1.9.1";
        Refused(
            Of().With(s => s with { InitContainers = [Container("init", image: null)] }), $"spec.initContainers[0].image: Required value: {image}");
        Refused(Of().WithContainer(c => c with { Image = "" }), $"spec.containers[0].image: Required value: {image}");
        Refused(
            Of().WithContainer(c => c with { ShareVolumePolicy = null }),
            "spec.containers[0].shareVolumePolicy.type: Required value: must be enabled or disabled");
        Refused(
            Of().WithContainer(c => c with { PodInjectPolicy = null }),
            "spec.containers[0].podInjectPolicy: Required value: must be BeforeAppContainer or AfterAppContainer");
        Refused(
            Of().With(s => s with { Volumes = [new V1Volume { Name = "v" }] }), "spec.volumes[0]: Required value: must have a source, for example emptyDir");
    }

    [Fact]
    public void Policies_of_both_kinds_of_containers()
    {
        SidecarContainer odd = Container("odd") with { PodInjectPolicy = "First", ShareVolumePolicy = new ShareVolumePolicy { Type = "yes" } };
        string[] messages =
        [
            "[0].podInjectPolicy: Invalid value: \"First\": must be BeforeAppContainer or AfterAppContainer",
            "[0].shareVolumePolicy.type: Invalid value: \"yes\": must be enabled or disabled",
        ];
        Refused(Of().With(s => s with { Containers = [odd] }), [.. messages.Select(message => "spec.containers" + message)]);
        Refused(Of().With(s => s with { InitContainers = [odd] }), [.. messages.Select(message => "spec.initContainers" + message)]);
    }

    [Fact]
    public void Variables_to_transfer_have_names()
    {
        SidecarContainer Odd(string name) => SidecarSetDefaults.Apply(Of(container: name)).Spec.Containers![0] with
        {
            TransferEnv = [new TransferEnvVar { SourceContainerName = "main", EnvName = "A" }, new TransferEnvVar()],
        };
        string[] messages =
        [
            "[0].transferEnv[1].sourceContainerName: Required value: must be the name of a container of the pod",
            "[0].transferEnv[1].envName: Required value: must be the name of a variable of that container",
        ];
        Refused(Of().With(s => s with { Containers = [Odd("log")] }), [.. messages.Select(message => "spec.containers" + message)]);
        Refused(Of().With(s => s with { InitContainers = [Odd("init")] }), [.. messages.Select(message => "spec.initContainers" + message)]);
    }

    [Fact]
    public void What_no_pod_may_say()
    {
        const string label = "must be a DNS label: at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit";
        Refused(Of(container: "Log"), $"spec.containers[0].name: Invalid value: \"Log\": {label}");
        Refused(
            Of().With(s => s with { InitContainers = [Container()] }),
            "spec.containers[0].name: Invalid value: \"log\": must be unique: it is taken by another one");
        Refused(
            Of().WithContainer(c => c with { VolumeMounts = [new V1VolumeMount { Name = "v", MountPath = "/v" }] }),
            "spec.containers[0].volumeMounts[0].name: Invalid value: \"v\": must be the name of a volume of the set; there is none of that name");
        Refused(
            Of().With(s => s with { Volumes = [Volume("v"), Volume("v", "/b")] }),
            "spec.volumes[1].name: Invalid value: \"v\": must be unique: it is taken by another one");
        Refused(
            Of().With(s => s with { Volumes = [Volume("v") with { EmptyDir = new V1EmptyDirVolumeSource() }] }),
            "spec.volumes[0]: Invalid value: \"2 sources\": must have one source");
        Refused(
            Of().With(s => s with { InitContainers = [Container("init") with { ReadinessProbe = new V1Probe { TcpSocket = new V1TCPSocketAction { Port = 1 } } }] }),
            "spec.initContainers[0].readinessProbe: Invalid value: \"{}\": is not allowed: init containers run to their end");
        V1ContainerPort port = new() { ContainerPort = 80, HostPort = 8080 };
        Refused(
            Of().WithContainer(c => c with { Ports = [port, port with { Protocol = "UDP" }, port with { HostIP = "127.0.0.1" }, port with { ContainerPort = 81 }] }),
            "spec.containers[0].ports[3].hostPort: Invalid value: \"8080\": must be unique: it is taken by another port");
    }

    [Fact]
    public void The_upgrade_type_stays()
    {
        SidecarSet hot = Of().WithContainer(c => c with { UpgradeStrategy = new SidecarUpgradeStrategy { UpgradeType = "HotUpgrade" } });
        SidecarSet empty = Of().WithContainer(c => c with { UpgradeStrategy = new SidecarUpgradeStrategy() });
        const string field = "spec.containers[0].upgradeStrategy.upgradeType: Invalid value: ";
        Refused(hot, field + "\"HotUpgrade\": must be ColdUpgrade");
        Refused(Of(), hot, field + "\"HotUpgrade\": cannot be changed: it is ColdUpgrade for container log");
        Refused(hot, Of(), field + "\"ColdUpgrade\": cannot be changed: it is HotUpgrade for container log");
        Refused(empty, hot, field + "\"HotUpgrade\": must be ColdUpgrade");
        Assert.Empty(SidecarSetValidation.Validate(empty, Of(), []));
        Assert.Empty(SidecarSetValidation.Validate(hot, hot.WithContainer(c => c with { Image = "log:2" }), []));
        Assert.Empty(SidecarSetValidation.Validate(hot, Of(container: "other"), []));

        SidecarSet init = Of().With(s => s with { InitContainers = [Container("init") with { UpgradeStrategy = new SidecarUpgradeStrategy { UpgradeType = "HotUpgrade" } }] });
        Refused(init, "spec.initContainers[0].upgradeStrategy.upgradeType: Invalid value: \"HotUpgrade\": must be ColdUpgrade");
    }

    [Fact]
    public void What_is_left_as_it_is_and_what_is_being_deleted_passes()
    {
        SidecarSet bad = Of().With(s => s with { Selector = null });
        SidecarSet labelled = bad with { Spec = bad.Spec with { }, Metadata = bad.Metadata with { Labels = new Dictionary<string, string> { ["a"] = "b" } } };
        Assert.Empty(SidecarSetValidation.Validate(bad, labelled, []));
        Assert.NotEmpty(SidecarSetValidation.Validate(bad, bad.WithStrategy(s => s with { Paused = true }), []));
        SidecarSet deleted = bad with { Metadata = bad.Metadata with { DeletionTimestamp = new DateTime(2021, 1, 1, 0, 0, 0, DateTimeKind.Utc) } };
        Assert.Empty(SidecarSetValidation.Validate(Of(), deleted, []));
    }

    private static void Fine(SidecarSet set) => Assert.Empty(SidecarSetValidation.Validate(null, set, []));

    private static void Refused(SidecarSet set, params string[] messages) =>
        Assert.Equal(messages, SidecarSetValidation.Validate(null, set, []).Select(error => error.ToString()));

    private static void Refused(SidecarSet old, SidecarSet set, string message) =>
        Assert.Equal([message], SidecarSetValidation.Validate(old, set, []).Select(error => error.ToString()));
}
