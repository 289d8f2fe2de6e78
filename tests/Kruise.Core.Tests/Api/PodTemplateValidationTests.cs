using k8s.Models;
using Kruise.Core.Api;
using Xunit;

namespace Kruise.Core.Tests.Api;

/// <summary>Each rule with its message.</summary>
public sealed class PodTemplateValidationTests
{
    private const string Pod = "spec.template.spec";
    private const string Main = Pod + ".containers[0]";
    private const string DnsLabel = "must be a DNS label: at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit";
    private const string Taken = "must be unique: it is taken by another one";
    private const string LabelKey = "must be a label key: a name of at most 63 letters, digits, '-', '_' and '.', optionally after a DNS prefix and '/'";
    private const string LabelValue = "must be a label value: empty, or at most 63 letters, digits, '-', '_' and '.' that begin and end with a letter or digit";
    private const string EnvName = "must be letters, digits, '-', '_' and '.', not beginning with a digit";
    private const string Mount = "must be the name of a volume or of a claim template";
    private const string RunsToTheEnd = "is not allowed: init containers run to their end";

    private static readonly Dictionary<string, (Func<V1PodTemplateSpec, V1PodTemplateSpec> Change, string Message)> _cases = new()
    {
        ["label key"] = (t => Labels(t, "a b", "x"), $"spec.template.metadata.labels: Invalid value: \"a b\": {LabelKey}"),
        ["label value"] = (t => Labels(t, "c", "x y"), $"spec.template.metadata.labels[c]: Invalid value: \"x y\": {LabelValue}"),
        ["annotation key"] = (t => Annotations(t, "-x", "any thing"), $"spec.template.metadata.annotations: Invalid value: \"-x\": {LabelKey}"),
        ["annotation size"] = (
            t => Annotations(t, "a", new string('x', 256 * 1024)),
            "spec.template.metadata.annotations: Invalid value: \"262145 bytes\": must be at most 262144 bytes together"),
        ["selector"] = (
            t => t with { Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["a"] = "c", ["A"] = "" } } },
            "spec.template.metadata.labels: Invalid value: \"A=,a=c\": must be matched by spec.selector"),
        ["no labels"] = (t => t with { Metadata = null }, "spec.template.metadata.labels: Invalid value: \"{}\": must be matched by spec.selector"),
        ["no spec"] = (t => t with { Spec = null }, $"{Pod}: Required value: must describe a pod: at least its containers"),
        ["no containers"] = (t => Of(t, p => p with { Containers = [] }), $"{Pod}.containers: Required value: must have at least one container"),
        ["name absent"] = (t => C(t, c => c with { Name = null }), $"{Main}.name: Required value: {DnsLabel}"),
        ["name"] = (t => C(t, c => c with { Name = "a.b" }), $"{Main}.name: Invalid value: \"a.b\": {DnsLabel}"),
        ["name taken by an init container"] = (
            t => Of(t, p => p with { InitContainers = [SampleSets.Container()] }), $"{Main}.name: Invalid value: \"main\": {Taken}"),
        ["image absent"] = (t => C(t, c => c with { Image = " " }), $"{Main}.image: Required value: must name an image, for example nginx:1.9.1"),
        ["image padded"] = (t => C(t, c => c with { Image = "a " }), $"{Main}.image: Invalid value: \"a \": must not begin or end with white space"),
        ["pull policy"] = (
            t => C(t, c => c with { ImagePullPolicy = "Often" }), $"{Main}.imagePullPolicy: Invalid value: \"Often\": must be Always, IfNotPresent or Never"),
        ["message policy"] = (
            t => C(t, c => c with { TerminationMessagePolicy = "Log" }),
            $"{Main}.terminationMessagePolicy: Invalid value: \"Log\": must be File or FallbackToLogsOnError"),
        ["port low"] = (t => Port(t, new V1ContainerPort { ContainerPort = 0 }), $"{Main}.ports[0].containerPort: Invalid value: \"0\": must be 1 to 65535"),
        ["port high"] = (t => Port(t, new V1ContainerPort { ContainerPort = 65536 }), $"{Main}.ports[0].containerPort: Invalid value: \"65536\": must be 1 to 65535"),
        ["host port"] = (t => Port(t, new V1ContainerPort { ContainerPort = 1, HostPort = -1 }), $"{Main}.ports[0].hostPort: Invalid value: \"-1\": must be 0 to 65535"),
        ["port name"] = (
            t => Port(t, new V1ContainerPort { ContainerPort = 1, Name = "80" }),
            $"{Main}.ports[0].name: Invalid value: \"80\": must be at most 15 lower-case letters, digits and single '-', with a letter and without '-' at the ends"),
        ["port name taken"] = (
            t => Port(t, new V1ContainerPort { ContainerPort = 1, Name = "web" }, new V1ContainerPort { ContainerPort = 2, Name = "web" }), $"{Main}.ports[1].name: Invalid value: \"web\": {Taken}"),
        ["protocol"] = (t => Port(t, new V1ContainerPort { ContainerPort = 1, Protocol = "tcp" }), $"{Main}.ports[0].protocol: Invalid value: \"tcp\": must be TCP, UDP or SCTP"),
        ["env name absent"] = (t => Env(t, new V1EnvVar { Value = "x" }), $"{Main}.env[0].name: Required value: {EnvName}"),
        ["env name"] = (t => Env(t, new V1EnvVar { Name = "1A" }), $"{Main}.env[0].name: Invalid value: \"1A\": {EnvName}"),
        ["env twice"] = (
            t => Env(t, new V1EnvVar { Name = "A", Value = "x", ValueFrom = new V1EnvVarSource() }),
            $"{Main}.env[0].valueFrom: Invalid value: \"valueFrom with value x\": a value is given or taken from somewhere, not both"),
        ["mount of nothing"] = (t => Mounts(t, new V1VolumeMount { MountPath = "/a" }), $"{Main}.volumeMounts[0].name: Required value: {Mount}"),
        ["mount unknown"] = (
            t => Mounts(t, new V1VolumeMount { Name = "x", MountPath = "/a" }), $"{Main}.volumeMounts[0].name: Invalid value: \"x\": {Mount}; there is none of that name"),
        ["mount path absent"] = (t => Mounts(t, new V1VolumeMount { Name = "data" }), $"{Main}.volumeMounts[0].mountPath: Required value: must be a path in the container"),
        ["mount path taken"] = (
            t => Mounts(t, new V1VolumeMount { Name = "data", MountPath = "/a" }, new V1VolumeMount { Name = "data", MountPath = "/a" }),
            $"{Main}.volumeMounts[1].mountPath: Invalid value: \"/a\": must be unique: another volume is mounted there"),
        ["volume name"] = (t => Volumes(t, new V1Volume { Name = "A" }), $"{Pod}.volumes[0].name: Invalid value: \"A\": {DnsLabel}"),
        ["volume name taken"] = (t => Volumes(t, new() { Name = "a" }, new() { Name = "a" }), $"{Pod}.volumes[1].name: Invalid value: \"a\": {Taken}"),
        ["volume sources"] = (
            t => Volumes(t, new V1Volume { Name = "a", EmptyDir = new(), Rbd = new() }), $"{Pod}.volumes[0]: Invalid value: \"2 sources\": must have one source"),
        ["request over limit"] = (
            t => Resources(t, "1500m", "1"), $"{Main}.resources.requests[cpu]: Invalid value: \"1500m\": must be <= the limit, which is 1"),
        ["negative limit"] = (t => Resources(t, null, "-1"), $"{Main}.resources.limits[cpu]: Invalid value: \"-1\": must be >= 0"),
        ["negative request"] = (t => Resources(t, "-2", null), $"{Main}.resources.requests[cpu]: Invalid value: \"-2\": must be >= 0"),
        ["probe handlers"] = (
            t => C(t, c => c with { ReadinessProbe = new V1Probe { Exec = new() { Command = ["true"] }, TcpSocket = new() { Port = 1 } } }),
            $"{Main}.readinessProbe: Invalid value: \"2 handlers\": must have one of exec, httpGet, tcpSocket and grpc"),
        ["probe initial delay"] = (t => Probe(t, new() { InitialDelaySeconds = -1 }), $"{Main}.readinessProbe.initialDelaySeconds: Invalid value: \"-1\": must be >= 0"),
        ["probe timeout"] = (t => Probe(t, new() { TimeoutSeconds = -1 }), $"{Main}.readinessProbe.timeoutSeconds: Invalid value: \"-1\": must be >= 0"),
        ["probe period"] = (t => Probe(t, new() { PeriodSeconds = -1 }), $"{Main}.readinessProbe.periodSeconds: Invalid value: \"-1\": must be >= 0"),
        ["probe success"] = (t => Probe(t, new() { SuccessThreshold = -1 }), $"{Main}.readinessProbe.successThreshold: Invalid value: \"-1\": must be >= 0"),
        ["probe failure"] = (t => Probe(t, new() { FailureThreshold = -1 }), $"{Main}.readinessProbe.failureThreshold: Invalid value: \"-1\": must be >= 0"),
        ["probe grace"] = (
            t => Probe(t, new() { TerminationGracePeriodSeconds = 0 }), $"{Main}.readinessProbe.terminationGracePeriodSeconds: Invalid value: \"0\": must be >= 1"),
        ["liveness success"] = (
            t => C(t, c => c with { LivenessProbe = new() { SuccessThreshold = 2 } }),
            $"{Main}.livenessProbe.successThreshold: Invalid value: \"2\": must be 1: only readiness is found again by several successes"),
        ["init probe"] = (
            t => Init(t, c => c with { ReadinessProbe = new V1Probe() }), $"{Pod}.initContainers[0].readinessProbe: Invalid value: \"{{}}\": {RunsToTheEnd}"),
        ["init lifecycle"] = (
            t => Init(t, c => c with { Lifecycle = new V1Lifecycle() }), $"{Pod}.initContainers[0].lifecycle: Invalid value: \"{{}}\": {RunsToTheEnd}"),
        ["ephemeral"] = (
            t => Of(t, p => p with { EphemeralContainers = [new V1EphemeralContainer { Name = "debug" }] }),
            $"{Pod}.ephemeralContainers: Invalid value: \"debug\": is not allowed in a template: such containers are added to running pods"),
        ["restart policy"] = (t => Of(t, p => p with { RestartPolicy = "OnFailure" }), $"{Pod}.restartPolicy: Invalid value: \"OnFailure\": must be Always"),
        ["deadline"] = (
            t => Of(t, p => p with { ActiveDeadlineSeconds = 9 }),
            $"{Pod}.activeDeadlineSeconds: Invalid value: \"9\": is not allowed: pods of a workload like this one do not end by themselves"),
        ["grace"] = (
            t => Of(t, p => p with { TerminationGracePeriodSeconds = -1 }), $"{Pod}.terminationGracePeriodSeconds: Invalid value: \"-1\": must be >= 0"),
        ["dns policy"] = (
            t => Of(t, p => p with { DnsPolicy = "Mine" }),
            $"{Pod}.dnsPolicy: Invalid value: \"Mine\": must be ClusterFirst, ClusterFirstWithHostNet, Default or None"),
        ["node selector"] = (
            t => Of(t, p => p with { NodeSelector = new Dictionary<string, string> { ["zone"] = "a b" } }), $"{Pod}.nodeSelector[zone]: Invalid value: \"a b\": {LabelValue}"),
        ["toleration operator"] = (
            t => Tolerate(t, new V1Toleration { Key = "k", OperatorProperty = "In" }), $"{Pod}.tolerations[0].operator: Invalid value: \"In\": must be Equal or Exists"),
        ["toleration without key"] = (
            t => Tolerate(t, new V1Toleration { Value = "v" }),
            $"{Pod}.tolerations[0].operator: Invalid value: \"Equal\": must be Exists when there is no key: it tolerates every taint"),
        ["toleration key"] = (t => Tolerate(t, new V1Toleration { Key = "a b" }), $"{Pod}.tolerations[0].key: Invalid value: \"a b\": {LabelKey}"),
        ["toleration value"] = (
            t => Tolerate(t, new V1Toleration { Key = "k", OperatorProperty = "Exists", Value = "v" }),
            $"{Pod}.tolerations[0].value: Invalid value: \"v\": must be empty: the operator Exists compares no value"),
        ["toleration effect"] = (
            t => Tolerate(t, new V1Toleration { Key = "k", Effect = "Never" }),
            $"{Pod}.tolerations[0].effect: Invalid value: \"Never\": must be NoSchedule, PreferNoSchedule or NoExecute"),
        ["toleration seconds"] = (
            t => Tolerate(t, new V1Toleration { Key = "k", Effect = "NoSchedule", TolerationSeconds = 5 }),
            $"{Pod}.tolerations[0].tolerationSeconds: Invalid value: \"5\": is only allowed with the effect NoExecute"),
    };

    public static TheoryData<string> Cases => [.. _cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Refused_with_what_is_allowed(string name)
    {
        (Func<V1PodTemplateSpec, V1PodTemplateSpec> change, string message) = _cases[name];
        CloneSet set = SampleSets.Of();
        Assert.Equal([message], Validate(change(set.Spec.Template!)));
    }

    [Fact]
    public void No_template_is_refused() => Assert.Equal(["spec.template: Required value: must describe a pod"], Validate(null));

    [Fact]
    public void A_template_with_a_bit_of_everything_is_fine()
    {
        V1PodTemplateSpec template = SampleSets.Of().Spec.Template!;
        template = Annotations(Labels(template, "example.com/tier", "Front_1.x"), "Example.com/Any", "any thing\n");
        template = Volumes(template, new V1Volume { Name = "cache", EmptyDir = new() }, new V1Volume { Name = "newer" });
        template = Mounts(template, new V1VolumeMount { Name = "cache", MountPath = "/a" }, new V1VolumeMount { Name = "data", MountPath = "/b" });
        template = Port(template, new V1ContainerPort { ContainerPort = 80, Name = "web", Protocol = "TCP" }, new V1ContainerPort { ContainerPort = 80, Protocol = "UDP" });
        template = Env(template, new V1EnvVar { Name = "A.b-c_1" }, new V1EnvVar { Name = "A.b-c_1", ValueFrom = new V1EnvVarSource() });
        template = Resources(template, "1", "1000m");
        template = Probe(template, new() { Exec = new() { Command = ["true"] }, SuccessThreshold = 3, TerminationGracePeriodSeconds = 1 });
        template = Init(template, c => c with { Name = "sidecar", RestartPolicy = "Always", ReadinessProbe = new(), Lifecycle = new() });
        template = Tolerate(
            template,
            new() { OperatorProperty = "Exists" },
            new() { Key = "k", Value = "v", Effect = "NoExecute", TolerationSeconds = -1 },
            new() { Key = "k", OperatorProperty = "Exists" });
        Assert.Empty(Validate(PodTemplateDefaults.Apply(template)));
    }

    [Fact]
    public void A_quantity_that_cannot_be_read_is_no_quantity() => Assert.Throws<FormatException>(() => new ResourceQuantity("many"));

    private static IEnumerable<string> Validate(V1PodTemplateSpec? template) =>
        PodTemplateValidation.Validate(template, SampleSets.Of().Spec.Selector, ["data"], "spec.template").Select(error => error.ToString());

    private static V1PodTemplateSpec Of(V1PodTemplateSpec template, Func<V1PodSpec, V1PodSpec> change) => template with { Spec = change(template.Spec) };

    private static V1PodTemplateSpec C(V1PodTemplateSpec template, Func<V1Container, V1Container> change) =>
        Of(template, pod => pod with { Containers = [change(pod.Containers[0])] });

    private static V1PodTemplateSpec Init(V1PodTemplateSpec template, Func<V1Container, V1Container> change) =>
        Of(template, pod => pod with { InitContainers = [change(SampleSets.Container("init"))] });

    private static V1PodTemplateSpec Labels(V1PodTemplateSpec t, string key, string value) =>
        t with { Metadata = t.Metadata with { Labels = new Dictionary<string, string>(t.Metadata.Labels) { [key] = value } } };

    private static V1PodTemplateSpec Annotations(V1PodTemplateSpec t, string key, string value) =>
        t with { Metadata = t.Metadata with { Annotations = new Dictionary<string, string> { [key] = value } } };

    private static V1PodTemplateSpec Port(V1PodTemplateSpec t, params V1ContainerPort[] ports) => C(t, c => c with { Ports = ports });

    private static V1PodTemplateSpec Env(V1PodTemplateSpec t, params V1EnvVar[] env) => C(t, c => c with { Env = env });

    private static V1PodTemplateSpec Mounts(V1PodTemplateSpec t, params V1VolumeMount[] mounts) => C(t, c => c with { VolumeMounts = mounts });

    private static V1PodTemplateSpec Volumes(V1PodTemplateSpec t, params V1Volume[] volumes) => Of(t, p => p with { Volumes = volumes });

    private static V1PodTemplateSpec Probe(V1PodTemplateSpec t, V1Probe probe) => C(t, c => c with { ReadinessProbe = probe });

    private static V1PodTemplateSpec Tolerate(V1PodTemplateSpec t, params V1Toleration[] tolerations) => Of(t, p => p with { Tolerations = tolerations });

    private static V1PodTemplateSpec Resources(V1PodTemplateSpec t, string? request, string? limit) => C(
        t,
        c => c with
        {
            Resources = new V1ResourceRequirements
            {
                Requests = request is null ? null : new Dictionary<string, ResourceQuantity> { ["cpu"] = new(request) },
                Limits = limit is null ? null : new Dictionary<string, ResourceQuantity> { ["cpu"] = new(limit) },
            },
        });
}
