using System.Reflection;
using System.Text.RegularExpressions;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

/// <summary>What a scenario says is never ignored: another value of a field makes another run.</summary>
public sealed partial class FieldEffectTests : IDisposable
{
    private const string Base = """
        apiVersion: sim.kruise.io/v1alpha1
        kind: Scenario
        metadata: {name: fields}
        spec:
          duration: 10m
          cluster:
            zones: [{name: a, uplink: 200Mbps}, {name: b, uplink: 20Mbps}]
            nodePools:
            - {name: web, count: 6, zones: [a], labels: {tier: front}}
          registries:
          - name: docker.io
            egress: 400Mbps
            images:
            - {name: "app:1", layers: [{size: 30MB, content: text}, {size: 1MB, content: smallFiles, files: 1000}, {size: 10MB, id: shared}, 3MB]}
            - {name: "tool:1", layers: [{size: 5MB}, 2MB]}
          timeline:
          - at: 0s
            apply:
            - apiVersion: apps.kruise.io/v1alpha1
              kind: ImagePullJob
              metadata: {name: app}
              spec: {image: "app:1", parallelism: 6, selector: {matchLabels: {tier: front}}, completionPolicy: {type: Always}}
            - apiVersion: apps.kruise.io/v1alpha1
              kind: ImagePullJob
              metadata: {name: tool}
              spec: {image: "tool:1", parallelism: 6, completionPolicy: {type: Always}}
          - {at: 1s, fault: FAULT}
          - {at: 5s, removeNodes: {pool: web, count: 1}}
          - {at: 3s, addNodes: {pool: web, count: 2}}

        """;

    private const string Slow = "{kind: slow, registry: docker.io, factor: 2, for: 5s}";
    private const string Pool = "nodePools[web].";
    private const string Registry = "registries[docker.io].";
    private const string Layer = Registry + "images[0].layers";
    private const string Fault = "timeline[1].fault.";
    private const string Hang = "{kind: outage, registry: docker.io, mode: hang, for: 100s}";
    private const string Limit = "{kind: rateLimit, registry: docker.io, rate: 1, burst: 2, for: 30s}";
    private const string Down = "{kind: daemonDown, pool: web, count: 4, for: 10s}";
    private const string AtOnce = "timeline[1].at=0s";
    private const string LargeLast = Layer + "=[1MB, 20MB]";
    private const string Limited = Registry + "requests={rate: 1, burst: 2}";
    private const string Retries = Pool + "runtime.honoursRetryAfter=true";

    // Names tie one part of a file to another, and what is named must exist; the rest is for the reader of the report.
    private static readonly string[] Excepted =
    [
        "question", "cluster.zones.name", "cluster.nodePools.name", "registries.name", "registries.images.name", "timeline.apply",
        "timeline.delete.kind", "timeline.delete.name", "timeline.delete.namespace", "timeline.fault.registry", "timeline.fault.pool", "timeline.addNodes.pool",
        "timeline.removeNodes.pool", "containers.image", "containers.container", "timeline.scale.cloneSet", "timeline.scale.namespace", "timeline.patch.cloneSet",
        "timeline.patch.namespace", "timeline.patch.sidecarSet", "timeline.setImage.cloneSet", "timeline.setImage.sidecarSet", "timeline.setImage.namespace", "timeline.setImage.container", "timeline.labelPods.cloneSet",
        "timeline.labelPods.namespace", "timeline.deletePods.cloneSet", "timeline.deletePods.namespace", "timeline.killPods.cloneSet", "timeline.killPods.namespace",
        "timeline.cordon.pool", "timeline.drain.pool", "timeline.uncordon.pool", "expect.metric", "expect.min", "expect.max", "expect.share", "expect.quantile", "expect.confidence", "variants.name", "variants.set",
    ];

    private readonly Workspace _workspace = new();

    /// <summary>A change to one field, and what must be so for it to matter; the fault of the timeline where it is another.</summary>
    public static TheoryData<string, string[], string> Changes { get; } = new()
    {
        { "seed=2", [], Slow },
        { "duration=2s", [], Slow },
        { "controlPlane.preset=openkruise-0.8", [], Slow },
        { "controlPlane.apiLatency=30ms", [], Slow },
        { "controlPlane.watchDelay=300ms", [], Slow },
        { "controlPlane.reconcileTime=100ms", [], Slow },
        { "controlPlane.client.qps=1", ["controlPlane.client.burst=1"], Slow },
        { "controlPlane.client.burst=1", [], Slow },
        { "controlPlane.client.parallelWrites=1", [], Slow },
        { "controlPlane.workers.imagePullJob=1", [], Slow },
        { "controlPlane.workers.nodeImage=1", [], Slow },
        { "controlPlane.noResponseTimeout=7s", [Pool + "daemon.absent=1"], Slow },
        { "controlPlane.daemon.statusReporting=polling", [], Slow },
        { "controlPlane.daemon.statusQps=0.1", ["controlPlane.daemon.statusBurst=1"], Slow },
        { "controlPlane.daemon.statusBurst=1", [], Slow },
        { "controlPlane.daemon.maxConcurrentPulls=1", [], Slow },
        { "controlPlane.featureGates.KruiseDaemon=false", [], Slow },
        { "cluster.zones[0].uplink=30Mbps", [], Slow },
        { "cluster.zones[0].roundTrip=20ms", [], Slow },
        { Pool + "count=7", [], Slow },
        { Pool + "labels={tier: back}", [], Slow },
        { Pool + "zones=[a, b]", [], Slow },
        { Pool + "images=[\"tool:1\"]", [], Slow },
        { Pool + "network.bandwidth=20Mbps", [], Slow },
        { Pool + "disk.write=5MBps", [], Slow },
        { Pool + "runtime.preset=containerd-1.2", [LargeLast], Slow },
        { Pool + "runtime.preset=containerd-2.1", [], Slow },
        { Pool + "runtime.preset=docker-20.10", [], Slow },
        { Pool + "runtime.maxConcurrentDownloads=1", [], Slow },
        { Pool + "runtime.unpack=5MBps", [], Slow },
        { Pool + "runtime.unpackText=5MBps", [], Slow },
        { Pool + "runtime.perFileCost=1ms", [], Slow },
        { Pool + "runtime.callLatency=50ms", [], Slow },
        { Pool + "runtime.payloadShare=0.5", [], Slow },
        { Pool + "runtime.fixedCost=1s", [], Slow },
        { Pool + "runtime.connectRoundTrips=9", [], Slow },
        { Pool + "runtime.perLayerCost=100ms", [], Slow },
        { Pool + "runtime.unpackAfterAll=true", [LargeLast], Slow },
        { Pool + "runtime.requestTimeout=5s", [Registry + "latency=500ms"], Hang },
        { Pool + "runtime.honoursRetryAfter=true", [Limited], Slow },
        { Pool + "daemon.startDelay=20s", [], Down },
        { Pool + "daemon.watchDelay=2s", [], Slow },
        { Pool + "daemon.absent=2", [], Slow },
        { Pool + "daemon.dead=50%", [], Slow },
        { Pool + "daemon.clockSkew=200s", [Registry + "errorRate=0.5"], Slow },
        { Registry + "egress=50Mbps", [], Slow },
        { Registry + "perConnection=5Mbps", [], Slow },
        { Registry + "roundTrip=50ms", [], Slow },
        { Registry + "latency=100ms", [], Slow },
        { Registry + "token.latency=500ms", [Registry + "token={latency: 10ms}"], Slow },
        { Registry + "requests.rate=0.3", [Limited], Slow },
        { Registry + "requests.burst=1", [Limited], Slow },
        { Registry + "requests.counted=all", [Limited], Slow },
        { Registry + "requests.retryAfter=20s", [Limited, Retries], Slow },
        { Registry + "errorRate=0.5", [], Slow },
        { Registry + "sharing.kind=fifo", [], Slow },
        { Registry + "sharing.spread=1.2", [Registry + "sharing.kind=fifo", Registry + "egress=50Mbps"], Slow },
        { Registry + "sharing.efficiency=0.5", [Registry + "sharing.kind=fifo", Registry + "egress=50Mbps"], Slow },
        { Layer + "[3]=9MB", [], Slow },
        { Layer + "[0].size=31MB", [], Slow },
        { Layer + "[0].uncompressed=300MB", [], Slow },
        { Layer + "[2].id=other", [Registry + "images[1].layers[0]={size: 10MB, id: shared}"], Slow },
        { Layer + "[0].content=incompressible", [], Slow },
        { Layer + "[1].files=9000", [], Slow },
        { "timeline[0].at=500ms", [], Slow },
        { "timeline[0].apply[0].spec.parallelism=1", [], Slow },
        { "timeline[2].removeNodes.count=2", [], Slow },
        { "timeline[3].addNodes.count=3", [], Slow },
        { Fault + "factor=9", [], Slow },
        { Fault + "for=1s", [], Slow },
        { Fault + "mode=refuse", [], Hang },
        { Fault + "rate=0.9", [], "{kind: errors, registry: docker.io, rate: 0.1, for: 30s}" },
        { Fault + "rate=0.2", [AtOnce], Limit },
        { Fault + "burst=9", [AtOnce], Limit },
        { Fault + "counted=all", [AtOnce], Limit },
        { Fault + "retryAfter=20s", [AtOnce, Retries], Limit },
        { Fault + "count=1", [], Down },
    };

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [MemberData(nameof(Changes))]
    public void Another_value_makes_another_run(string change, string[] context, string fault)
    {
        string text = Base.Replace("FAULT", fault, StringComparison.Ordinal);
        Assert.NotEqual(Hash(text, context), Hash(text, [.. context, change]));
    }

    [Fact]
    public void Every_field_is_among_the_changes()
    {
        string[] changed =
        [
            .. Changes.Concat(PodChanges).Concat(SidecarChanges).Select(row => row.Data.Item1).Concat(NamedPods.Select(path => path + "="))
                .Select(change => Brackets().Replace(change[..change.IndexOf('=', StringComparison.Ordinal)], ""))
                .Select(path => path.StartsWith("nodePools", StringComparison.Ordinal) ? "cluster." + path : path),
        ];
        Assert.Empty(Leaves(typeof(ScenarioSpec), "").Distinct().Except(changed).Except(Excepted));
        Assert.Empty(Excepted.Except(Leaves(typeof(ScenarioSpec), "")));
    }

    private static IEnumerable<string> Leaves(Type type, string prefix)
    {
        foreach (FieldShape field in RecordShape.Of(type).Fields)
        {
            Type inner = field.Property.PropertyType;
            inner = inner.IsGenericType && inner.GetGenericArguments() is [{ } element] ? element : inner;
            Type[] records = inner.IsAbstract && inner != typeof(Type) ? [.. Forms(inner)] : [inner];
            records = [.. records.Where(HasFields)];
            foreach (string leaf in records.Length == 0 ? [prefix + field.Name] : records.SelectMany(record => Leaves(record, prefix + field.Name + ".")))
            {
                yield return leaf;
            }
        }
    }

    private static IEnumerable<Type> Forms(Type type) =>
        type.GetCustomAttributes<FormAttribute>().Select(form => form.Type).Concat(type.GetCustomAttributes<FormWithAttribute>().Select(form => form.Type));

    private static bool HasFields(Type type) => type.GetProperties().Any(property => property.GetCustomAttribute<FieldAttribute>() is not null);

    private ulong Hash(string text, params string[] sets) => Run(text, sets).Hash;

    private RunResult Run(string text, params string[] sets)
    {
        LoadResult loaded = _workspace.Load(text, sets);
        Assert.True(loaded.Succeeded, string.Join('\n', loaded.Problems));
        var simulation = new Simulation(loaded.Variants[0]);
        while (simulation.Advance(100_000))
        {
        }

        return simulation.Finish(0);
    }

    [GeneratedRegex(@"\[[^\]]*\]", RegexOptions.NonBacktracking)]
    private static partial Regex Brackets();
}
