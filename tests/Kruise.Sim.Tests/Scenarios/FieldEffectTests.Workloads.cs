using Kruise.Sim.Measures;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

// The fields that are about pods.
public sealed partial class FieldEffectTests
{
    private const string Pods = """
        apiVersion: sim.kruise.io/v1alpha1
        kind: Scenario
        metadata: {name: pods}
        spec:
          duration: 12m
          cluster:
            nodePools:
            - {name: web, count: 4, capacity: {cpu: "2", memory: 4Gi}}
          registries:
          - name: docker.io
            egress: 400Mbps
            images:
            - {name: "app:1", layers: [20MB, 5MB]}
            - {name: "app:2", layers: [30MB]}
            - {name: "tool:1", layers: [10MB]}
            - {name: "other:1", layers: [20MB]}
          containers:
          - {container: app, ready: 2s, preStop: 1s}
          - {container: tool, ready: 1s}
          - {container: migrate, runs: 1s}
          timeline:
          - at: 0s
            apply:
            - apiVersion: apps.kruise.io/v1alpha1
              kind: CloneSet
              metadata: {name: web}
              spec:
                replicas: 8
                selector: {matchLabels: {app: web}}
                template:
                  metadata: {labels: {app: web}}
                  spec:
                    tolerations: [{key: dedicated, operator: Equal, value: web, effect: NoSchedule}]
                    initContainers: [{name: migrate, image: "tool:1"}]
                    containers:
                    - {name: app, image: "app:1", resources: {requests: {cpu: 500m, memory: 512Mi}}, lifecycle: {preStop: {exec: {command: [drain]}}}}
                updateStrategy: {type: InPlaceIfPossible, maxUnavailable: 2}
            - apiVersion: apps.kruise.io/v1alpha1
              kind: CloneSet
              metadata: {name: side}
              spec:
                replicas: 4
                selector: {matchLabels: {app: side}}
                template:
                  metadata: {labels: {app: side}}
                  spec:
                    tolerations: [{key: dedicated, operator: Equal, value: web, effect: NoSchedule}]
                    containers: [{name: tool, image: "tool:1"}]
          - {at: 60s, setImage: {cloneSet: web, container: app, image: "app:2"}}
          - {at: 70s, ENTRY}

        """;

    private const string Kubelet = Pool + "kubelet.";
    private const string Disk = Pool + "disk.images=";
    private const string App = "containers[0].";
    private const string More = "scale: {cloneSet: web, replicas: 12}";
    private const string Surplus = "scale: {cloneSet: web, replicas: 40}";
    private const string Kill = "killPods: {cloneSet: web, count: 3}";
    private const string Label = "labelPods: {cloneSet: web, count: 3, labels: {canary: \"true\"}}";
    private const string Delete = "deletePods: {cloneSet: web, count: 3}";
    private const string Lost = "fault: {kind: nodeOutage, pool: web, count: 2}";
    private const string LostForAMinute = "fault: {kind: nodeOutage, pool: web, count: 2, for: 1m}";
    private const string Tainted = Pool + "taints=[{key: dedicated, value: web, effect: NoSchedule}]";
    private const string Slower = Pool + "slow={count: 1, factor: 2}";
    private const string Crashing = App + "crash={probability: 0.5, after: 5s}";
    private const string Flapping = App + "unready={probability: 0.5, every: 10s, for: 5s}";
    private const string Parallel = Kubelet + "serializeImagePulls=false";

    private const string Full = Disk + "140MB";

    // The run goes on until a node has looked at its images a few times.
    private const string Later = "timeline[2].at=11m";
    // An image that was removed meanwhile is wanted once more.
    private const string BackAgain = "timeline[2]={at: 11m, setImage: {cloneSet: web, container: app, image: \"app:1\"}}";
    private const string Waits = "controlPlane.scheduler.backOff={initial: 10s, max: 100s}";
    private const string Killed = "timeline[1]={at: 90s, killPods: {cloneSet: web, count: 5}}";

    private static readonly string[] NamedPods = ["timeline.labelPods.names", "timeline.deletePods.names", "timeline.killPods.names"];

    /// <summary>A change to one field, what must be so for it to matter, and what happens a minute after the start.</summary>
    public static TheoryData<string, string[], string> PodChanges { get; } = new()
    {
        { "controlPlane.workers.cloneSet=1", [], More },
        { "controlPlane.scheduler.decision=50ms", [], More },
        { "controlPlane.scheduler.binding=1s", [], More },
        { "controlPlane.scheduler.backOff.initial=50s", [Waits, Killed], Surplus },
        { "controlPlane.scheduler.backOff.max=10s", [Waits, Killed], Surplus },
        { "controlPlane.scheduler.percentageOfNodesToScore=100", [Pool + "count=250"], More },
        { "controlPlane.nodeLifecycle.heartbeat=3s", [], Lost },
        { "controlPlane.nodeLifecycle.monitorGrace=60s", [], Lost },
        { "controlPlane.nodeLifecycle.monitorPeriod=30s", [], Lost },
        { "controlPlane.nodeLifecycle.evictionAfter=30s", [], Lost },
        { "controlPlane.nodeLifecycle.evictionRate=0.01", [], Lost },
        { Pool + "capacity.cpu=1", [], More },
        { Pool + "capacity.memory=600Mi", [], More },
        { Pool + "capacity.pods=2", [], More },
        { Pool + "taints[0].key=other", [Tainted], More },
        { Pool + "taints[0].value=other", [Tainted], More },
        { Pool + "taints[0].effect=NoExecute", [Tainted], More },
        { Pool + "unschedulable=true", [], More },
        { Disk + "60MB", [], More },
        { Kubelet + "serializeImagePulls=false", [], More },
        { Kubelet + "maxParallelImagePulls=1", [Parallel], More },
        { Kubelet + "registryPullQps=0.1", [Kubelet + "registryBurst=1"], More },
        { Kubelet + "registryBurst=1", [], More },
        { Kubelet + "syncLatency=2s", [], More },
        { Kubelet + "statusLatency=2s", [], Kill },
        { Kubelet + "sandbox=2s", [], More },
        { Kubelet + "create=2s", [], More },
        { Kubelet + "start=2s", [], More },
        { Kubelet + "cleanup=5s", [], Kill },
        { Kubelet + "restart=50s", [], LostForAMinute },
        { Kubelet + "apiQps=0.2", [Kubelet + "apiBurst=1"], More },
        { Kubelet + "apiBurst=1", [], More },
        { Kubelet + "backOff.initial=3s", [Crashing], More },
        { Kubelet + "backOff.max=15s", [Crashing], More },
        { Kubelet + "imageGc.highPercent=95", [Full, Kubelet + "evictionAvailablePercent=0", Later], More },
        { Kubelet + "imageGc.lowPercent=1", [Disk + "190MB", Pool + "images=[\"other:1\"]", Kubelet + "evictionAvailablePercent=0", BackAgain], More },
        { Kubelet + "imageGc.minAge=9m", [Full, Kubelet + "evictionAvailablePercent=0", Later], More },
        { Kubelet + "imageGc.period=30s", [Full, Kubelet + "evictionAvailablePercent=0", Later], More },
        { Kubelet + "evictionAvailablePercent=60", [Full], More },
        { Pool + "slow.count=3", [Slower], More },
        { Pool + "slow.factor=5", [Slower], More },
        { App + "ready=9s", [], More },
        { App + "neverReady=0.5", [], More },
        { App + "crash.probability=1", [Crashing], More },
        { App + "crash.after=9s", [Crashing], More },
        { App + "unready.probability=1", [Flapping], More },
        { App + "unready.every=4s", [Flapping], More },
        { App + "unready.for=9s", [Flapping], More },
        { App + "stop=3s", [], More },
        { App + "preStop=7s", [], Kill },
        { "containers[2].runs=6s", [], More },
        { "timeline[1].setImage.image=\"tool:1\"", [], More },
        { "timeline[2].scale.replicas=13", [], More },
        { "timeline[2].patch.spec={minReadySeconds: 30}", [], "patch: {cloneSet: web, spec: {minReadySeconds: 5}}" },
        { "timeline[2].labelPods.count=4", [], Label },
        { "timeline[2].labelPods.labels={app: other}", [], Label },
        { "timeline[2].deletePods.count=4", [], Delete },
        { "timeline[2].killPods.count=4", [], Kill },
        { "timeline[2].cordon.count=2", ["timeline[1]={at: 90s, scale: {cloneSet: web, replicas: 13}}"], "cordon: {pool: web, count: 1}" },
        { "timeline[2].drain.count=2", [], "drain: {pool: web, count: 1}" },
        { "timeline[2].uncordon.count=2", [Pool + "unschedulable=true"], "uncordon: {pool: web, count: 1}" },
        { Fault + "count=3", [], Lost },
        { Fault + "factor=7", [], "fault: {kind: slowNodes, pool: web, count: 2, factor: 2}" },
    };

    [Theory]
    [MemberData(nameof(PodChanges))]
    public void Another_value_makes_another_run_of_pods(string change, string[] context, string entry)
    {
        string text = Pods.Replace("ENTRY", entry, StringComparison.Ordinal);
        string[] renumbered = [.. context.Append(change).Select(set => set.Replace("timeline[1].fault", "timeline[2].fault", StringComparison.Ordinal))];
        Assert.NotEqual(Hash(text, renumbered[..^1]), Hash(text, renumbered));
    }

    [Theory]
    [InlineData("labelPods", ", labels: {canary: \"true\"}")]
    [InlineData("deletePods", "")]
    [InlineData("killPods", "")]
    public void Other_names_make_another_run_of_pods(string action, string more)
    {
        RunResult before = Run(Pods.Replace("ENTRY", More, StringComparison.Ordinal));
        string[] names = [.. before.Pods.Where(row => row.Workload == "web" && row.Rollout == 0).Select(row => row.Pod)];
        ulong[] hashes =
        [
            .. names[..2].Select(name => Hash(Pods.Replace("ENTRY", $"{action}: {{cloneSet: web, names: [{name}]{more}}}", StringComparison.Ordinal))),
            Hash(Pods.Replace("ENTRY", $"{action}: {{cloneSet: web, names: [web-nobody]{more}}}", StringComparison.Ordinal)),
        ];
        Assert.Equal(3, hashes.Distinct().Count());
    }
}
