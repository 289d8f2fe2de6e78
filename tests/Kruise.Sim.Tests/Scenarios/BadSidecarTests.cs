using Kruise.Sim.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

/// <summary>One change to a good scenario with sidecars, and all that is then said about it.</summary>
public sealed class BadSidecarTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void The_scenario_is_good() => Assert.Empty(Problems(Good));

    [Theory]
    [InlineData("Fail", "fail", "s.yaml:8:58: spec.controlPlane.webhook.failurePolicy: \"fail\" is none of the words known here; allowed: Ignore, Fail; did you mean \"Fail\"?")]
    [InlineData("timeout: 10s", "timeout: 10", "s.yaml:8:38: spec.controlPlane.webhook.timeout: \"10\" has no unit; allowed: a duration: numbers with the units h, m, s, ms, us, ns, such as 1h30m or 250ms; did you mean \"10s\"?")]
    [InlineData("timeout: 10s", "timeout: 31s", "s.yaml:8:38: spec.controlPlane.webhook.timeout: \"31s\" is out of range; allowed: durations from 1s to 30s")]
    [InlineData("latency: 3ms", "latency: 3", "s.yaml:8:24: spec.controlPlane.webhook.latency: \"3\" has no unit; allowed: a duration: numbers with the units h, m, s, ms, us, ns, such as 1h30m or 250ms; did you mean \"3s\"?")]
    [InlineData("failurePolicy", "failurePolcy", "s.yaml:8:43: spec.controlPlane.webhook: unknown field \"failurePolcy\"; allowed: latency, timeout, failurePolicy; did you mean \"failurePolicy\"?")]
    [InlineData("PodWebhook: true", "PodWebhook: 1", "s.yaml:9:32: spec.controlPlane.featureGates.PodWebhook: \"1\" is not a boolean; allowed: true or false; did you mean \"true\"?")]
    [InlineData("PodWebhook: true", "PodWebhook: false", "s.yaml:27:13: warning: the set will be refused and pods made without sidecars, because the feature gate PodWebhook is off\ns.yaml:35:13: warning: the set will be refused and pods made without sidecars, because the feature gate PodWebhook is off")]
    [InlineData("sidecarSet: 2", "sidecarSet: 0", "s.yaml:7:27: spec.controlPlane.workers.sidecarSet: 0 is out of range; allowed: a whole number from 1 to 10000")]
    [InlineData("{name: team, labels", "{name: taem, labels", "s.yaml:13:25: warning: spec.cluster.namespaces[0].name: no object of the scenario is in this namespace; its labels change nothing; did you mean \"team\"?")]
    [InlineData("{name: team, labels", "{name: Team, labels", "s.yaml:13:25: spec.cluster.namespaces[0].name: \"Team\" is not a name; allowed: 1 to 63 lower-case letters, digits and '-', not first or last (a DNS-1123 label); did you mean \"team\"?")]
    [InlineData("{control-plane: manager}}", "{control-plane: manager}}, {name: team}", "s.yaml:13:73: spec.cluster.namespaces[1].name: there are two of the namespace \"team\"; it stands in line 13 already; allowed: names that differ")]
    [InlineData("{control-plane: manager}", "{\"control plane\": manager}", "s.yaml:13:40: spec.cluster.namespaces[0].labels: \"control plane\" is not a label's key; allowed: a label's key: 1 to 63 letters, digits, '-', '_' and '.', with a DNS-1123 subdomain and '/' before it if need be")]
    [InlineData("metadata: {name: log}", "metadata: {name: log, namespace: team}", "s.yaml:28:40: spec.timeline[0].apply[0].metadata.namespace: a SidecarSet belongs to no namespace; allowed: nothing; spec.namespace limits a SidecarSet to the pods of one")]
    [InlineData("metadata: {name: log}", "metadata: {name: log.agent}", "s.yaml:28:24: spec.timeline[0].apply[0].metadata.name: \"log.agent\": must be at most 63 letters, digits and '-'\ns.yaml:51:38: spec.timeline[2].setImage.sidecarSet: no SidecarSet \"log\" has been applied by then; allowed: log.agent, mesh\ns.yaml:52:35: spec.timeline[3].patch.sidecarSet: no SidecarSet \"log\" has been applied by then; allowed: log.agent, mesh\ns.yaml:55:48: spec.timeline[6].delete.name: no SidecarSet \"log\" has been applied by then; allowed: log.agent, mesh")]
    [InlineData("selector: {matchLabels: {app: web}}, namespace", "namespace", "s.yaml:30:9: spec.timeline[0].apply[0].spec: the field \"selector\" is missing; allowed: a mapping with the fields matchExpressions, matchLabels")]
    [InlineData("selector: {matchLabels: {app: web}}, namespace", "selector: {}, namespace", "s.yaml:30:10: spec.timeline[0].apply[0].spec.selector: \"{}\": must not be empty: it would select every pod")]
    [InlineData("{name: log, image: \"log:1\"", "{name: log, image: \"log:9\"", "s.yaml:31:41: spec.timeline[0].apply[0].spec.containers[0].image: the image \"log:9\" is in no registry of the scenario; allowed: app:1, log:1, log:2, mesh:1; did you mean \"log:1\"?")]
    [InlineData("{name: log, image: \"log:1\"", "{name: log, podInjectPolicy: Before, image: \"log:1\"", "s.yaml:31:51: spec.timeline[0].apply[0].spec.containers[0].podInjectPolicy: \"Before\" is none of the words known here; allowed: BeforeAppContainer, AfterAppContainer")]
    [InlineData("{name: log, image: \"log:1\"", "{name: log, livenessProbe: {}, image: \"log:1\"", "s.yaml:31:34: spec.timeline[0].apply[0].spec.containers[0]: the field \"livenessProbe\" is not simulated: what crashes is said in spec.containers of the scenario; allowed: args, command, env, envFrom, image, imagePullPolicy, lifecycle, name, ports, readinessProbe, resizePolicy, resources, securityContext, stdin, stdinOnce, terminationMessagePath, terminationMessagePolicy, tty, volumeDevices, volumeMounts, workingDir, podInjectPolicy, upgradeStrategy, shareVolumePolicy, transferEnv")]
    [InlineData("{name: log, image: \"log:1\"", "{name: log, lifecycle: {preStop: {exec: {command: [stop]}}}, image: \"log:1\"", "s.yaml:31:46: spec.timeline[0].apply[0].spec.containers[0].lifecycle.preStop: how long the hook takes is not known; allowed: sleep: {seconds: 10}, exec: {command: [sleep, \"10\"]}, or any hook whose preStop is said in spec.containers of the scenario")]
    [InlineData("{name: log, image: \"log:1\"", "{name: log, resources: {requests: {gpu: 1}}, image: \"log:1\"", "s.yaml:31:46: spec.timeline[0].apply[0].spec.containers[0].resources.requests: \"gpu\": must be cpu, memory, ephemeral-storage, hugepages-SIZE, or a resource with a domain such as example.com/gpu")]
    [InlineData("{name: log, image: \"log:1\"", "{name: log, resources: {requests: {example.com/gpu: 1}}, image: \"log:1\"", "s.yaml:31:46: spec.timeline[0].apply[0].spec.containers[0].resources.requests[example.com/gpu]: \"1\": must have a limit that is the same")]
    [InlineData("type: RollingUpdate", "type: Rolling", "s.yaml:33:32: spec.timeline[0].apply[0].spec.updateStrategy.type: \"Rolling\" is none of the words known here; allowed: RollingUpdate, NotUpdate")]
    [InlineData("partition: 50%", "partition: 50.5%", "s.yaml:33:58: spec.timeline[0].apply[0].spec.updateStrategy.partition: \"50.5%\": must be a whole number of pods >= 0 or a percentage of the pods that match such as 20%")]
    [InlineData("{name: tmp, emptyDir: {}}", "{name: tmp, nfs: {server: a, path: /b}}", "s.yaml:32:31: spec.timeline[0].apply[0].spec.volumes[0]: the field \"nfs\" is not simulated: what attaching or mounting it takes is not known; allowed: configMap, downwardAPI, emptyDir, hostPath, name, persistentVolumeClaim, projected, secret")]
    [InlineData("{name: mesh, image: \"mesh:1\"}", "{name: log, image: \"mesh:1\"}", "s.yaml:39:29: spec.timeline[0].apply[1].spec.containers[0].name: \"log\": must not be the name of a container of SidecarSet log: both sets select pods labelled app=web in namespace team")]
    [InlineData("setImage: {sidecarSet: log", "setImage: {sidecarSet: lgo", "s.yaml:51:38: spec.timeline[2].setImage.sidecarSet: no SidecarSet \"lgo\" has been applied by then; allowed: log, mesh; did you mean \"log\"?")]
    [InlineData("setImage: {sidecarSet: log", "setImage: {sidecarset: log", "s.yaml:51:26: spec.timeline[2].setImage: found none of cloneSet, sidecarSet; allowed: exactly one of them; did you mean \"sidecarSet\"?")]
    [InlineData("setImage: {sidecarSet: log", "setImage: {sidecarSet: log, cloneSet: web", "s.yaml:51:26: spec.timeline[2].setImage: found cloneSet and sidecarSet together; allowed: exactly one of cloneSet, sidecarSet")]
    [InlineData("setImage: {sidecarSet: log, ", "setImage: {", "s.yaml:51:25: spec.timeline[2].setImage: found none of cloneSet, sidecarSet; allowed: exactly one of them")]
    [InlineData("setImage: {sidecarSet: log", "setImage: {sidecarSet: log, namespace: team", "s.yaml:51:43: spec.timeline[2].setImage: unknown field \"namespace\"; allowed: sidecarSet, container, image")]
    [InlineData("container: log, image: \"log:2\"", "container: lg, image: \"log:2\"", "s.yaml:51:54: spec.timeline[2].setImage.container: there is no container \"lg\"; allowed: log; did you mean \"log\"?")]
    [InlineData("container: log, image: \"log:2\"", "container: log, image: \"log:3\"", "s.yaml:51:66: spec.timeline[2].setImage.image: the image \"log:3\" is in no registry of the scenario; allowed: app:1, log:1, log:2, mesh:1; did you mean \"log:1\"?")]
    [InlineData("{updateStrategy: {partition: null}}", "{updateStrategy: {partitoin: null}}", "s.yaml:52:64: spec.timeline[3].patch.spec.updateStrategy: unknown field \"partitoin\"; allowed: type, paused, selector, partition, maxUnavailable, scatterStrategy; did you mean \"partition\"?")]
    [InlineData("{updateStrategy: {partition: null}}", "{updateStrategy: {maxUnavailable: -1}}", "s.yaml:52:80: spec.timeline[3].patch.spec.updateStrategy.maxUnavailable: \"-1\": must be a whole number of pods >= 0 or a percentage of the pods that match such as 20%")]
    [InlineData("{updateStrategy: {partition: null}}", "{containers: [{name: mesh, image: \"log:2\"}]}", "s.yaml:52:67: spec.timeline[3].patch.spec.containers[0].name: \"mesh\": must not be the name of a container of SidecarSet mesh: both sets select pods labelled app=web in namespace team")]
    [InlineData("{updateStrategy: {partition: null}}", "{containers: [{name: log, image: \"log:4\"}]}", "s.yaml:52:79: spec.timeline[3].patch.spec.containers[0].image: the image \"log:4\" is in no registry of the scenario; allowed: app:1, log:1, log:2, mesh:1; did you mean \"log:1\"?")]
    [InlineData("{updateStrategy: {partition: null}}", "{replicas: 2}", "s.yaml:52:47: spec.timeline[3].patch.spec: unknown field \"replicas\"; allowed: selector, namespace, initContainers, containers, volumes, updateStrategy")]
    [InlineData("kind: webhookDown, mode: hang", "kind: webhookDown, mode: crash", "s.yaml:53:48: spec.timeline[4].fault.mode: \"crash\" is none of the words known here; allowed: refuse, hang")]
    [InlineData("kind: webhookDown, mode: hang", "kind: webhooksDown, mode: hang", "s.yaml:53:29: spec.timeline[4].fault.kind: \"webhooksDown\" is none of the words known here; allowed: outage, slow, errors, rateLimit, daemonDown, nodeOutage, slowNodes, webhookDown, webhookSlow; did you mean \"webhookDown\"?")]
    [InlineData("factor: 3, added: 1s", "factor: 0.3, added: 1s", "s.yaml:54:50: spec.timeline[5].fault.factor: 0.3 is out of range; allowed: a number from 1 to 1000000")]
    [InlineData("factor: 3, added: 1s", "factor: 3, added: 1", "s.yaml:54:60: spec.timeline[5].fault.added: \"1\" has no unit; allowed: a duration: numbers with the units h, m, s, ms, us, ns, such as 1h30m or 250ms; did you mean \"1s\"?")]
    [InlineData("factor: 3, added: 1s, ", "", "s.yaml:54:22: spec.timeline[5].fault: found none of factor, added; allowed: at least one of them")]
    [InlineData("kind: SidecarSet, name: log", "kind: SidecarSet, name: lgo", "s.yaml:55:48: spec.timeline[6].delete.name: no SidecarSet \"lgo\" has been applied by then; allowed: log, mesh; did you mean \"log\"?")]
    [InlineData("kind: SidecarSet, name: log", "kind: SidecarSet, namespace: team, name: log", "s.yaml:55:53: spec.timeline[6].delete.namespace: a SidecarSet belongs to no namespace; allowed: its name alone")]
    [InlineData("- at: 5s", "- at: 800ms", "s.yaml:40:9: warning: spec.timeline[1].at: CloneSet default/web and SidecarSet mesh are applied within a second: pods that are made before the webhook has heard of the set go without its containers; apply it a second before")]
    [InlineData("{container: log, ready: 1s}", "{container: lag, ready: 1s}", "s.yaml:22:17: warning: spec.containers[0]: no pod of the scenario has a container \"lag\"; it changes nothing; did you mean \"log\"?")]
    public void A_mistake_is_named_with_its_place(string from, string to, string expected)
    {
        Assert.Contains(from, Good, StringComparison.Ordinal);
        string text = Good.Remove(Good.IndexOf(from, StringComparison.Ordinal), from.Length).Insert(Good.IndexOf(from, StringComparison.Ordinal), to);
        Assert.Equal(expected, string.Join('\n', Problems(text)));
    }

    // What was said of a set by then counts: two that select the same pods may have containers of one name when they are not there together.
    [Fact]
    public void A_name_is_free_again_when_its_set_was_deleted()
    {
        const string Second = "  - {at: 80s, apply: {apiVersion: apps.kruise.io/v1alpha1, kind: SidecarSet, metadata: {name: other}, spec: "
            + "{selector: {matchLabels: {app: web}}, containers: [{name: log, image: \"log:1\"}]}}}\n";
        Assert.Contains("must not be the name of a container of SidecarSet log", Assert.Single(Problems(Good.Replace("  - {at: 90s", Second + "  - {at: 90s", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Empty(Problems(Good + Second.Replace("80s", "100s", StringComparison.Ordinal)));
    }

    // Judged as the command judges it, by what a cluster's admission would say.
    private string[] Problems(string text) => _workspace.Shorten(ScenarioFiles.Load(_workspace.Write("s.yaml", text), [], null));

    private const string Good = """
        apiVersion: sim.kruise.io/v1alpha1
        kind: Scenario
        metadata: {name: sidecars}
        spec:
          duration: 1h
          controlPlane:
            workers: {sidecarSet: 2}
            webhook: {latency: 3ms, timeout: 10s, failurePolicy: Fail}
            featureGates: {PodWebhook: true}
          cluster:
            nodePools:
            - {name: web, count: 4}
            namespaces: [{name: team, labels: {control-plane: manager}}]
          registries:
          - name: docker.io
            images:
            - {name: "app:1", layers: [20MB]}
            - {name: "log:1", layers: [5MB]}
            - {name: "log:2", layers: [5MB]}
            - {name: "mesh:1", layers: [5MB]}
          containers:
          - {container: log, ready: 1s}
          timeline:
          - at: 0s
            apply:
            - apiVersion: apps.kruise.io/v1alpha1
              kind: SidecarSet
              metadata: {name: log}
              spec:
                {selector: {matchLabels: {app: web}}, namespace: team,
                containers: [{name: log, image: "log:1", volumeMounts: [{name: tmp, mountPath: /tmp}]}],
                volumes: [{name: tmp, emptyDir: {}}],
                updateStrategy: {type: RollingUpdate, partition: 50%}}
            - apiVersion: apps.kruise.io/v1alpha1
              kind: SidecarSet
              metadata: {name: mesh}
              spec:
                selector: {matchExpressions: [{key: app, operator: Exists}]}
                containers: [{name: mesh, image: "mesh:1"}]
          - at: 5s
            apply:
              apiVersion: apps.kruise.io/v1alpha1
              kind: CloneSet
              metadata: {name: web}
              spec:
                replicas: 8
                selector: {matchLabels: {app: web}}
                template:
                  metadata: {labels: {app: web}}
                  spec: {containers: [{name: app, image: "app:1"}]}
          - {at: 30s, setImage: {sidecarSet: log, container: log, image: "log:2"}}
          - {at: 40s, patch: {sidecarSet: log, spec: {updateStrategy: {partition: null}}}}
          - {at: 50s, fault: {kind: webhookDown, mode: hang, for: 1m}}
          - {at: 60s, fault: {kind: webhookSlow, factor: 3, added: 1s, for: 1m}}
          - {at: 90s, delete: {kind: SidecarSet, name: log}}
          - {at: 95s, delete: {kind: SidecarSet, name: mesh}}

        """;
}
