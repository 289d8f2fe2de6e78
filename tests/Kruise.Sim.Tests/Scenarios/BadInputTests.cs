using Kruise.Core.Api;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Reading;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

public sealed class BadInputTests : IDisposable
{
    private const string Sizes = "a number with a unit: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, or a Kubernetes quantity (k, M, G, T, Ki, Mi, Gi, Ti)";
    private const string Bandwidths = "a number with a unit: bps, kbps, Mbps, Gbps (bits per second) or Bps, kBps, MBps, GBps, KiBps, MiBps, GiBps (bytes per second)";
    private const string Durations = "a duration: numbers with the units h, m, s, ms, us, ns, such as 1h30m or 250ms";
    private const string PoolFields = "name, count, labels, zones, capacity, taints, unschedulable, network, disk, runtime, kubelet, slow, daemon, images";

    private const string Actions = "apply, delete, fault, addNodes, removeNodes, scale, patch, setImage, labelPods, deletePods, killPods, cordon, drain, uncordon";

    private static readonly string _good = Fixture.TextOf("warm-up-1000.yaml");
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    // One change to the good scenario, and all that is then said about it.
    [Theory]
    [InlineData("      count: 1000", "      cuont: 1000", "s.yaml:12:7: spec.cluster.nodePools[0]: unknown field \"cuont\"; allowed: " + PoolFields + "; did you mean \"count\"?")]
    [InlineData("network: {bandwidth: 1Gbps}", "bandwidth: 1Gbps", "s.yaml:15:7: spec.cluster.nodePools[0]: unknown field \"bandwidth\"; allowed: " + PoolFields + "; did you mean \"network.bandwidth\"?")]
    [InlineData("count: 1000", "count: -5", "s.yaml:12:14: spec.cluster.nodePools[0].count: -5 is negative; allowed: a whole number from 0 to 1000000")]
    [InlineData("count: 1000", "count: 1000001", "s.yaml:12:14: spec.cluster.nodePools[0].count: 1000001 is out of range; allowed: a whole number from 0 to 1000000")]
    [InlineData("count: 1000", "count: 99999999999999999999", "s.yaml:12:14: spec.cluster.nodePools[0].count: 99999999999999999999 is out of range; allowed: a whole number from 0 to 1000000")]
    [InlineData("count: 1000", "count: many", "s.yaml:12:14: spec.cluster.nodePools[0].count: \"many\" is not a whole number; allowed: a whole number from 0 to 1000000")]
    [InlineData("count: 1000", "count: \"5\"", "s.yaml:12:14: spec.cluster.nodePools[0].count: \"5\" is text because of its quotes; allowed: a whole number from 0 to 1000000")]
    [InlineData("count: 1000", "count: [1]", "s.yaml:12:14: spec.cluster.nodePools[0].count: found a list; allowed: a whole number from 0 to 1000000")]
    [InlineData("count: 1000", "count:", "s.yaml:12:7: spec.cluster.nodePools[0]: the field \"count\" is missing; allowed: a whole number from 0 to 1000000")]
    [InlineData("10Gbps", "10Gb", "s.yaml:20:13: spec.registries[0].egress: \"10Gb\" has the unknown unit \"Gb\"; allowed: " + Bandwidths + "; did you mean \"10Gbps\"?")]
    [InlineData("10Gbps", "10", "s.yaml:20:13: spec.registries[0].egress: \"10\" has no unit; allowed: " + Bandwidths)]
    [InlineData("10Gbps", "0", "s.yaml:20:13: spec.registries[0].egress: \"0\" is out of range; allowed: bandwidths above 0bps up to 100Tbps")]
    [InlineData("[27MB", "[27", "s.yaml:25:16: spec.registries[0].images[0].layers[0]: \"27\" has no unit; allowed: " + Sizes)]
    [InlineData("[27MB", "[{size: 27MB, id: x}, {size: 2MB, id: x}", "s.yaml:25:53: spec.registries[0].images[0].layers[1].id: the layer \"x\" is 2MB here, 27MB in line 25; allowed: the same layer under one id, or another id")]
    [InlineData("[27MB", "[{size: 27MB, content: smallFiles}", "s.yaml:25:38: spec.registries[0].images[0].layers[0]: the content is smallFiles but the field \"files\" is missing; allowed: how many files there are")]
    [InlineData("[27MB, 22MB, 1kB, 600B]", "[]", "s.yaml:25:15: spec.registries[0].images[0].layers: the list has 0 items; allowed: 1 to 10000")]
    [InlineData("at: 3m", "at: 3", "s.yaml:28:10: spec.timeline[1].at: \"3\" has no unit; allowed: " + Durations + "; did you mean \"3s\"?")]
    [InlineData("at: 3m", "at: -3m", "s.yaml:28:10: spec.timeline[1].at: \"-3m\" is negative; allowed: " + Durations)]
    [InlineData("at: 3m", "at: 3h", "s.yaml:28:10: warning: spec.timeline[1].at: 3h lies after the end, 2h; it never happens")]
    [InlineData("for: 60s", "for: 3h", "s.yaml:28:62: warning: spec.timeline[1].fault.for: the fault would end at 3h3m, after the end, 2h")]
    [InlineData("for: 60s", "for: 60s, mode: hnag", "s.yaml:28:73: spec.timeline[1].fault.mode: \"hnag\" is none of the words known here; allowed: refuse, hang; did you mean \"hang\"?")]
    [InlineData("for: 60s", "for: 60s, factor: 5", "s.yaml:28:67: spec.timeline[1].fault: unknown field \"factor\"; allowed: kind, for, registry, mode")]
    [InlineData("kind: outage", "kind: outagee", "s.yaml:28:49: spec.timeline[1].fault.kind: \"outagee\" is none of the words known here; allowed: outage, slow, errors, rateLimit, daemonDown, nodeOutage, slowNodes, webhookDown, webhookSlow; did you mean \"outage\"?")]
    [InlineData("kind: outage, ", "", "s.yaml:28:21: spec.timeline[1].fault: the field \"kind\" is missing; allowed: outage, slow, errors, rateLimit, daemonDown, nodeOutage, slowNodes, webhookDown, webhookSlow")]
    [InlineData("registry: docker.io", "registry: docker.oi", "s.yaml:28:32: spec.timeline[1].fault.registry: there is no registry \"docker.oi\"; allowed: docker.io; did you mean \"docker.io\"?")]
    [InlineData("registry: docker.io, kind: outage", "pool: wbe, kind: daemonDown", "s.yaml:28:28: spec.timeline[1].fault.pool: there is no node pool \"wbe\"; allowed: web; did you mean \"web\"?")]
    [InlineData("manifests/job-nginx.yaml", "manifests/job-ngnix.yaml", "s.yaml:27:21: the manifest: there is no file \"manifests/job-ngnix.yaml\"; allowed: a YAML file with Kubernetes objects, by its path from the scenario's folder; did you mean \"manifests/job-nginx.yaml\"?")]
    [InlineData("manifests/job-nginx.yaml", "manifests", "s.yaml:27:21: the manifest: \"manifests\" is a folder; allowed: a YAML file with Kubernetes objects, by its path from the scenario's folder")]
    [InlineData("addNodes: {pool: web", "addNodes: {pool: wbe", "s.yaml:29:32: spec.timeline[2].addNodes.pool: there is no node pool \"wbe\"; allowed: web; did you mean \"web\"?")]
    [InlineData("addNodes: {pool: web, count: 50}", "removeNodes: {pool: web, count: 1050}", "s.yaml:29:47: spec.timeline[2].removeNodes.count: 1050 nodes leave a pool that has 1000 by then; allowed: up to 1000")]
    [InlineData("addNodes: {pool: web, count: 50}", "delete: {kind: ImagePullJob, name: ngins}", "s.yaml:29:50: spec.timeline[2].delete.name: no ImagePullJob \"default/ngins\" has been applied by then; allowed: default/nginx; did you mean \"default/nginx\"?")]
    [InlineData("addNodes: {pool: web, count: 50}", "addNodes: {pool: web, count: 50}, delete: {kind: ImagePullJob, name: nginx}", "s.yaml:29:15: spec.timeline[2]: found delete and addNodes together; allowed: exactly one of " + Actions)]
    [InlineData(", addNodes: {pool: web, count: 50}", "", "s.yaml:29:5: spec.timeline[2]: found none of " + Actions + "; allowed: exactly one of them")]
    [InlineData("name: nginx:1.9.1", "name: nginx:1.9.2", "manifests/job-nginx.yaml:7:10: spec.image: the image \"nginx:1.9.1\" is in no registry of the scenario; allowed: nginx:1.9.2; did you mean \"nginx:1.9.2\"?")]
    [InlineData("name: docker.io", "name: https://docker.io/v2", "s.yaml:19:11: spec.registries[0].name: \"https://docker.io/v2\" is not a registry's host; allowed: a host with a dot or a port, as image references have it: docker.io, registry.example.com:5000; did you mean \"docker.io\"?", 3)]
    [InlineData("name: docker.io", "name: index.docker.io", "s.yaml:19:11: spec.registries[0].name: \"index.docker.io\" is not a registry's host; allowed: a host with a dot or a port, as image references have it: docker.io, registry.example.com:5000; did you mean \"docker.io\"?", 3)]
    [InlineData("name: docker.io", "name: hub", "s.yaml:19:11: spec.registries[0].name: \"hub\" is not a registry's host; allowed: a host with a dot or a port, as image references have it: docker.io, registry.example.com:5000", 3)]
    [InlineData("name: nginx:1.9.1", "name: Nginx:1.9.1", "s.yaml:24:13: spec.registries[0].images[0].name: \"Nginx:1.9.1\" is not an image reference: repository \"Nginx\" must be lower case", 1)]
    [InlineData("name: nginx:1.9.1", "name: \"nginx:\"", "s.yaml:24:13: spec.registries[0].images[0].name: \"nginx:\" is not an image reference: tag \"\" must be 1 to 128 letters, digits, '_', '.' and '-', not beginning with '.' or '-'", 1)]
    [InlineData("warmup.seconds.p99", "warmup.seconds.p98", "s.yaml:31:14: spec.expect[0].metric: unknown metric \"warmup.seconds.p98\"; allowed: warmup.seconds.p50, warmup.seconds.p90, warmup.seconds.p99, warmup.seconds.max; did you mean \"warmup.seconds.p99\"?", 0, true)]
    [InlineData("warmup.seconds.p99", "warmpu.seconds.p99", "s.yaml:31:14: spec.expect[0].metric: unknown metric \"warmpu.seconds.p99\"; allowed: warmup.*, jobs.*, nodes.*, registries.*, controlPlane.*, attribution.*, workloads.*, pods.*, labels.*, sidecarSets.*, virtualSeconds, events (kruise-sim explain lists them); did you mean \"warmup.seconds.p99\"?")]
    [InlineData("warmup.seconds.p99", "jobs.ngins.failed", "s.yaml:31:14: spec.expect[0].metric: there is no job \"ngins\"; allowed: nginx; did you mean \"nginx\"?")]
    [InlineData("max: 600", "max: 600, min: 700", "s.yaml:31:39: spec.expect[0].max: the greatest value, 600, is less than the least, 700; allowed: min up to max")]
    [InlineData(", max: 600", "", "s.yaml:31:5: spec.expect[0]: found none of min, max; allowed: at least one of them")]
    [InlineData("max: 600", "max: 600, share: 90%, quantile: 95%", "s.yaml:31:66: spec.expect[0].quantile: an expectation is of a share of the seeds or of a quantile over them, not of both; allowed: share or quantile")]
    [InlineData("max: 600", "max: 600, share: 90", "s.yaml:31:51: spec.expect[0].share: 90 is out of range; allowed: a percentage from 0% to 100%, or a number from 0 to 1; did you mean \"90%\"?")]
    [InlineData("max: 600", "max: 600, share: 100%", "s.yaml:31:51: spec.expect[0].share: 100% of the seeds; allowed: more than 0% and less than 100%; what every seed must meet has neither share nor quantile")]
    [InlineData("max: 600", "max: 600, quantile: 0", "s.yaml:31:54: spec.expect[0].quantile: 0% of the seeds; allowed: more than 0% and less than 100%; what every seed must meet has neither share nor quantile")]
    [InlineData("max: 600", "max: 600, confidence: 99%", "s.yaml:31:56: spec.expect[0].confidence: what every seed must meet needs no confidence; allowed: share or quantile beside it")]
    [InlineData("max: 600", "max: 600, share: 90%, confidence: 100%", "s.yaml:31:68: spec.expect[0].confidence: 100% is not a confidence; allowed: more than 0% and less than 100%")]
    [InlineData("p99: 50ms", "p99: 1ms", "s.yaml:17:90: spec.cluster.nodePools[0].runtime.callLatency.p99: 1ms is less than the median; allowed: durations from p50 (5ms)")]
    [InlineData("preset: default", "preset: openkruise-0.9", "s.yaml:8:26: spec.controlPlane.preset: \"openkruise-0.9\" is none of the words known here; allowed: default, openkruise-0.8; did you mean \"openkruise-0.8\"?")]
    [InlineData("preset: default", "featureGates: {KruiseDaemon: yes}", "s.yaml:8:47: spec.controlPlane.featureGates.KruiseDaemon: \"yes\" is not a boolean; allowed: true or false; did you mean \"true\"?")]
    [InlineData("kind: Scenario", "kind: ImagePullJob", "s.yaml:3:7: kind: \"ImagePullJob\" is not known here; allowed: Scenario")]
    [InlineData("sim.kruise.io/v1alpha1", "sim.kruise.io/v1", "s.yaml:2:13: apiVersion: \"sim.kruise.io/v1\" is not known here; allowed: sim.kruise.io/v1alpha1")]
    [InlineData("name: warm-up-1000", "name: Warm_Up", "s.yaml:4:18: metadata.name: \"Warm_Up\" is not a name; allowed: 1 to 63 lower-case letters, digits and '-', not first or last (a DNS-1123 label); did you mean \"warm-up\"?")]
    [InlineData("zones: [a, b]", "zones: a", "s.yaml:14:14: spec.cluster.nodePools[0].zones: found \"a\"; allowed: a list; did you mean \"[a]\"?")]
    [InlineData("zones: [a, b]", "zones: [1, b]", "s.yaml:14:15: spec.cluster.nodePools[0].zones[0]: 1 is a number; allowed: text; a text that looks like something else stands in quotes")]
    [InlineData("{node-type: web}", "{node-type: -web}", "s.yaml:13:27: spec.cluster.nodePools[0].labels.node-type: \"-web\" is not a label's value; allowed: a label's value: up to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit")]
    [InlineData("  seed: 42", "  seed: 42\n  seed: 43", "s.yaml:7:3: \"seed\" is written twice; it stands in line 6 already")]
    [InlineData("  seed: 42", "  seed: 42\n bad: 43", "s.yaml:7:2: not valid YAML: while parsing a block mapping, did not find expected key")]
    [InlineData("  seed: 42", "  seed: *answer", "s.yaml:6:9: no anchor \"answer\" stands before its alias")]
    [InlineData("  seed: 42", "  seed: !secret 42", "s.yaml:6:9: the tag \"!secret\"; allowed: no tags")]
    public void A_mistake_is_named_with_its_place(string from, string to, string expected, int othersAllowed = 0, bool nearestIsOneOfSeveral = false)
    {
        Assert.Contains(from, _good, StringComparison.Ordinal);
        LoadResult result = _workspace.Load(_good.Replace(from, to, StringComparison.Ordinal));
        string[] problems = _workspace.Shorten(result);
        if (nearestIsOneOfSeveral)
        {
            string upToSuggestion = expected[..expected.IndexOf("did you mean", StringComparison.Ordinal)];
            Assert.StartsWith(upToSuggestion, Assert.Single(problems), StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains(expected, problems);
        }

        Assert.InRange(problems.Length, 1, 1 + othersAllowed);
        Assert.Equal(result.Problems.All(p => p.Severity == ProblemSeverity.Warning), result.Succeeded);
    }

    [Theory]
    [InlineData("", "s.yaml:1:1: the file is empty; allowed: a scenario")]
    [InlineData("# nothing\n", "s.yaml:1:1: the file is empty; allowed: a scenario")]
    [InlineData("hello world\n", "s.yaml:1:1: found \"hello world\"; allowed: a mapping with the fields apiVersion, kind, metadata, spec")]
    [InlineData("a: [1, 2\n", "s.yaml:2:1: not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'")]
    [InlineData("a: 1\nb:\n\tc: 2\n", "s.yaml:3:1: not valid YAML: while scanning a mapping, found invalid tab as indentation")]
    [InlineData("a: 1\nlayers: [[\nb: 2\n", "s.yaml:2:9: not valid YAML: what begins here cannot be read beyond line 3, column 1")]
    [InlineData("a: b: c\n", "s.yaml:1:5: not valid YAML: while scanning a plain scalar value, found invalid mapping")]
    [InlineData("\u007fELF\u0002", "s.yaml:1:1: not a YAML file: the control character U+007F; allowed: YAML as UTF-8 text")]
    [InlineData("a: {b: 1}\n---\nc: 2\n", "s.yaml:3:1: a second document; allowed: one scenario in a file")]
    [InlineData("a: &a [*a]\n", "s.yaml:1:8: the alias \"a\" stands inside the value it repeats")]
    [InlineData("? [a]\n: b\nkind: x\n", "s.yaml:1:3: the key is a list; allowed: text")]
    public void A_file_that_is_no_scenario_is_refused(string text, string expected) => Assert.Contains(expected, _workspace.Problems(text));

    [Fact]
    public void Files_that_cannot_be_read_are_named()
    {
        string missing = Path.Combine(_workspace.Folder, "manifests", "job-ngnix.yaml");
        Assert.Equal(
            [$"{missing}: there is no file \"{missing}\"; allowed: a YAML file with a scenario; did you mean \"{_workspace.Folder}/manifests/job-nginx.yaml\"?"],
            ScenarioLoader.Load(missing, [], null).Problems.Select(p => p.ToString()));
        Assert.Equal(
            [$"{_workspace.Folder}: \"{_workspace.Folder}\" is a folder; allowed: a YAML file with a scenario"],
            ScenarioLoader.Load(_workspace.Folder, [], null).Problems.Select(p => p.ToString()));

        string bytes = Path.Combine(_workspace.Folder, "bytes.yaml");
        File.WriteAllBytes(bytes, [(byte)'a', (byte)'\n', (byte)'b', 0xFF]);
        Assert.Equal([$"{bytes}:2:2: not a YAML file: bytes that are not UTF-8; allowed: YAML as UTF-8 text"], ScenarioLoader.Load(bytes, [], null).Problems.Select(p => p.ToString()));

        string large = _workspace.Write("large.yaml", new string('#', SourceText.MaxBytes + 1));
        Assert.Contains("larger than 8 MiB", Assert.Single(ScenarioLoader.Load(large, [], null).Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_permission_to_read_is_named()
    {
        string path = _workspace.Write("secret.yaml", _good);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(path, UnixFileMode.None);
        LoadResult result = ScenarioLoader.Load(path, [], null);
        // The superuser reads it all the same.
        Assert.True(result.Problems.Count == 0 || result.Problems[0].Message.Contains("cannot be read", StringComparison.Ordinal) || Environment.IsPrivilegedProcess);
        Assert.True(result.Problems.Count > 0 || Environment.IsPrivilegedProcess);
    }

    [Fact]
    public void Several_problems_are_reported_together_in_the_order_of_the_file()
    {
        string text = _good
            .Replace("seed: 42", "sed: 42", StringComparison.Ordinal)
            .Replace("count: 1000", "count: -1", StringComparison.Ordinal)
            .Replace("10Gbps", "10Gbsp", StringComparison.Ordinal)
            .Replace("kind: outage", "kind: outrage", StringComparison.Ordinal)
            .Replace("pool: web", "pool: wob", StringComparison.Ordinal)
            .Replace("warmup.seconds.p99", "warmup.p99", StringComparison.Ordinal);
        LoadResult result = _workspace.Load(text, "spec.duration=1", "specs=1");
        Assert.False(result.Succeeded);
        Assert.Equal(
            [
                ("--set specs=1", 0), ("--set spec.duration=1", 0),
                ("s.yaml", 6), ("s.yaml", 12), ("s.yaml", 20), ("s.yaml", 28), ("s.yaml", 29), ("s.yaml", 31),
            ],
            result.Problems.Select(p => (Path.GetFileName(p.Source), p.Line)));
    }

    [Fact]
    public void Names_that_occur_twice_are_refused()
    {
        string text = _good
            .Replace("    nodePools:\n", "    zones: [{name: a}, {name: b}, {name: a}]\n    nodePools:\n    - {name: web, count: 1, zones: [c]}\n", StringComparison.Ordinal)
            .Replace("  registries:\n", "  registries:\n  - {name: docker.io}\n", StringComparison.Ordinal)
            .Replace("    images:\n", "    images:\n    - {name: docker.io/library/nginx:1.9.1, layers: [1B]}\n", StringComparison.Ordinal);
        Assert.Equal(
            [
                "s.yaml:10:42: spec.cluster.zones[2].name: there are two of the zone \"a\"; it stands in line 10 already; allowed: names that differ",
                "s.yaml:12:37: spec.cluster.nodePools[0].zones[0]: there is no zone \"c\"; allowed: a, b, a; did you mean \"a\"?",
                "s.yaml:13:13: spec.cluster.nodePools[1].name: there are two of the node pool \"web\"; it stands in line 12 already; allowed: names that differ",
                "s.yaml:22:11: spec.registries[1].name: there are two of the registry \"docker.io\"; it stands in line 21 already; allowed: names that differ",
                "s.yaml:28:13: spec.registries[1].images[1].name: there are two of the image \"nginx:1.9.1\"; it stands in line 27 already; allowed: names that differ",
            ],
            _workspace.Problems(text));
    }

    [Theory]
    [InlineData("kind: ImagePullJob", "kind: DaemonSet", "2:7: kind: unknown kind \"DaemonSet\" (apps.kruise.io/v1alpha1); allowed: ImagePullJob (apps.kruise.io/v1alpha1), CloneSet (apps.kruise.io/v1alpha1), SidecarSet (apps.kruise.io/v1alpha1), Secret (v1), PersistentVolumeClaim (v1)")]
    [InlineData("kind: ImagePullJob", "kind: ImagePullJop", "2:7: kind: unknown kind \"ImagePullJop\" (apps.kruise.io/v1alpha1); allowed: ImagePullJob (apps.kruise.io/v1alpha1), CloneSet (apps.kruise.io/v1alpha1), SidecarSet (apps.kruise.io/v1alpha1), Secret (v1), PersistentVolumeClaim (v1); did you mean \"ImagePullJob\"?")]
    [InlineData("v1alpha1", "v1", "1:13: apiVersion: \"apps.kruise.io/v1\" has no kind ImagePullJob; allowed: ImagePullJob (apps.kruise.io/v1alpha1), CloneSet (apps.kruise.io/v1alpha1), SidecarSet (apps.kruise.io/v1alpha1), Secret (v1), PersistentVolumeClaim (v1); did you mean \"apps.kruise.io/v1alpha1\"?")]
    [InlineData("apiVersion:", "apiversion:", "1:1: unknown field \"apiversion\"; allowed: apiVersion, kind, metadata and the fields of the kind; did you mean \"apiVersion\"?")]
    [InlineData("  parallelism: 10", "  paralelism: 10", "8:3: spec: unknown field \"paralelism\"; allowed: image, pullSecrets, selector, parallelism, pullPolicy, completionPolicy; did you mean \"parallelism\"?")]
    [InlineData("  parallelism: 10", "  parallelism: 1.5", "8:16: spec.parallelism: \"1.5\" is not a whole number; allowed: a whole number or a percentage such as 25%")]
    [InlineData("  parallelism: 10", "  parallelism: \"10\"", "8:16: spec.parallelism: \"10\" is text because of its quotes; allowed: a whole number or a percentage such as 25%")]
    [InlineData("      node-type: web", "      node-type: 5", "11:18: spec.selector.matchLabels.node-type: 5 is a number; allowed: text; a text that looks like something else stands in quotes")]
    [InlineData("  creationTimestamp: null", "  uid: abc", "5:3: metadata: the field \"uid\" is the cluster's own or is not simulated; allowed: annotations, labels, name, namespace")]
    [InlineData("  name: nginx", "  name: Nginx", "4:9: metadata.name: \"Nginx\" is not a name; allowed: up to 253 lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit (a DNS-1123 subdomain); did you mean \"nginx\"?")]
    [InlineData("    type: Always", "    type: Always\nstatus: {desired: 5}", "14:1: the field \"status\" is written by controllers, not by manifests; allowed: apiVersion, kind, metadata, spec")]
    [InlineData("  completionPolicy:\n    type: Always\n", "", "7:3: spec: the field \"completionPolicy\" is missing; allowed: a mapping with the fields type, activeDeadlineSeconds, ttlSecondsAfterFinished")]
    public void A_mistake_in_a_manifest_is_named_in_the_manifest(string from, string to, string expected)
    {
        string manifest = Fixture.TextOf("manifests/job-nginx.yaml");
        Assert.Contains(from, manifest, StringComparison.Ordinal);
        _workspace.Write("manifests/job-nginx.yaml", manifest.Replace(from, to, StringComparison.Ordinal));
        Assert.Equal(["manifests/job-nginx.yaml:" + expected], _workspace.Problems(_good.Replace("  expect:\n  - {metric: warmup.seconds.p99, max: 600}\n", "", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("# nothing\n", "s.yaml:27:21: the manifest \"manifests/job-nginx.yaml\" holds no object; allowed: a file with Kubernetes objects")]
    [InlineData("- a\n", "manifests/job-nginx.yaml:1:1: found a list; allowed: a Kubernetes object with apiVersion, kind and metadata")]
    [InlineData("a: b: c\n", "manifests/job-nginx.yaml:1:5: not valid YAML: while scanning a plain scalar value, found invalid mapping")]
    public void A_manifest_without_objects_is_refused(string manifest, string expected)
    {
        _workspace.Write("manifests/job-nginx.yaml", manifest);
        Assert.Equal([expected], _workspace.Problems(_good));
    }

    [Fact]
    public void What_validation_finds_is_named_where_the_manifest_says_it()
    {
        _workspace.Write(
            "manifests/job-nginx.yaml",
            Fixture.TextOf("manifests/job-nginx.yaml").Replace("  selector:\n", "  selector:\n    names: [web-1]\n", StringComparison.Ordinal));
        string path = _workspace.Write("s.yaml", _good);
        LoadResult result = ScenarioLoader.Load(path, [], null, (manifest, _) => manifest is ImagePullJob { Spec.Selector: { Names: not null, MatchLabels: not null } }
            ? [("spec.selector", "names and matchLabels exclude each other"), ("spec.selector.names[0]", "here"), ("spec.pullPolicy.backoffLimit", "absent")]
            : []);
        Assert.Equal(
            [
                "manifests/job-nginx.yaml:6:1: spec.pullPolicy.backoffLimit: absent",
                "manifests/job-nginx.yaml:9:3: spec.selector: names and matchLabels exclude each other",
                "manifests/job-nginx.yaml:10:13: spec.selector.names[0]: here",
            ],
            _workspace.Shorten(result));
    }

    [Theory]
    [InlineData("nodePools[web].cuont=5", "nodePools[web] has no field \"cuont\"; allowed: " + PoolFields + "; did you mean \"count\"?")]
    [InlineData("nodePools[wbe].count=5", "nodePools has no item \"wbe\"; allowed: [0] to [0], or by name: [web]; did you mean \"web\"?")]
    [InlineData("nodePools.count=5", "nodePools is a list and has no field \"count\"; allowed: [0] to [0], or by name: [web]")]
    [InlineData("nodePools[web].count=-5", "spec.cluster.nodePools[0].count: -5 is negative; allowed: a whole number from 0 to 1000000")]
    [InlineData("spec.timeline[0].apply.spec.paralelism=5", "spec.timeline[0].apply.spec has no field \"paralelism\"; allowed: image, pullSecrets, selector, parallelism, pullPolicy, completionPolicy; did you mean \"parallelism\"?")]
    [InlineData("spec.timeline[0].apply[1].spec.parallelism=5", "spec.timeline[0].apply has no item \"1\"; allowed: [0] to [0]")]
    [InlineData("timeline[0].apply.spec.image=nginx:1.9.2", "spec.image: the image \"nginx:1.9.2\" is in no registry of the scenario; allowed: nginx:1.9.1; did you mean \"nginx:1.9.1\"?")]
    [InlineData("spec.seed.x=1", "spec.seed has no fields; allowed: a path that ends there")]
    [InlineData("sepc.seed=1", "unknown field \"sepc\"; allowed: apiVersion, kind, metadata, spec, question, seed, duration, controlPlane, cluster, registries, containers, timeline, expect, variants, zones, nodePools, namespaces; did you mean \"spec\"?")]
    [InlineData("spec..seed=1", "\"spec..seed\" is not a path; allowed: a path such as spec.cluster.nodePools[0].count or nodePools[web].count")]
    [InlineData("spec.seed", "there is no path and value; allowed: path=value, such as spec.cluster.nodePools[0].count=5000")]
    [InlineData("spec.seed=[", "not valid YAML: while parsing a node, did not find expected node content")]
    public void A_wrong_set_option_is_named(string set, string expected) => Assert.Equal([$"--set {set}: {expected}"], _workspace.Problems(_good, set));

    [Fact]
    public void A_wrong_path_in_a_variant_is_named_where_it_stands()
    {
        string text = _good + "  variants:\n  - {name: a, set: {\"nodePools[wbe].count\": 5}}\n  - {name: a, set: {\"nodePools[web].count\": x}}\n  - {name: b}\n";
        Assert.Equal(
            [
                "s.yaml:33:21: \"nodePools[wbe].count\": nodePools has no item \"wbe\"; allowed: [0] to [0], or by name: [web]; did you mean \"web\"?",
                "s.yaml:34:12: spec.variants: there are two of the variant \"a\"; allowed: names that differ",
                "s.yaml:34:45: spec.cluster.nodePools[0].count: \"x\" is not a whole number; allowed: a whole number from 0 to 1000000",
            ],
            _workspace.Problems(text));
    }
}
