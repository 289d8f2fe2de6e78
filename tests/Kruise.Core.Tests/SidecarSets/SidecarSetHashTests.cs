using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Revisions;
using Kruise.Core.SidecarSets;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>The bytes that are hashed, written out as Go writes them.</summary>
public sealed class SidecarSetHashTests
{
    private const string Dns = """
        {"name":"dns-f","image":"dns:1.0","resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
        "imagePullPolicy":"IfNotPresent","podInjectPolicy":"BeforeAppContainer","upgradeStrategy":{"upgradeType":"ColdUpgrade"},"shareVolumePolicy":{"type":"disabled"}}
        """;

    [Fact]
    public void Vector_of_upstream()
    {
        SidecarSet set = SidecarSetDefaults.Apply(Set([new SidecarContainer { Name = "dns-f", Image = "dns:1.0" }]));
        Assert.Equal("9w829wfc74c22465fv2z2dwf54x7c5wv6424f98dv7bcwx8444768wf6wfv4bdfc", SidecarSetHash.In(set));
        string withoutImage = OneLine(Dns).Replace("\"image\":\"dns:1.0\",", "", StringComparison.Ordinal);
        Assert.Equal(Hash($$"""{"containers":[{{withoutImage}}],"initContainers":null}"""), SidecarSetHash.WithoutImagesIn(set));
    }

    [Fact]
    public void An_init_container_keeps_its_image_and_has_what_was_not_given_as_empty_structs()
    {
        SidecarSet set = SidecarSetDefaults.Apply(Set([], [new SidecarContainer { Name = "init", Image = "busybox" }]));
        const string expected = """
            {"containers":[],"initContainers":[{"name":"init","image":"busybox","resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
            "imagePullPolicy":"Always","upgradeStrategy":{},"shareVolumePolicy":{}}]}
            """;
        Assert.Equal(OneLine(expected), Encode(set));
        Assert.Equal(Hash(OneLine(expected)), SidecarSetHash.In(set));
        Assert.Equal(Hash(OneLine(expected)), SidecarSetHash.WithoutImagesIn(set));
    }

    [Fact]
    public void Every_field_in_the_order_of_Gos_types()
    {
        const string sent = """
            {"tty":true,"stdin":true,"stdinOnce":true,"name":"c","image":"i:1","workingDir":"/w","args":["a","<b>&c"],"command":["x","\t\u0001\"\\\n\u2028é"],
             "ports":[{"protocol":"UDP","containerPort":53,"hostPort":0,"name":"dns","hostIP":"127.0.0.1"},{"containerPort":80,"hostPort":8080}],
             "envFrom":[{"secretRef":{"optional":false,"name":"s"},"prefix":"P_"},{"configMapRef":{"name":"m"}}],
             "env":[{"value":"","name":"EMPTY"},{"name":"F","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
                    {"name":"R","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu","containerName":"c"}}},
                    {"name":"D","valueFrom":{"resourceFieldRef":{"resource":"limits.memory","divisor":"1Mi"}}},
                    {"name":"K","valueFrom":{"secretKeyRef":{"key":"k","name":"s","optional":true}}},{"name":"M","valueFrom":{"configMapKeyRef":{"key":"k","name":"m"}}}],
             "resources":{"requests":{"memory":"1024Mi","cpu":"0.5"},"limits":{"example.com/gpu":"1","cpu":"1000m","memory":"1.5Gi","ephemeral-storage":"1e3"}},
             "volumeMounts":[{"subPathExpr":"$(F)","mountPath":"/m","name":"v","readOnly":true,"mountPropagation":"None"},{"mountPath":"/n","name":"v","subPath":"s","readOnly":false}],
             "volumeDevices":[{"devicePath":"/dev/x","name":"d"}],
             "livenessProbe":{"failureThreshold":5,"httpGet":{"httpHeaders":[{"value":"v","name":"H"}],"port":"web","path":"/live"},"initialDelaySeconds":0},
             "readinessProbe":{"tcpSocket":{"host":"h","port":8080},"periodSeconds":3,"initialDelaySeconds":2},
             "startupProbe":{"exec":{"command":["true"]},"timeoutSeconds":9,"periodSeconds":8,"successThreshold":1,"failureThreshold":7},
             "lifecycle":{"preStop":{"exec":{"command":["stop"]}},"postStart":{"httpGet":{"port":1}}},
             "securityContext":{"procMount":"Default","runAsUser":0,"privileged":false,"runAsGroup":7,
                "allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,"runAsNonRoot":false,
                "capabilities":{"drop":["ALL"],"add":["NET_ADMIN"]},"seLinuxOptions":{"level":"l","user":"u","role":"r","type":"t"},
                "windowsOptions":{"runAsUserName":"u","gmsaCredentialSpec":"g","gmsaCredentialSpecName":"n"}},
             "transferEnv":[{"envName":"E","sourceContainerName":"main"}],"shareVolumePolicy":{"type":"enabled"},"podInjectPolicy":"AfterAppContainer",
             "terminationMessagePath":"/t","terminationMessagePolicy":"FallbackToLogsOnError","imagePullPolicy":"Never"}
            """;
        const string expected = """
            {"containers":[{"name":"c","image":"i:1","command":["x","\t\u0001\"\\\n\u2028é"],"args":["a","\u003cb\u003e\u0026c"],"workingDir":"/w",
            "ports":[{"name":"dns","containerPort":53,"protocol":"UDP","hostIP":"127.0.0.1"},{"hostPort":8080,"containerPort":80,"protocol":"TCP"}],
            "envFrom":[{"prefix":"P_","secretRef":{"name":"s","optional":false}},{"configMapRef":{"name":"m"}}],
            "env":[{"name":"EMPTY"},{"name":"F","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}},
            {"name":"R","valueFrom":{"resourceFieldRef":{"containerName":"c","resource":"limits.cpu","divisor":"0"}}},
            {"name":"D","valueFrom":{"resourceFieldRef":{"resource":"limits.memory","divisor":"1Mi"}}},
            {"name":"K","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":true}}},{"name":"M","valueFrom":{"configMapKeyRef":{"name":"m","key":"k"}}}],
            "resources":{"limits":{"cpu":"1","ephemeral-storage":"1e3","example.com/gpu":"1","memory":"1536Mi"},"requests":{"cpu":"500m","memory":"1Gi"}},
            "volumeMounts":[{"name":"v","readOnly":true,"mountPath":"/m","mountPropagation":"None","subPathExpr":"$(F)"},{"name":"v","mountPath":"/n","subPath":"s"}],
            "volumeDevices":[{"name":"d","devicePath":"/dev/x"}],
            "livenessProbe":{"httpGet":{"path":"/live","port":"web","scheme":"HTTP","httpHeaders":[{"name":"H","value":"v"}]},
            "timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":5},
            "readinessProbe":{"tcpSocket":{"port":8080,"host":"h"},"initialDelaySeconds":2,"timeoutSeconds":1,"periodSeconds":3,"successThreshold":1,"failureThreshold":3},
            "startupProbe":{"exec":{"command":["true"]},"timeoutSeconds":9,"periodSeconds":8,"successThreshold":1,"failureThreshold":7},
            "lifecycle":{"postStart":{"httpGet":{"path":"/","port":1,"scheme":"HTTP"}},"preStop":{"exec":{"command":["stop"]}}},
            "terminationMessagePath":"/t","terminationMessagePolicy":"FallbackToLogsOnError","imagePullPolicy":"Never",
            "securityContext":{"capabilities":{"add":["NET_ADMIN"],"drop":["ALL"]},"privileged":false,"seLinuxOptions":{"user":"u","role":"r","type":"t","level":"l"},
            "windowsOptions":{"gmsaCredentialSpecName":"n","gmsaCredentialSpec":"g","runAsUserName":"u"},
            "runAsUser":0,"runAsGroup":7,"runAsNonRoot":false,"readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false,"procMount":"Default"},
            "stdin":true,"stdinOnce":true,"tty":true,"podInjectPolicy":"AfterAppContainer","upgradeStrategy":{"upgradeType":"ColdUpgrade"},"shareVolumePolicy":{"type":"enabled"},
            "transferEnv":[{"sourceContainerName":"main","envName":"E"}]}],"initContainers":null}
            """;
        SidecarSet set = SidecarSetDefaults.Apply(Set([Read(sent)]));
        Assert.Equal(OneLine(expected), Encode(set));
        Assert.Equal(Hash(OneLine(expected)), SidecarSetHash.In(set));
        Assert.Equal(Hash(OneLine(expected).Replace("\"image\":\"i:1\",", "", StringComparison.Ordinal)), SidecarSetHash.WithoutImagesIn(set));
    }

    [Fact]
    public void Empty_lists_and_maps_are_nothing_and_empty_structs_are_something()
    {
        SidecarContainer container = Read("""{"name":"c","image":"i","args":[],"env":[],"ports":[],"securityContext":{},"lifecycle":{},"resources":{"limits":{}}}""");
        const string expected = """
            {"containers":[{"name":"c","image":"i","resources":{},"lifecycle":{},"securityContext":{},
            "upgradeStrategy":{},"shareVolumePolicy":{}}],"initContainers":null}
            """;
        Assert.Equal(OneLine(expected), Encode(Set([container])));
    }

    [Fact]
    public void What_1_16_does_not_know_follows_by_name_and_counts()
    {
        SidecarContainer container = Read(
            """
            {"name":"c","image":"i","zeta":{"b":1,"a":null,"c":[{"y":"<","x":2.5}]},"alpha":"x","restartPolicy":"Always",
             "livenessProbe":{"terminationGracePeriodSeconds":5,"grpc":{"service":"s","port":5}},"securityContext":{"seccompProfile":{"type":"RuntimeDefault"},"privileged":true}}
            """);
        const string expected = """
            {"containers":[{"name":"c","image":"i","resources":{},"livenessProbe":{"grpc":{"port":5,"service":"s"},"terminationGracePeriodSeconds":5},
            "securityContext":{"privileged":true,"seccompProfile":{"type":"RuntimeDefault"}},"upgradeStrategy":{},"shareVolumePolicy":{},
            "alpha":"x","restartPolicy":"Always","zeta":{"b":1,"c":[{"x":2.5,"y":"\u003c"}]}}],"initContainers":null}
            """;
        Assert.Equal(OneLine(expected), Encode(Set([container])));
    }

    [Fact]
    public void Volumes_selector_and_strategy_do_not_count_and_order_does()
    {
        SidecarContainer a = new() { Name = "a", Image = "i" }, b = new() { Name = "b", Image = "i" };
        SidecarSetSpec spec = Set([a, b]).Spec;
        SidecarSetSpec other = spec with { Volumes = [new V1Volume { Name = "v" }], Selector = null, Namespace = "n", UpdateStrategy = new() { Paused = true } };
        Assert.Equal(SidecarSetHash.Of(spec), SidecarSetHash.Of(other));
        Assert.NotEqual(SidecarSetHash.Of(spec), SidecarSetHash.Of(spec with { Containers = [b, a] }));
        Assert.NotEqual(SidecarSetHash.Of(spec), SidecarSetHash.Of(spec with { InitContainers = [] }));
        Assert.Equal(SidecarSetHash.WithoutImages(spec), SidecarSetHash.WithoutImages(spec with { Containers = [a with { Image = "other" }, b] }));
        Assert.NotEqual(SidecarSetHash.WithoutImages(spec), SidecarSetHash.WithoutImages(spec with { InitContainers = [a with { Name = "init", Image = "other" }] }));
    }

    [Fact]
    public void Is_worked_out_once_for_each_state()
    {
        SidecarSetSpec spec = Set([new() { Name = "a", Image = "i" }]).Spec;
        Assert.Same(SidecarSetHash.Of(spec), SidecarSetHash.Of(spec));
    }

    [Fact]
    public void Every_struct_that_a_field_names_is_there()
    {
        foreach (string type in GoFields.Types)
        {
            Assert.All(GoFields.Of(type), field => Assert.True(field.Type is null || GoFields.Of(field.Type).Length > 0));
            Assert.Distinct(GoFields.Of(type).Select(field => field.Name));
        }
    }

    private static SidecarContainer Read(string json) => KubernetesJson.Deserialize<SidecarContainer>(json);

    private static SidecarSet Set(IReadOnlyList<SidecarContainer>? containers, IReadOnlyList<SidecarContainer>? initContainers = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = "set" },
        Spec = new SidecarSetSpec { Containers = containers, InitContainers = initContainers },
    };

    private static string Encode(SidecarSet set) => Encoding.UTF8.GetString(SidecarSetHash.Encode(set.Spec.Containers, set.Spec.InitContainers));

    private static string Hash(string json) => RevisionHash.SafeEncode(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json))));

    private static string OneLine(string text) => text.ReplaceLineEndings("");
}
