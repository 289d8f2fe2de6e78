using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

public class ScenarioLoaderTests
{
    private static Scenario Load(string fixture, params string[] sets)
    {
        LoadResult result = ScenarioLoader.Load(Fixture.PathOf(fixture), sets, null);
        Assert.Empty(result.Problems);
        return result.Variants[0].Scenario;
    }

    [Fact]
    public void The_example_scenario_means_what_it_says()
    {
        Scenario scenario = Load("warm-up-1000.yaml");
        Assert.Equal("warm-up-1000", scenario.Metadata.Name);
        ScenarioSpec spec = scenario.Spec;
        Assert.Equal(42UL, spec.Seed);
        Assert.Equal(SimTime.FromSeconds(7200), spec.Duration);
        Assert.Equal(ControlPlanePreset.Default, spec.ControlPlane.Preset);
        Assert.Null(spec.ControlPlane.Client.Qps);

        NodePoolSpec pool = Assert.Single(spec.Cluster.NodePools);
        Assert.Equal(("web", 1000, "web"), (pool.Name, pool.Count, pool.Labels["node-type"]));
        Assert.Equal(["a", "b"], pool.Zones);
        Assert.Equal((125e6, 4e8), (pool.Network.Bandwidth.BytesPerSecond, pool.Disk.Write.BytesPerSecond));
        Assert.Equal((3, 2e8), (pool.Runtime.MaxConcurrentDownloads, pool.Runtime.Unpack?.BytesPerSecond));
        Assert.Equal(new Latency(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(50)), pool.Runtime.CallLatency);
        Assert.Equal(RuntimePreset.Containerd16, pool.Runtime.Preset);

        RegistrySpec registry = Assert.Single(spec.Registries);
        Assert.Equal((1.25e9, 2.5e8, SimTime.FromMilliseconds(2)), (registry.Egress?.BytesPerSecond, registry.PerConnection?.BytesPerSecond, registry.RoundTrip));
        Assert.Equal([27_000_000, 22_000_000, 1_000, 600], Assert.Single(registry.Images).Layers.Select(l => l.Size.Bytes));

        Assert.Equal([0, 180, 600], spec.Timeline.Select(e => e.At.Seconds));
        var job = (ImagePullJob)Assert.Single(spec.Timeline[0].Apply!.Objects);
        Assert.Equal(("nginx", "default", "nginx:1.9.1", "10"), (job.Metadata.Name, job.Metadata.NamespaceProperty, job.Spec.Image, (string?)job.Spec.Parallelism));
        Assert.Equal("web", job.Spec.Selector!.MatchLabels!["node-type"]);
        Assert.Equal("Always", job.Spec.CompletionPolicy.Type);
        var outage = Assert.IsType<RegistryOutage>(spec.Timeline[1].Fault);
        Assert.Equal(("docker.io", OutageMode.Refuse, 60.0), (outage.Registry, outage.Mode, outage.For?.Seconds));
        Assert.Equal(("web", 50), (spec.Timeline[2].AddNodes!.Pool, spec.Timeline[2].AddNodes!.Count));
        Assert.Equal(new Expectation { Metric = "warmup.seconds.p99", Max = 600 }, Assert.Single(spec.Expect));
    }

    [Fact]
    public void Every_field_is_read()
    {
        LoadResult result = ScenarioLoader.Load(Fixture.PathOf("everything.yaml"), [], null);
        Assert.Empty(result.Problems);
        Assert.Equal(["one", "many"], result.Variants.Select(v => v.Name));
        ScenarioSpec spec = result.Variants[0].Scenario.Spec;
        Assert.Equal(ulong.MaxValue, spec.Seed);
        Assert.Equal("What does every field do at once?", spec.Question);
        Assert.Equal("warm-up", result.Variants[0].Scenario.Metadata.Labels["topic"]);

        ControlPlaneSpec plane = spec.ControlPlane;
        Assert.Equal(ControlPlanePreset.OpenKruise08, plane.Preset);
        Assert.Equal((30.0, 50, 16), (plane.Client.Qps, plane.Client.Burst, plane.Client.ParallelWrites));
        Assert.Equal((3, 3, 2, 4), (plane.Workers.ImagePullJob, plane.Workers.NodeImage, plane.Workers.CloneSet, plane.Workers.SidecarSet));
        Assert.Equal(60.0, plane.NoResponseTimeout?.Seconds);
        Assert.Equal((StatusReporting.Polling, 0.5, 5, 4), (plane.Daemon.StatusReporting, plane.Daemon.StatusQps, plane.Daemon.StatusBurst, plane.Daemon.MaxConcurrentPulls));
        Assert.Equal((true, false), (plane.FeatureGates.KruiseDaemon, plane.FeatureGates.PodWebhook));
        var webhook = new WebhookSpec
        {
            Latency = new(SimTime.FromMilliseconds(3), SimTime.FromMilliseconds(9)),
            Timeout = SimTime.FromSeconds(10),
            FailurePolicy = WebhookFailurePolicy.Fail,
        };
        Assert.Equal(webhook, plane.Webhook);
        Assert.Equal(["team"], WorldBuilder.LeftOut(spec.Cluster));

        Assert.Equal((5e9, SimTime.FromMilliseconds(0.5)), (spec.Cluster.Zones[0].Uplink?.BytesPerSecond, spec.Cluster.Zones[0].RoundTrip));
        NodePoolSpec pool = spec.Cluster.NodePools[0];
        Assert.Equal(
            new RuntimeSpec
            {
                Preset = RuntimePreset.Docker2010,
                MaxConcurrentDownloads = 3,
                Unpack = new(15e7),
                UnpackText = new(64e6),
                PerFileCost = new(80_000),
                CallLatency = Latency.Constant(SimTime.FromMilliseconds(5)),
                PayloadShare = 0.956,
                FixedCost = SimTime.FromMilliseconds(22),
                ConnectRoundTrips = 2,
                PerLayerCost = SimTime.FromMilliseconds(5),
                UnpackAfterAll = true,
                RequestTimeout = SimTime.FromSeconds(30),
                HonoursRetryAfter = true,
            },
            pool.Runtime);
        Assert.Equal(pool.Runtime, spec.Cluster.NodePools[1].Runtime);
        Assert.Equal((CountOrPercent.OfCount(2), CountOrPercent.OfPercent(1.5), 2.0), (pool.Daemon.Absent, pool.Daemon.Dead, pool.Daemon.ClockSkew.Seconds));
        Assert.Equal(["busybox"], pool.Images);

        RegistrySpec registry = spec.Registries[0];
        Assert.Equal(new RequestLimitSpec { Rate = 100, Burst = 200, Counted = CountedRequestKind.All, RetryAfter = SimTime.FromSeconds(1) }, registry.Requests);
        Assert.Equal(new SharingSpec { Kind = SharingKind.Fifo, Spread = 2.2, Efficiency = 0.93 }, registry.Sharing);
        Assert.Equal((0.01, 40.0), (registry.ErrorRate, registry.Token!.Latency.P50.Seconds * 1000));
        Assert.Equal(
            [
                new ImageLayerSpec { Size = new(27_000_000), Uncompressed = new(80_000_000), Id = "base", Content = LayerContent.Text },
                new ImageLayerSpec { Size = new(134_217_728), Content = LayerContent.SmallFiles, Files = 10_000 },
                new ImageLayerSpec { Size = new(1_000_000_000) },
            ],
            registry.Images[0].Layers);

        Assert.Equal("e30=", Convert.ToBase64String(((V1Secret)spec.Timeline[0].Apply!.Objects[0]).Data[".dockerconfigjson"]));
        Assert.Equal(["pull", "app", "inline"], spec.Timeline[1].Apply!.Objects.Select(o => o.Metadata.Name));
        var job = (ImagePullJob)spec.Timeline[0].Apply!.Objects[1];
        Assert.Equal(["web", "batch"], job.Spec.Selector!.MatchExpressions![0].Values);
        Assert.Equal((300, 2, 3600L, 60), (job.Spec.PullPolicy!.TimeoutSeconds, job.Spec.PullPolicy.BackoffLimit, job.Spec.CompletionPolicy.ActiveDeadlineSeconds, job.Spec.CompletionPolicy.TtlSecondsAfterFinished));
        Assert.Equal(
            [
                new RegistryOutage { Registry = "docker.io", Mode = OutageMode.Hang, For = SimTime.FromSeconds(60) },
                new RegistrySlowdown { Registry = "docker.io", Factor = 10, For = SimTime.FromSeconds(60) },
                new RegistryErrors { Registry = "docker.io", Rate = 0.5 },
                new RegistryRateLimit { Registry = "docker.io", Rate = 5, Burst = 10, Counted = CountedRequestKind.All, RetryAfter = SimTime.FromSeconds(30), For = SimTime.FromSeconds(60) },
                new DaemonOutage { Pool = "web", Count = CountOrPercent.OfPercent(10), For = SimTime.FromSeconds(300) },
                new WebhookDown { Mode = OutageMode.Hang, For = SimTime.FromSeconds(60) },
                new WebhookSlow { Factor = 2.5, Added = SimTime.FromSeconds(1) },
            ],
            spec.Timeline.Select(e => e.Fault).OfType<Fault>());
        Assert.Equal(new DeleteAction { Kind = ManifestKind.ImagePullJob, Name = "app", Namespace = "team" }, spec.Timeline[^1].Delete);
    }

    [Fact]
    public void Variants_replace_values_in_the_scenario_and_in_its_manifests()
    {
        LoadResult result = ScenarioLoader.Load(Fixture.PathOf("everything.yaml"), [], null);
        Assert.Equal(["1", "50%"], result.Variants.Select(v => (string?)((ImagePullJob)v.Scenario.Spec.Timeline[0].Apply!.Objects[1]).Spec.Parallelism));
        // The same file applied elsewhere is another entry, which nobody replaced.
        Assert.All(result.Variants, v => Assert.Equal("25%", (string?)((ImagePullJob)v.Scenario.Spec.Timeline[1].Apply!.Objects[1]).Spec.Parallelism));
        Scenario many = result.Variants[1].Scenario;
        Assert.Equal((200, "front"), (many.Spec.Cluster.NodePools[0].Count, many.Spec.Cluster.NodePools[0].Labels["example.com/tier"]));
        Assert.Equal((2_000_000, LayerContent.Incompressible), (many.Spec.Registries[1].Images[0].Layers[0].Size.Bytes, many.Spec.Registries[1].Images[0].Layers[0].Content));
    }

    [Fact]
    public void What_is_set_by_hand_goes_before_variants_and_the_file()
    {
        LoadResult result = ScenarioLoader.Load(Fixture.PathOf("everything.yaml"), ["spec.timeline[0].apply[1].spec.parallelism=7", "nodePools[1].count=9"], 5);
        Assert.Empty(result.Problems);
        Assert.All(result.Variants, v => Assert.Equal("7", (string?)((ImagePullJob)v.Scenario.Spec.Timeline[0].Apply!.Objects[1]).Spec.Parallelism));
        Assert.All(result.Variants, v => Assert.Equal(9, v.Scenario.Spec.Cluster.NodePools[1].Count));
        Assert.All(result.Variants, v => Assert.Equal(5UL, v.Scenario.Spec.Seed));
    }

    [Theory]
    [InlineData("spec.cluster.nodePools[0].count=5000")]
    [InlineData("spec.cluster.nodePools[web].count=5000")]
    [InlineData("cluster.nodePools[\"web\"].count=5000")]
    [InlineData("nodePools[web].count=5000")]
    [InlineData("nodePools=[{name: web, count: 5000}]")]
    public void A_value_has_several_paths(string set) => Assert.Equal(5000, Load("warm-up-1000.yaml", set).Spec.Cluster.NodePools[0].Count);

    [Fact]
    public void Paths_lead_to_fields_that_the_file_does_not_have_yet()
    {
        Scenario scenario = Load(
            "warm-up-1000.yaml",
            "spec.controlPlane.client.qps=50",
            "nodePools[web].daemon.startDelay=2s",
            "nodePools[web].runtime.callLatency.p99=60ms",
            "timeline[0].apply.spec.pullPolicy.backoffLimit=9",
            "registries[docker.io].images[nginx:1.9.1].layers[3].uncompressed=1kB",
            "timeline[1].fault.mode=hang",
            "expect=[]");
        Assert.Equal(50, scenario.Spec.ControlPlane.Client.Qps);
        Assert.Equal(2, scenario.Spec.Cluster.NodePools[0].Daemon.StartDelay.P50.Seconds);
        Assert.Equal(new Latency(SimTime.FromMilliseconds(5), SimTime.FromMilliseconds(60)), scenario.Spec.Cluster.NodePools[0].Runtime.CallLatency);
        Assert.Equal(9, ((ImagePullJob)scenario.Spec.Timeline[0].Apply!.Objects[0]).Spec.PullPolicy!.BackoffLimit);
        Assert.Equal(new ImageLayerSpec { Size = new(600), Uncompressed = new(1000) }, scenario.Spec.Registries[0].Images[0].Layers[3]);
        Assert.Equal(OutageMode.Hang, ((RegistryOutage)scenario.Spec.Timeline[1].Fault!).Mode);
        Assert.Empty(scenario.Spec.Expect);
    }
}
