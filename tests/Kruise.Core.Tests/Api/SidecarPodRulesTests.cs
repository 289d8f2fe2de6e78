using System.Text.Json;
using Kruise.Core.Api;
using Kruise.Core.Revisions;
using Xunit;
using static Kruise.Core.Tests.Api.SidecarSetSamples;

namespace Kruise.Core.Tests.Api;

/// <summary>
/// What no API server takes as part of a pod no set may say, and what is not known to be fine: each rule with the words that a user sees. The tests of Live hold these
/// rules against a real API server, both ways: what is let in is taken there, and what is refused is refused there.
/// </summary>
public sealed class SidecarPodRulesTests
{
    private const string ProbeAllowed = "must have one of exec, httpGet, tcpSocket and grpc";
    private const string HookAllowed = "must have one of exec, httpGet, tcpSocket and sleep";
    private const string SourceAllowed = "must have one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef and fileKeyRef";
    private const string KeyAllowed = "must be at most 253 letters, digits, '-', '_' and '.', neither \".\" nor beginning with \"..\"";
    private const string NameAllowed = "must be cpu, memory, ephemeral-storage, hugepages-SIZE, or a resource with a domain such as example.com/gpu";

    /// <summary>What a container says, and what is wrong with it after its own path.</summary>
    private static readonly (string Container, string Message)[] _containers =
    [
        ("'readinessProbe':{}", $"readinessProbe: Required value: {ProbeAllowed}"),
        (
            "'readinessProbe':{'httpGet':{'port':80,'httpHeaders':[{'name':'A','value':''},{'name':'a b','value':''}]}}",
            "readinessProbe.httpGet.httpHeaders[1].name: Invalid value: \"a b\": must be letters, digits and '-'"),
        ("'lifecycle':{'preStop':{}}", $"lifecycle.preStop: Required value: {HookAllowed}"),
        ("'env':[{'name':'A','valueFrom':{}}]", $"env[0].valueFrom: Required value: {SourceAllowed}"),
        (
            "'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels'}}}]",
            "env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"metadata.labels\": must be metadata.name, metadata.namespace, metadata.uid, spec.nodeName, spec.serviceAccountName, "
                + "status.hostIP, status.hostIPs, status.podIP, status.podIPs, or metadata.labels or metadata.annotations with a key in ['']"),
        (
            "'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'metadata.name','apiVersion':'v2'}}}]",
            "env[0].valueFrom.fieldRef.apiVersion: Invalid value: \"v2\": must be v1"),
        (
            "'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':\"metadata.labels['a b']\"}}}]",
            "env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"a b\": must be a label key: a name of at most 63 letters, digits, '-', '_' and '.', optionally after a DNS prefix and '/'"),
        (
            "'env':[{'name':'A','valueFrom':{'resourceFieldRef':{'resource':'limits.gpu'}}}]",
            "env[0].valueFrom.resourceFieldRef.resource: Invalid value: \"limits.gpu\": must be limits. or requests. with cpu, memory or ephemeral-storage"),
        (
            "'env':[{'name':'A','valueFrom':{'resourceFieldRef':{'resource':'limits.cpu','divisor':'2'}}}]",
            "env[0].valueFrom.resourceFieldRef.divisor: Invalid value: \"2\": must be 1m or 1"),
        (
            "'env':[{'name':'A','valueFrom':{'resourceFieldRef':{'resource':'requests.memory','divisor':'2Mi'}}}]",
            "env[0].valueFrom.resourceFieldRef.divisor: Invalid value: \"2Mi\": must be 1, or 1 with k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi or Ei"),
        ("'env':[{'name':'A','valueFrom':{'secretKeyRef':{'name':'s','key':'a b'}}}]", $"env[0].valueFrom.secretKeyRef.key: Invalid value: \"a b\": {KeyAllowed}"),
        ("'envFrom':[{}]", "envFrom[0]: Required value: must have one of configMapRef and secretRef"),
        ("'resources':{'limits':{'gpu':'1'}}", $"resources.limits: Invalid value: \"gpu\": {NameAllowed}"),
        ("'resources':{'limits':{'example.com/a b':'1'}}", $"resources.limits: Invalid value: \"example.com/a b\": {NameAllowed}"),
        ("'resources':{'limits':{'example.com/gpu':'500m'}}", "resources.limits[example.com/gpu]: Invalid value: \"500m\": must be a whole number"),
        ("'resources':{'requests':{'example.com/gpu':'1'}}", "resources.requests[example.com/gpu]: Invalid value: \"1\": must have a limit that is the same"),
        ("'resources':{'limits':{'hugepages-2Mi':'4Mi'}}", "resources: Invalid value: \"hugepages-2Mi\": needs cpu or memory beside it"),
        ("'securityContext':{'procMount':'Half'}", "securityContext.procMount: Invalid value: \"Half\": must be Default or Unmasked"),
        ("'securityContext':{'windowsOptions':{'runAsUserName':''}}", "securityContext.windowsOptions.runAsUserName: Required value: must be a user, or be left out"),
        ("'securityContext':{'seccompProfile':{}}", "securityContext.seccompProfile.type: Required value: must be Localhost, RuntimeDefault or Unconfined"),
        ("'securityContext':{'seccompProfile':{'type':'None'}}", "securityContext.seccompProfile.type: Invalid value: \"None\": must be Localhost, RuntimeDefault or Unconfined"),
        (
            "'securityContext':{'seccompProfile':{'type':'Unconfined','localhostProfile':'a'}}",
            "securityContext.seccompProfile.localhostProfile: Invalid value: \"a\": is for the type Localhost only"),
        (
            "'securityContext':{'seccompProfile':{'type':'Localhost'}}",
            "securityContext.seccompProfile.localhostProfile: Required value: must be the path of a file below the kubelet's folder of profiles"),
        (
            "'securityContext':{'seccompProfile':{'type':'Localhost','localhostProfile':'../a'}}",
            "securityContext.seccompProfile.localhostProfile: Invalid value: \"../a\": must not contain '..'"),
    ];

    /// <summary>The source of a volume, and what is wrong with it after its own path.</summary>
    private static readonly (string Volume, string Message)[] _volumes =
    [
        ("'configMap':{'name':'m','items':[{'key':'a','path':'..a'}]}", "configMap.items[0].path: Invalid value: \"..a\": must not begin with '..'"),
        ("'csi':{'driver':'not a name'}", "csi.driver: Invalid value: \"not a name\": must be the name of a driver: letters, digits, '-' and '.'"),
        ("'rbd':{'monitors':['m']}", "rbd.image: Required value: must be given"),
        ("'downwardAPI':{'items':[{'path':'a'}]}", "downwardAPI.items[0]: Invalid value: \"0 sources\": must have one of fieldRef and resourceFieldRef"),
        (
            "'downwardAPI':{'items':[{'path':'a','fieldRef':{'fieldPath':'status.podIP'}}]}",
            "downwardAPI.items[0].fieldRef.fieldPath: Invalid value: \"status.podIP\": must be metadata.name, metadata.namespace, metadata.uid, metadata.annotations, metadata.labels, "
                + "or metadata.labels or metadata.annotations with a key in ['']"),
        (
            "'downwardAPI':{'items':[{'path':'a','resourceFieldRef':{'resource':'limits.cpu'}}]}",
            "downwardAPI.items[0].resourceFieldRef.containerName: Required value: must be the name of a container"),
        ("'projected':{'sources':[{'secret':{}}]}", "projected.sources[0].secret.name: Required value: must name the object"),
        (
            "'projected':{'sources':[{'serviceAccountToken':{'path':'t','expirationSeconds':5}}]}",
            "projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: \"5\": must be 600 to 4294967296"),
        ("'projected':{'sources':[{'serviceAccountToken':{'path':'/t'}}]}", "projected.sources[0].serviceAccountToken.path: Invalid value: \"/t\": must be a path within the volume, without '/' at its beginning"),
    ];

    public static TheoryData<string> Containers => [.. _containers.Select(one => one.Container)];

    public static TheoryData<string> Volumes => [.. _volumes.Select(one => one.Volume)];

    [Theory]
    [MemberData(nameof(Containers))]
    public void Containers_are_refused_where_they_are_written(string container) =>
        Refused(container, "'emptyDir':{}", "spec.containers[0]." + _containers.Single(one => one.Container == container).Message);

    [Theory]
    [MemberData(nameof(Volumes))]
    public void Volumes_are_refused_where_they_are_written(string volume) =>
        Refused("'tty':true", volume, "spec.volumes[0]." + _volumes.Single(one => one.Volume == volume).Message);

    [Fact]
    public void A_bit_of_everything_is_fine() => Assert.Empty(Validate(
        """
        'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':"metadata.labels['example.com/Tier']"}}},{'name':'B','valueFrom':{'resourceFieldRef':{'resource':'limits.memory','divisor':'1Gi'}}}],
        'envFrom':[{'prefix':'P_','configMapRef':{'name':'m'}}],'ports':[{'containerPort':80,'hostIP':'::1'}],
        'volumeMounts':[{'name':'dir','mountPath':'/a','subPath':'a..b','mountPropagation':'Bidirectional'}],'volumeDevices':[{'name':'claim','devicePath':'/dev/a'}],
        'securityContext':{'privileged':true,'seccompProfile':{'type':'Localhost','localhostProfile':'a/b.json'}},
        'resources':{'limits':{'example.com/gpu':'1','hugepages-2Mi':'4Mi','cpu':'1'},'requests':{'example.com/gpu':'1'}},
        'livenessProbe':{'httpGet':{'port':'web'}},'lifecycle':{'preStop':{'sleep':{'seconds':1}}}
        """,
        "'projected':{'sources':[{'serviceAccountToken':{'path':'token'}},{'downwardAPI':{'items':[{'path':'labels','fieldRef':{'fieldPath':'metadata.labels'}}]}}]}"));

    private static void Refused(string container, string volume, string message) => Assert.Equal([message], Validate(container, volume));

    private static IEnumerable<string> Validate(string container, string volume)
    {
        string json = $$$"""
            {'selector':{'matchLabels':{'app':'a'}},'containers':[{'name':'c','image':'i',{{{container}}} }],
             'volumes':[{'name':'dir',{{{volume}}} },{'name':'claim','persistentVolumeClaim':{'claimName':'c'}}]}
            """;

        // Single quotes are JSON's here, but for those around a key in a text of double ones.
        string[] parts = json.Split('"');
        json = string.Join('"', parts.Select((part, i) => i % 2 == 0 ? part.Replace('\'', '"') : part));
        SidecarSet set = SidecarSetDefaults.Apply(Of() with { Spec = JsonSerializer.Deserialize(json, CoreJson.Default.SidecarSetSpec)! });
        return SidecarSetValidation.Validate(null, set, []).Select(error => error.ToString());
    }
}
