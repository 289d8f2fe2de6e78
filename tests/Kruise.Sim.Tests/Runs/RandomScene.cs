using System.Globalization;
using System.Text;
using CsCheck;

namespace Kruise.Sim.Tests.Runs;

/// <summary>A small scenario drawn at random, and what a check of its run must know of it.</summary>
/// <param name="Spec">The text below <c>spec:</c>.</param>
/// <param name="IsSettled">Nothing but jobs of different images happens to the cluster: rows and job counters must agree.</param>
internal sealed record RandomScene(string Spec, bool IsSettled)
{
    private static readonly Gen<string> Zones = Any("", "  zones: [{name: a, uplink: 40Mbps}, {name: b}]\n", "  zones: [{name: a, uplink: 1Gbps}, {name: b, uplink: 8Mbps}]\n");

    private static readonly Gen<string> Daemon =
        from start in Any("", "startDelay: {p50: 1s, p99: 10s}, ")
        from watch in Any("", "watchDelay: 2s, ")
        from skew in Any("", "clockSkew: 3s, ")
        from absent in Any("0", "0", "1", "20%")
        from dead in Any("0", "0", "0", "1")
        select $"{{{start}{watch}{skew}absent: {absent}, dead: {dead}}}";

    private static readonly Gen<string> Runtime =
        from preset in Any("containerd-1.6", "containerd-1.2", "containerd-2.1", "docker-20.10")
        from downloads in Any("", ", maxConcurrentDownloads: 1", ", maxConcurrentDownloads: 4")
        from timeout in Any("", ", requestTimeout: 2s")
        from honours in Any("", ", honoursRetryAfter: true")
        select $"{{preset: {preset}, callLatency: {{p50: 5ms, p99: 50ms}}{downloads}{timeout}{honours}}}";

    private static readonly Gen<string> Registry =
        from egress in Any("", "egress: 20Mbps, ", "egress: 1Gbps, ")
        from connection in Any("", "perConnection: 8Mbps, ")
        from trip in Any("0s", "2ms", "80ms")
        from latency in Any("", "latency: {p50: 3ms, p99: 200ms}, ")
        from token in Any("", "token: {latency: 40ms}, ")
        from limit in Any("", "", "requests: {rate: 3, burst: 5}, ", "requests: {rate: 5, burst: 5, counted: all, retryAfter: 1s}, ")
        from errors in Any("", "", "errorRate: 0.05, ")
        from sharing in Any("", "sharing: {kind: fifo}, ")
        select $"{egress}{connection}{latency}{token}{limit}{errors}{sharing}roundTrip: {trip}";

    private static readonly Gen<string> Job =
        from parallelism in Any("", "parallelism: 1, ", "parallelism: 3, ", "parallelism: 40%, ", "parallelism: 100%, ")
        from policy in Any("", "", "pullPolicy: {timeoutSeconds: 5, backoffLimit: 1}, ", "pullPolicy: {backoffLimit: 0}, ")
        from completion in Any(
            "", "", "completionPolicy: {activeDeadlineSeconds: 40}, ", "completionPolicy: {activeDeadlineSeconds: 8, ttlSecondsAfterFinished: 20}, ", "completionPolicy: {type: Never}, ")
        from selector in Any("", "", "selector: {matchLabels: {tier: t0}}, ", "selector: {names: [p0-1, p0-0, p1-3, none]}, ")
        select parallelism + policy + completion + selector;

    private static readonly Gen<string> Disturbance =
        from at in Gen.Int[0, 60]
        from what in Any(
            "fault: {registry: docker.io, kind: outage, for: 10s}",
            "fault: {registry: docker.io, kind: outage, mode: hang, for: 15s}",
            "fault: {registry: docker.io, kind: slow, factor: 4, for: 20s}",
            "fault: {registry: docker.io, kind: errors, rate: 0.5, for: 10s}",
            "fault: {registry: docker.io, kind: rateLimit, rate: 1, burst: 2, for: 20s}",
            "fault: {pool: p0, kind: daemonDown, count: 50%, for: 20s}",
            "fault: {pool: p0, kind: daemonDown, count: 1}",
            "addNodes: {pool: p0, count: 3}",
            "addNodes: {pool: p0, count: 5}",
            "removeNodes: {pool: p0, count: 1}",
            "delete: {kind: ImagePullJob, name: j0}")
        select string.Create(CultureInfo.InvariantCulture, $"  - {{at: {at}s, {what}}}\n");

    private static readonly Gen<string> ControlPlane =
        from preset in Any("default", "default", "default", "openkruise-0.8")
        from watch in Any("", "", ", watchDelay: {p50: 300ms, p99: 3s}", ", watchDelay: 0s")
        from response in Any("", ", noResponseTimeout: 12s")
        from client in Any("", "", ", client: {qps: 3, burst: 2, parallelWrites: 4}")
        from workers in Any("", ", workers: {imagePullJob: 1, nodeImage: 1}")
        select $"{{preset: {preset}{watch}{response}{client}{workers}}}";

    public static Gen<RandomScene> All { get; } =
        from control in ControlPlane
        from zones in Zones
        from pools in Gen.Select(Gen.Int[2, 9], Daemon, Runtime, Any("4Mbps", "100Mbps", "1Gbps"), Any("", ", images: ['app:1']")).Array[1, 3]
        from registry in Registry
        from layers in Gen.Int[0, 5].Array[1, 4].Array[3]
        from jobs in Gen.Select(Gen.Int[0, 2], Gen.Int[0, 20], Job).Array[1, 3]
        from disturbances in Disturbance.Array[0, 4]
        select Compose(control, zones, pools, registry, layers, jobs, disturbances);

    private static Gen<string> Any(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static RandomScene Compose(
        string control,
        string zones,
        (int Count, string Daemon, string Runtime, string Nic, string Images)[] pools,
        string registry,
        int[][] layers,
        (int Image, int At, string Spec)[] jobs,
        string[] disturbances)
    {
        var text = new StringBuilder();
        CultureInfo invariant = CultureInfo.InvariantCulture;
        text.Append(invariant, $"  seed: 7\n  duration: 20m\n  controlPlane: {control}\n  cluster:\n{(zones.Length == 0 ? "" : "  " + zones)}    nodePools:\n");
        for (int i = 0; i < pools.Length; i++)
        {
            string zone = zones.Length == 0 ? "" : ", zones: [a, b]";
            text.Append(invariant, $"    - {{name: p{i}, count: {pools[i].Count}, labels: {{tier: t{i % 2}}}{zone}, network: {{bandwidth: {pools[i].Nic}}}, runtime: {pools[i].Runtime}, daemon: {pools[i].Daemon}{pools[i].Images}}}\n");
        }

        // Layers by content: layer n is n² MB, the same in every image that has it; layer 5 consists of text.
        text.Append(invariant, $"  registries:\n  - name: docker.io\n    {registry.Replace(", ", "\n    ", StringComparison.Ordinal)}\n");
        text.Replace("\n    p99", ", p99").Replace("\n    burst", ", burst").Replace("\n    counted", ", counted").Replace("\n    retryAfter", ", retryAfter");
        text.Append("    images:\n");
        for (int i = 0; i < layers.Length; i++)
        {
            IEnumerable<string> list = layers[i].Select(n => string.Create(invariant, $"{{size: {n * n}MB, id: l{n}, content: {(n == 5 ? "text" : "incompressible")}}}"));
            text.Append(invariant, $"    - {{name: 'app:{i}', layers: [{string.Join(", ", list)}]}}\n");
        }

        text.Append("  timeline:\n");
        for (int i = 0; i < jobs.Length; i++)
        {
            string spec = $"{jobs[i].Spec}image: 'app:{jobs[i].Image}'";
            text.Append(Scene.Job($"{(i == 0 ? 0 : jobs[i].At)}s", $"j{i}", spec));
        }

        text.AppendJoin("", disturbances);
        bool isSettled = jobs.Select(j => j.Image).Distinct().Count() == jobs.Length
            && !disturbances.Any(d => d.Contains("Nodes", StringComparison.Ordinal) || d.Contains("delete", StringComparison.Ordinal));
        return new RandomScene(text.ToString(), isSettled);
    }
}
