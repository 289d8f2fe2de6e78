using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

/// <summary>One change to the good scenario or to its manifest, and all that is then said about it.</summary>
public sealed class BadWorkloadTests : IDisposable
{
    private const string Pod = "spec.template.spec";
    private const string Manifest = "manifests/cloneset-web.yaml";

    private static readonly string _good = Fixture.TextOf("workloads.yaml");
    private static readonly string _goodManifest = Fixture.TextOf(Manifest);
    private readonly Workspace _workspace = new();

    public BadWorkloadTests() => _workspace.Write(Manifest, _goodManifest);

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("cpu: 7500m", "cpu: 7500mc", "s.yaml:18:23: spec.cluster.nodePools[0].capacity.cpu: \"7500mc\" is not a quantity; allowed: a Kubernetes quantity: a number, alone or with n, u, m, k, M, G, T, P, Ki, Mi, Gi, Ti, Pi, such as 500m or 64Gi")]
    [InlineData("memory: 30Gi", "memory: 30GiB", "s.yaml:18:38: spec.cluster.nodePools[0].capacity.memory: \"30GiB\" is not a quantity; allowed: a Kubernetes quantity: a number, alone or with n, u, m, k, M, G, T, P, Ki, Mi, Gi, Ti, Pi, such as 500m or 64Gi; did you mean \"30Gi\"?")]
    [InlineData("cpu: 7500m", "cpu: 0", "s.yaml:18:23: spec.cluster.nodePools[0].capacity.cpu: \"0\" is out of range; allowed: quantities above 0 up to 100000")]
    [InlineData("cpu: 7500m", "cpu: -2", "s.yaml:18:23: spec.cluster.nodePools[0].capacity.cpu: \"-2\" is not a quantity; allowed: a Kubernetes quantity: a number, alone or with n, u, m, k, M, G, T, P, Ki, Mi, Gi, Ti, Pi, such as 500m or 64Gi")]
    [InlineData("effect: NoSchedule}", "effect: NoScheduel}", "s.yaml:19:53: spec.cluster.nodePools[0].taints[0].effect: \"NoScheduel\" is none of the words known here; allowed: NoSchedule, PreferNoSchedule, NoExecute; did you mean \"NoSchedule\"?")]
    [InlineData("images: 100GB", "images: 100", "s.yaml:21:38: spec.cluster.nodePools[0].disk.images: \"100\" has no unit; allowed: a number with a unit: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, or a Kubernetes quantity (k, M, G, T, Ki, Mi, Gi, Ti)")]
    [InlineData(", images: 100GB", "", "s.yaml:37:9: warning: spec.cluster.nodePools[0].kubelet.imageGc: without disk.images there is room for every image, and none is removed")]
    [InlineData("serializeImagePulls: false", "serializeImagePulls: true", "s.yaml:24:32: spec.cluster.nodePools[0].kubelet.maxParallelImagePulls: images are pulled one at a time; allowed: serializeImagePulls: false beside it")]
    [InlineData("lowPercent: 70", "lowPercent: 95", "s.yaml:37:48: spec.cluster.nodePools[0].kubelet.imageGc.lowPercent: 95 is not less than highPercent, 90; allowed: lowPercent below highPercent")]
    [InlineData("initial: 5s", "initial: 2m", "s.yaml:36:28: spec.cluster.nodePools[0].kubelet.backOff.initial: 2m is more than the longest wait, 1m; allowed: initial up to max")]
    [InlineData("syncLatency: 21ms", "syncLatency: 21", "s.yaml:27:22: spec.cluster.nodePools[0].kubelet.syncLatency: \"21\" has no unit; allowed: a duration: numbers with the units h, m, s, ms, us, ns, such as 1h30m or 250ms; did you mean \"21s\"?")]
    [InlineData("slow: {count: 20%", "slow: {count: 20", "s.yaml:39:21: warning: spec.cluster.nodePools[0].slow.count: 20 is more than the pool's 10 nodes; all of them are meant")]
    [InlineData("decision: 4ms", "decison: 4ms", "s.yaml:11:17: spec.controlPlane.scheduler: unknown field \"decison\"; allowed: decision, binding, backOff, percentageOfNodesToScore; did you mean \"decision\"?")]
    [InlineData("{container: app, ready: 2s", "{container: ap, ready: 2s", "s.yaml:46:17: warning: spec.containers[0]: no pod of the scenario has a container \"ap\"; it changes nothing; did you mean \"app\"?")]
    [InlineData("- {image: app, container", "- {image: ap, container", "s.yaml:55:13: warning: spec.containers[3]: no pod of the scenario has a container \"migrate\" with the image \"ap\"; it changes nothing; did you mean \"app\"?")]
    [InlineData("- image: app\n", "- image: app:3\n", "s.yaml:47:12: warning: spec.containers[1]: no pod of the scenario has the image \"app:3\"; it changes nothing; did you mean \"app:1\"?")]
    [InlineData("- image: app\n", "- image: app:2\n", "s.yaml:49:12: spec.containers[2].image: there are two of the behaviour for \"app:2, every container\"; it stands in line 47 already; allowed: names that differ")]
    [InlineData("probability: 0.5", "probability: 50", "s.yaml:51:26: spec.containers[2].crash.probability: 50 is out of range; allowed: a percentage from 0% to 100%, or a number from 0 to 1; did you mean \"50%\"?")]
    [InlineData("neverReady: 10%", "neverReady: often", "s.yaml:50:17: spec.containers[2].neverReady: \"often\" is not a share; allowed: a percentage from 0% to 100%, or a number from 0 to 1")]
    [InlineData("neverReady: 10%", "neverready: 10%", "s.yaml:50:5: spec.containers[2]: unknown field \"neverready\"; allowed: image, container, ready, neverReady, crash, unready, stop, preStop, runs; did you mean \"neverReady\"?")]
    [InlineData("scale: {cloneSet: web, namespace: team, replicas: 60}", "scale: {cloneSet: web, replicas: 60}", "s.yaml:58:33: spec.timeline[1].scale.cloneSet: no CloneSet \"default/web\" has been applied by then; allowed: team/web; did you mean \"namespace: team\"?")]
    [InlineData("scale: {cloneSet: web", "scale: {cloneSet: wbe", "s.yaml:58:33: spec.timeline[1].scale.cloneSet: no CloneSet \"team/wbe\" has been applied by then; allowed: team/web; did you mean \"team/web\"?")]
    [InlineData("replicas: 60}", "replicas: 60%}", "s.yaml:58:65: spec.timeline[1].scale.replicas: \"60%\" is not a whole number; allowed: a whole number from 0 to 1000000")]
    [InlineData("container: app, image: \"app:2\"}}", "container: ap, image: \"app:2\"}}", "s.yaml:59:69: spec.timeline[2].setImage.container: there is no container \"ap\"; allowed: app, migrate; did you mean \"app\"?")]
    [InlineData("image: \"app:2\"}}", "image: \"app:3\"}}", "s.yaml:59:81: spec.timeline[2].setImage.image: the image \"app:3\" is in no registry of the scenario; allowed: app:1, app:2; did you mean \"app:1\"?")]
    [InlineData("maxUnavailable: 10%}", "maxUnavailabel: 10%}", "s.yaml:60:96: spec.timeline[3].patch.spec.updateStrategy: unknown field \"maxUnavailabel\"; allowed: type, partition, maxUnavailable, maxSurge, paused, priorityStrategy, scatterStrategy, inPlaceUpdateStrategy; did you mean \"maxUnavailable\"?")]
    [InlineData("{updateStrategy: {partition: null, maxUnavailable: 10%}}", "{template: {spec: {containers: [{name: app, image: \"app:3\"}]}}}", "s.yaml:60:112: spec.timeline[3].patch.spec.template.spec.containers[0].image: the image \"app:3\" is in no registry of the scenario; allowed: app:1, app:2; did you mean \"app:1\"?")]
    [InlineData("{updateStrategy: {partition: null, maxUnavailable: 10%}}", "{template: {spec: {priorityClassName: high}}}", "s.yaml:60:80: spec.timeline[3].patch.spec.template.spec: the field \"priorityClassName\" is not simulated: all pods have one priority and none is preempted; allowed: " + PodFields)]
    [InlineData("count: 10%}}\n  - {at: 50s", "count: 61}}\n  - {at: 50s", "s.yaml:61:67: warning: spec.timeline[4].deletePods.count: 61 is more than the 60 pods that the CloneSet has by then; all of them are meant")]
    [InlineData("names: [web-aaaaa, web-bbbbb]", "names: [web-aaaaa], count: 1", "s.yaml:62:58: spec.timeline[5].killPods: found count and names together; allowed: exactly one of count, names")]
    [InlineData(", names: [web-aaaaa, web-bbbbb]", "", "s.yaml:62:25: spec.timeline[5].killPods: found none of count, names; allowed: exactly one of them")]
    [InlineData("cordon: {pool: web, count: 2}", "cordon: {pool: wbe, count: 2}", "s.yaml:63:30: spec.timeline[6].cordon.pool: there is no node pool \"wbe\"; allowed: web; did you mean \"web\"?")]
    [InlineData("cordon: {pool: web, count: 2}", "cordon: {pool: web, count: 11}", "s.yaml:63:42: warning: spec.timeline[6].cordon.count: 11 is more than the pool's 10 nodes; all of them are meant")]
    [InlineData("drain: {pool: web, count: 10%}", "drain: {pool: web, count: 10%}, cordon: {pool: web}", "s.yaml:64:15: spec.timeline[7]: found cordon and drain together; allowed: exactly one of " + Actions)]
    [InlineData("pool: web, count: 1, for: 5m", "pool: web, for: 5m", "s.yaml:66:22: spec.timeline[9].fault: the field \"count\" is missing; allowed: a whole number from 0, or a percentage from 0% to 100%")]
    [InlineData("factor: 4", "factor: 0.5", "s.yaml:67:71: spec.timeline[10].fault.factor: 0.5 is out of range; allowed: a number from 1 to 1000")]
    [InlineData("kind: slowNodes, pool: web", "kind: slowNodes, pool: wbe", "s.yaml:67:46: spec.timeline[10].fault.pool: there is no node pool \"wbe\"; allowed: web; did you mean \"web\"?")]
    [InlineData("kind: CloneSet, name: web", "kind: CloneSet, name: wbe", "s.yaml:68:46: spec.timeline[11].delete.name: no CloneSet \"team/wbe\" has been applied by then; allowed: team/web; did you mean \"team/web\"?")]
    [InlineData("kind: PersistentVolumeClaim, name: shared", "kind: CloneSet, name: shared", "s.yaml:69:46: spec.timeline[12].delete.name: no CloneSet \"team/shared\" has been applied by then; allowed: team/web")]
    [InlineData("{at: 51m, delete: {kind: PersistentVolumeClaim, name: shared, namespace: team}}", "{at: 51m, scale: {cloneSet: web, namespace: team, replicas: 1}}", "s.yaml:69:33: spec.timeline[12].scale.cloneSet: no CloneSet \"team/web\" has been applied by then")]
    public void A_mistake_in_a_scenario_is_named_with_its_place(string from, string to, string expected)
    {
        Assert.Contains(from, _good, StringComparison.Ordinal);
        Assert.Equal(expected, Assert.Single(_workspace.Problems(_good.Replace(from, to, StringComparison.Ordinal))));
    }

    private const string Actions = "apply, delete, fault, addNodes, removeNodes, scale, patch, setImage, labelPods, deletePods, killPods, cordon, drain, uncordon";

    private const string PodFields =
        "affinity, automountServiceAccountToken, containers, dnsConfig, dnsPolicy, enableServiceLinks, hostAliases, hostIPC, hostNetwork, hostPID, hostUsers, hostname, hostnameOverride, "
        + "imagePullSecrets, initContainers, nodeSelector, os, readinessGates, restartPolicy, schedulerName, securityContext, serviceAccount, serviceAccountName, setHostnameAsFQDN, "
        + "shareProcessNamespace, subdomain, terminationGracePeriodSeconds, tolerations, topologySpreadConstraints, volumes";

    [Theory]
    [InlineData("      serviceAccountName: web", "      priorityClassName: high", "23:7: " + Pod + ": the field \"priorityClassName\" is not simulated: all pods have one priority and none is preempted; allowed: " + PodFields)]
    [InlineData("      serviceAccountName: web", "      serviceAcountName: web", "23:7: " + Pod + ": unknown field \"serviceAcountName\"; allowed: " + PodFields + "; did you mean \"serviceAccountName\"?")]
    [InlineData("restartPolicy: Always", "restartPolicy: Never", "19:22: " + Pod + ".restartPolicy: \"Never\" is not simulated; allowed: Always")]
    [InlineData("schedulerName: default-scheduler", "schedulerName: mine", "20:22: " + Pod + ".schedulerName: \"mine\" is not simulated; allowed: default-scheduler")]
    [InlineData("hostNetwork: false", "hostNetwork: true", "21:20: " + Pod + ".hostNetwork: \"true\" is not simulated; allowed: false")]
    [InlineData("operator: Equal,", "operator: Equals,", "30:48: " + Pod + ".tolerations[0].operator: \"Equals\" is none of the words known here; allowed: Equal, Exists; did you mean \"Equal\"?")]
    [InlineData("        nodeAffinity:", "        podAntiAffinity: {}\n        nodeAffinity:", "26:9: " + Pod + ".affinity: the field \"podAntiAffinity\" is not simulated: the scheduler does not look at the pods that are on a node, but for topologySpreadConstraints; allowed: nodeAffinity")]
    [InlineData("maxSkew: 1, ", "maxSkew: 1, minDomains: 2, ", "32:22: " + Pod + ".topologySpreadConstraints[0]: the field \"minDomains\" is not simulated; allowed: labelSelector, maxSkew, topologyKey, whenUnsatisfiable")]
    [InlineData("{containerPort: 8080, name: http", "{containerPort: 8080, hostPort: 80, name: http", "43:39: " + Pod + ".containers[0].ports[0]: the field \"hostPort\" is not simulated: the scheduler does not count ports of nodes; allowed: containerPort, name, protocol")]
    [InlineData("cpu: 250m", "cpu: 250mm", "44:37: " + Pod + ".containers[0].resources.requests.cpu: \"250mm\" is not a quantity; allowed: a Kubernetes quantity: a number, alone or with n, u, m, k, M, G, T, P, Ki, Mi, Gi, Ti, Pi, such as 500m or 64Gi")]
    [InlineData("cpu: 250m", "nvidia.com/gpu: 1", "44:32: " + Pod + ".containers[0].resources.requests: the resource \"nvidia.com/gpu\" is not simulated; allowed: cpu, memory")]
    [InlineData("limits: {cpu: 1}", "limits: {cpuu: 1}", "44:68: " + Pod + ".containers[0].resources.limits: the resource \"cpuu\" is not simulated; allowed: cpu, memory; did you mean \"cpu\"?")]
    [InlineData("        readinessProbe: {", "        livenessProbe: {", "46:9: " + Pod + ".containers[0]: the field \"livenessProbe\" is not simulated: what crashes is said in spec.containers of the scenario; allowed: " + ContainerFields)]
    [InlineData("sleep 5]", "nginx -s quit]", "47:21: " + Pod + ".containers[0].lifecycle.preStop: how long the hook takes is not known; allowed: sleep: {seconds: 10}, exec: {command: [sleep, \"10\"]}, or any hook whose preStop is said in spec.containers of the scenario")]
    [InlineData("emptyDir: {sizeLimit: 1Gi}", "nfs: {server: a, path: /b}", "51:25: " + Pod + ".volumes[1]: the field \"nfs\" is not simulated: what attaching or mounting it takes is not known; allowed: configMap, downwardAPI, emptyDir, hostPath, name, persistentVolumeClaim, projected, secret")]
    [InlineData("      finalizers: [example.com/let-go]", "      generateName: a", "17:7: spec.template.metadata: the field \"generateName\" is the cluster's own or is not simulated; allowed: annotations, finalizers, labels, name, namespace")]
    [InlineData("metadata: {name: web, ", "metadata: {", "8:11: metadata: the field \"name\" is missing; allowed: text")]
    [InlineData("  - metadata: {name: data}", "  - metadata: {}", "53:15: spec.volumeClaimTemplates[0].metadata: the field \"name\" is missing; allowed: text")]
    [InlineData("accessModes: [ReadWriteOnce], ", "dataSource: {kind: A, name: b}, ", "54:12: spec.volumeClaimTemplates[0].spec: the field \"dataSource\" is not simulated: a claim is bound at once to a volume of its own, which is empty; allowed: accessModes, resources, storageClassName, volumeAttributesClassName, volumeMode")]
    [InlineData("type: InPlaceIfPossible", "type: InPlaceIfPosible", "57:11: spec.updateStrategy.type: \"InPlaceIfPosible\" is none of the words known here; allowed: ReCreate, InPlaceIfPossible, InPlaceOnly; did you mean \"InPlaceIfPossible\"?")]
    [InlineData("  selector: {matchLabels: {app: web}}\n", "", "10:3: spec: the field \"selector\" is missing; allowed: a mapping with the fields matchExpressions, matchLabels")]
    public void A_mistake_in_a_manifest_is_named_in_the_manifest(string from, string to, string expected)
    {
        Assert.Contains(from, _goodManifest, StringComparison.Ordinal);
        _workspace.Write(Manifest, _goodManifest.Replace(from, to, StringComparison.Ordinal));
        Assert.Equal($"{Manifest}:{expected}", Assert.Single(_workspace.Problems(_good)));
    }

    // A manifest of a cluster stays as it is: null takes away what is refused, and only that.
    [Fact]
    public void Null_takes_away_a_field_that_is_refused()
    {
        const string Probe = "timeline[0].apply[1].spec.template.spec.containers[0].livenessProbe";
        string[] accepted = _workspace.Problems(_good);
        _workspace.Write(Manifest, _goodManifest.Replace(
            "        readinessProbe: {", "        livenessProbe: {tcpSocket: {port: 8080}}\n        readinessProbe: {", StringComparison.Ordinal));
        Assert.Contains("livenessProbe", Assert.Single(_workspace.Problems(_good)), StringComparison.Ordinal);
        Assert.Equal(accepted, _workspace.Problems(_good, Probe + "=null"));
        Assert.Contains(_workspace.Problems(_good, Probe + "=5"), problem => problem.Contains("has no field \"livenessProbe\"", StringComparison.Ordinal));
        Assert.Contains(
            _workspace.Problems(_good, "timeline[0].apply[1].spec.template.spec.containers[0].livenesProbe=null"),
            problem => problem.Contains("has no field \"livenesProbe\"", StringComparison.Ordinal));
    }

    private const string ContainerFields =
        "args, command, env, envFrom, image, imagePullPolicy, lifecycle, name, ports, readinessProbe, resizePolicy, resources, securityContext, stdin, stdinOnce, terminationMessagePath, "
        + "terminationMessagePolicy, tty, volumeDevices, volumeMounts, workingDir";

    // A hook of any kind is fine where the scenario says how long it takes; before the image changes, another entry applies.
    [Fact]
    public void A_hook_whose_length_the_scenario_says_is_accepted()
    {
        _workspace.Write(Manifest, _goodManifest.Replace("[sh, -c, sleep 5]", "[nginx, -s, quit]", StringComparison.Ordinal));
        Assert.Single(_workspace.Problems(_good));
        Assert.Empty(_workspace.Problems(_good.Replace("    ready: {p50: 1s, p99: 4s}", "    ready: {p50: 1s, p99: 4s}\n    preStop: 4s", StringComparison.Ordinal)));
    }

    // What follows in the timeline is held against what came before in it, patches and new images included.
    [Fact]
    public void A_container_that_a_patch_brought_can_be_given_an_image()
    {
        const string Side = "  - {at: 31s, setImage: {cloneSet: web, namespace: team, container: side, image: \"app:2\"}}\n  - {at: 40s";
        Assert.Contains("there is no container \"side\"", Assert.Single(_workspace.Problems(_good.Replace("  - {at: 40s", Side, StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Empty(_workspace.Problems(_good.Replace("  - {at: 40s", Side, StringComparison.Ordinal).Replace(
            "{updateStrategy: {partition: null, maxUnavailable: 10%}}",
            "{template: {spec: {containers: [{name: app, image: \"app:2\"}, {name: side, image: \"app:1\"}]}}}",
            StringComparison.Ordinal)));
    }

    [Fact]
    public void All_mistakes_of_a_file_are_listed_at_once_and_none_twice()
    {
        _workspace.Write(Manifest, _goodManifest
            .Replace("image: app:1", "image: app:9", StringComparison.Ordinal)
            .Replace("      serviceAccountName: web", "      nodeName: node-1\n      activeDeadlineSeconds: 5", StringComparison.Ordinal));
        string[] problems = _workspace.Problems(_good
            .Replace("pods: 60", "pods: 0", StringComparison.Ordinal)
            .Replace("registryBurst", "registryBusrt", StringComparison.Ordinal)
            .Replace("evictionAfter: 1m", "evictionAfter: 1", StringComparison.Ordinal)
            .Replace("stop: 3s", "stop: fast", StringComparison.Ordinal)
            .Replace("image: \"app:2\"}}", "image: \"app:3\"}}", StringComparison.Ordinal)
            .Replace("drain: {pool: web", "drain: {pool: wbe", StringComparison.Ordinal)
            .Replace("killPods: {cloneSet: web", "killPods: {cloneSet: wbe", StringComparison.Ordinal));
        Assert.Equal(
            ["s.yaml:12", "s.yaml:18", "s.yaml:26", "s.yaml:46", "s.yaml:59", "s.yaml:62", "s.yaml:64", Manifest + ":23", Manifest + ":24"],
            problems.Select(p => string.Join(':', p.Split(':')[..2])));
    }
}
