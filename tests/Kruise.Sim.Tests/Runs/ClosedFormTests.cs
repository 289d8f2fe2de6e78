using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Sim.Measures;
using Xunit;

namespace Kruise.Sim.Tests.Runs;

/// <summary>Whole runs whose length can be calculated by hand, because the control plane takes no time.</summary>
public sealed class ClosedFormTests
{
    // One node fetches 125 MB over its own 1 Gbit/s in one second.
    private static string World(int nodes, string timeline, string runtime = Scene.PlainRuntime, string registry = "roundTrip: 0s", string layers = "[{size: 125MB, uncompressed: 0B}]", string daemon = "{}") =>
        $$"""
        {{Scene.InstantControlPlane}}
          duration: 4h
          cluster:
            nodePools:
            - {name: web, count: {{nodes}}, labels: {pool: web}, network: {bandwidth: 1Gbps}, disk: {{Scene.FastDisk}}, runtime: { {{runtime}} }, daemon: {{daemon}} }
            - {name: idle, count: 30, labels: {pool: idle} }
          registries:
          - {name: docker.io, {{registry}}, images: [{name: "app:1", layers: {{layers}} }] }
          timeline:
        {{timeline}}
        """;

    private static string Job(string spec, string at = "0s") => Scene.Job(at, "warm", $"image: 'app:1', selector: {{matchLabels: {{pool: web}}}}, {spec}");

    [Fact]
    public void NodesOnOneLinkEndWhenItHasSentEverything()
    {
        const string runtime = "callLatency: 5ms, fixedCost: 100ms, connectRoundTrips: 2, perLayerCost: 0s, payloadShare: 0.8, unpack: 1000GBps";
        RunResult run = Scene.Run(World(20, Job("parallelism: 100%"), runtime, "egress: 100MBps, roundTrip: 10ms", "[{size: 50MB, uncompressed: 0B}]"));

        // 2 round trips to connect, 3 for resolve, manifest and config, 1 for the layer.
        const double fixedSeconds = 0.005 + 0.100 + (6 * 0.010);
        const double expected = fixedSeconds + (20 * 50e6 / (100e6 * 0.8));
        Assert.All(run.Nodes, row => Assert.Equal(0, row.Started!.Value.Seconds));
        Assert.Equal(expected, run.Nodes.Max(row => row.Downloaded!.Value.Seconds), 1e-6);
        Assert.Equal(expected - fixedSeconds, Seconds(run, WarmupCause.DownloadRegistry) / 20, 1e-6);
        Assert.Equal(0, Seconds(run, WarmupCause.DownloadNic));
        RegistryResult registry = Assert.Single(run.Registries);
        Assert.Equal(20 * 50e6 / 0.8, registry.BytesSent, 1);
        Assert.Equal(100e6, registry.PeakBytesPerSecond, 1e-3);
        Assert.Equal(1, registry.MeanUtilisation, 1e-6);
    }

    [Theory]
    [InlineData(23, "5", 5)] // 5 + 5 + 5 + 5 + 3
    [InlineData(20, "5", 4)]
    [InlineData(7, "1", 7)]
    [InlineData(7, "100", 1)]
    [InlineData(50, "10%", 10)] // 10 % of the 50 targets, not of the 80 nodes
    [InlineData(15, "10%", 8)] // 1.5 rounds up to 2
    public void AJobTakesAWindowAfterAnother(int nodes, string parallelism, int windows)
    {
        RunResult run = Scene.Run(World(nodes, Job($"parallelism: {parallelism}")));
        JobResult job = Assert.Single(run.Jobs);
        Assert.Equal(nodes, job.Succeeded);
        Assert.Equal(windows, job.Completion!.Value.Seconds, 1e-6);
        double waited = Enumerable.Range(0, nodes).Sum(i => (double)(i / (int)Math.Ceiling(nodes / (double)windows)));
        if (nodes % windows == 0)
        {
            Assert.Equal(waited, Seconds(run, WarmupCause.WaitingForSlot), 1e-6);
        }

        Assert.Equal(nodes, Seconds(run, WarmupCause.DownloadNic), 1e-6);
        Assert.Equal(nodes * 125e6, run.Nodes.Sum(row => (double)row.BytesFetched));
    }

    [Fact]
    public void ARegistryThatRefusesCostsAttemptsAndTheSleepsBetweenThem()
    {
        string timeline = "  - {at: 0s, fault: {registry: docker.io, kind: outage}}\n" + Job("parallelism: 100%, pullPolicy: {backoffLimit: 3}", "1s");
        RunResult run = Scene.Run(World(3, timeline, registry: "roundTrip: 100ms"));
        Assert.Equal(3, Assert.Single(run.Jobs).Failed);
        Assert.All(run.Nodes, row =>
        {
            Assert.Equal(4, row.Attempts);
            // Four refusals of one round trip each; no sleep after the last.
            Assert.Equal((4 * 0.1) + 1 + 2 + 4, row.WarmupSeconds!.Value, 1e-6);
            Assert.Equal(row.WarmupSeconds.Value, row.CauseNanoseconds[(int)WarmupCause.BackOff] / 1e9, 1e-6);
            Assert.Equal("dial tcp: connect: connection refused", row.Message);
        });
    }

    [Theory]
    [InlineData("{timeoutSeconds: 30, backoffLimit: 1}", "600s", 2, 30 + 1 + 30, "pulling image app:1 is canceled")]
    [InlineData("{timeoutSeconds: 600, backoffLimit: 1}", "5s", 2, 5 + 1 + 5, "dial tcp: i/o timeout")]
    [InlineData("{timeoutSeconds: 7, backoffLimit: 0}", "600s", 1, 7, "pulling image app:1 is canceled")]
    public void TheUsersLimitsAreHonoured(string policy, string requestTimeout, int attempts, double seconds, string message)
    {
        string timeline = "  - {at: 0s, fault: {registry: docker.io, kind: outage, mode: hang}}\n" + Job($"parallelism: 100%, pullPolicy: {policy}", "1s");
        RunResult run = Scene.Run(World(2, timeline, $"{Scene.PlainRuntime}, requestTimeout: {requestTimeout}"));
        Assert.All(run.Nodes, row =>
        {
            Assert.Equal(NodeOutcome.Failed, row.Outcome);
            Assert.Equal(attempts, row.Attempts);
            Assert.Equal(seconds, row.WarmupSeconds!.Value, 1e-6);
            Assert.Equal(message, row.Message);
        });
    }

    [Fact]
    public void AnImageThatUnpacksSlowlyTakesItsUnpackingAndTheFirstArrival()
    {
        const string runtime = "callLatency: 0s, fixedCost: 0s, connectRoundTrips: 0, perLayerCost: 0s, payloadShare: 1, unpack: 100MBps";
        const string layers = "[{size: 10MB, uncompressed: 200MB}, {size: 10MB, uncompressed: 300MB}]";
        RunResult run = Scene.Run(World(4, Job("parallelism: 100%"), runtime, layers: layers));
        Assert.All(run.Nodes, row =>
        {
            // Both layers share the NIC and arrive together after 0.16 s.
            Assert.Equal(0.16 + 2 + 3, row.WarmupSeconds!.Value, 1e-6);
            Assert.Equal(5, row.CauseNanoseconds[(int)WarmupCause.Unpack] / 1e9, 1e-6);
        });
    }

    [Fact]
    public void ANodeWithoutADaemonFailsAfterTheResponseTimeout()
    {
        RunResult run = Scene.Run(World(6, Job("parallelism: 2"), daemon: "{absent: 100%}"));
        Assert.Equal(6, Assert.Single(run.Jobs).Failed);
        Assert.Equal(180, Assert.Single(run.Jobs).Completion!.Value.Seconds, 1e-6);
        Assert.All(run.Nodes, row =>
        {
            Assert.Equal(60, (row.Reported!.Value - row.Dispatched!.Value).Seconds, 1e-6);
            Assert.Equal("node has not responded for a long time", row.Message);
        });
    }

    [Fact]
    public void AJobEndsAtItsDeadlineThoughNothingElseHappensAndIsDeletedAfterItsTimeToLive()
    {
        string timeline = Job("parallelism: 4, completionPolicy: {activeDeadlineSeconds: 90, ttlSecondsAfterFinished: 30}") + "  - {at: 10m, addNodes: {pool: idle, count: 1}}\n";
        var simulation = new Simulation(Scene.Load(World(6, timeline, daemon: "{dead: 100%}"), "spec.controlPlane.noResponseTimeout=1h"));
        var key = new ObjectKey("default", "warm");
        while (simulation.Server.Peek<ImagePullJob>(key) is null)
        {
            Assert.True(simulation.Advance(1));
        }

        while (simulation.Server.Peek<ImagePullJob>(key) is not null)
        {
            Assert.True(simulation.Advance(1));
        }

        Assert.Equal(120, simulation.Now.Seconds, 1e-6);
        RunResult run = Scene.Run(simulation);
        JobResult job = Assert.Single(run.Jobs);
        Assert.Equal(90, job.Completion!.Value.Seconds, 1e-6);
        Assert.Equal((6, 0, 6), (job.Desired, job.Succeeded, job.Failed));
        Assert.Equal("job exceeds activeDeadlineSeconds", job.Message);

        // Where the time went ends with the job, not with the run.
        Assert.Equal(6, run.Nodes.Count);
        Assert.All(run.Nodes, row => Assert.Equal(90, row.CauseNanoseconds.Sum() / 1e9, 1e-6));
        Assert.Equal(0, run.Series.ActiveNodes[^1]);
    }

    [Fact]
    public void ANeverJobWarmsNodesThatJoinLater()
    {
        string timeline = Job("parallelism: 5, completionPolicy: {type: Never}") + "  - {at: 1m, addNodes: {pool: web, count: 10}}\n";
        RunResult run = Scene.Run(World(10, timeline));
        JobResult job = Assert.Single(run.Jobs);
        Assert.Equal((20, 20, 0), (job.Desired, job.Succeeded, job.Failed));
        Assert.Null(job.Completion);
        Assert.Equal(62, run.VirtualTime.Seconds, 1e-6); // two windows of five after they joined; then nothing is left to wait for
        Assert.Empty(run.Notes);
        Assert.Equal(10, run.Nodes.Count(row => row.Asked.Seconds == 60));
    }

    [Fact]
    public void AnAlwaysJobDoesNotWaitForNodesThatJoinAfterItsEnd()
    {
        RunResult run = Scene.Run(World(10, Job("parallelism: 5") + "  - {at: 1m, addNodes: {pool: web, count: 10}}\n"));
        Assert.Equal((10, 10), (run.Jobs[0].Desired, run.Nodes.Count));
        Assert.Equal(0 + 0 + 0 + 0 + 0 + 5, Seconds(run, WarmupCause.WaitingForSlot), 1e-6);
    }

    [Fact]
    public void AnOutageCostsTheBrokenPullAndTheBackOffPastItsEnd()
    {
        string timeline = Job("parallelism: 1, pullPolicy: {backoffLimit: 10}") + "  - {at: 500ms, fault: {registry: docker.io, kind: outage, for: 10s}}\n";
        NodeRow row = Assert.Single(Scene.Run(World(1, timeline)).Nodes);

        // Broken at 0.5; refused at 1.5, 3.5 and 7.5; begun anew at 15.5.
        Assert.Equal(5, row.Attempts);
        Assert.Equal(16.5, row.WarmupSeconds!.Value, 1e-6);
        Assert.Equal(15.5, row.CauseNanoseconds[(int)WarmupCause.BackOff] / 1e9, 1e-6);
        Assert.Equal(62.5e6 + 125e6, row.BytesFetched, 1);
    }

    [Fact]
    public void ADaemonThatStopsLosesItsPullAndBeginsAnew()
    {
        string timeline = Job("parallelism: 1") + "  - {at: 500ms, fault: {pool: web, kind: daemonDown, for: 10s}}\n";
        RunResult run = Scene.Run(World(1, timeline, daemon: "{startDelay: 2s}"));
        NodeRow row = Assert.Single(run.Nodes);
        Assert.Equal(0.5 + 10 + 2 + 1, row.WarmupSeconds!.Value, 1e-6);
        Assert.Equal(2, row.Attempts);
        Assert.Equal(62.5e6 + 125e6, run.Registries[0].BytesSent, 1);
    }

    [Fact]
    public void ANodeThatLeavesGivesItsSlotBack()
    {
        // The newest node, web-1, leaves in mid-pull; names put it first.
        string timeline = Scene.Job("0s", "warm", "image: 'app:1', selector: {names: [web-1, web-0]}, parallelism: 1") + "  - {at: 500ms, removeNodes: {pool: web, count: 1}}\n";
        RunResult run = Scene.Run(World(2, timeline));
        Assert.Equal((1, 1), (run.Jobs[0].Desired, run.Jobs[0].Succeeded));
        Assert.Equal(1.5, run.Jobs[0].Completion!.Value.Seconds, 1e-6);
        NodeRow left = run.Nodes.Single(row => row.Node == "web-1");
        Assert.Equal(NodeOutcome.Unfinished, left.Outcome);
        Assert.Equal(0.5, left.CauseNanoseconds.Sum() / 1e9, 1e-6);
        Assert.Equal(0.5, left.CauseNanoseconds[(int)WarmupCause.DownloadNic] / 1e9, 1e-6);
        NodeRow stayed = run.Nodes.Single(row => row.Node == "web-0");
        Assert.Equal(0.5, stayed.CauseNanoseconds[(int)WarmupCause.WaitingForSlot] / 1e9, 1e-6);
        Assert.Equal(0, run.Series.ActiveNodes[^1]);
    }

    [Fact]
    public void AJobThatIsAppliedAgainUnderItsNameHasRowsOfItsOwn()
    {
        string timeline = Job("parallelism: 2")
            + "  - {at: 20m, delete: {kind: ImagePullJob, name: warm}}\n"
            + Job("parallelism: 2", "40m");
        RunResult run = Scene.Run(World(2, timeline));
        Assert.Equal(2, run.Jobs.Count);
        Assert.Equal(4, run.Nodes.Count);
        Assert.Equal(1, run.Jobs[0].Warmup!.Max, 1e-6);
        Assert.Equal(0, run.Jobs[1].Warmup!.Max, 1e-6); // the image is there
        Assert.Equal(2 * 125e6, run.Nodes.Sum(row => (double)row.BytesFetched));
        Assert.All(run.Nodes.Where(row => row.Asked.Seconds > 0), row => Assert.True(row.Started >= row.Dispatched));
    }

    [Fact]
    public void ARunThatIsCutOffEndsAtItsDurationAndSaysSo()
    {
        RunResult run = Scene.Run(World(10, Job("parallelism: 1")), "spec.duration=4500ms");
        Assert.Equal(4.5, run.VirtualTime.Seconds);
        Assert.Equal(4.5, run.Series.Seconds[^1]);
        Assert.Equal("job default/warm had not finished when the scenario's duration was over: 4 succeeded, 0 failed of 10", Assert.Single(run.Notes));
        Assert.Equal(4.5 * 125e6, run.Registries[0].BytesSent, 1);
        Assert.Equal(4, run.Nodes.Count(row => row.Outcome == NodeOutcome.Succeeded));
        Assert.All(run.Nodes.Where(row => row.Outcome == NodeOutcome.Unfinished), row => Assert.Equal(4_500_000_000, row.CauseNanoseconds.Sum()));

        // The fifth has been downloading for half a second.
        NodeRow cutOff = run.Nodes.Single(row => row.Outcome == NodeOutcome.Unfinished && row.Attempts == 1);
        Assert.Equal(500_000_000, cutOff.CauseNanoseconds[(int)WarmupCause.DownloadNic]);
        Assert.Equal(62.5e6, cutOff.BytesFetched, 1);
        Assert.Equal(0, Seconds(run, WarmupCause.BackOff));
    }

    [Theory]
    [InlineData("parallelism: 100%, completionPolicy: {activeDeadlineSeconds: 2}", "", 2, false)]
    [InlineData("parallelism: 100%", "  - {at: 2500ms, delete: {kind: ImagePullJob, name: warm}}\n", 2.5, false)]
    [InlineData("parallelism: 100%, pullPolicy: {timeoutSeconds: 3, backoffLimit: 0}", "", 3, true)]
    public void AHealthyDownloadThatNobodyWantsAnyMoreIsADownloadAndOneThatTimesOutAFailure(string spec, string then, double seconds, bool timesOut)
    {
        WarmupCause cause = timesOut ? WarmupCause.BackOff : WarmupCause.DownloadNic;
        RunResult run = Scene.Run(World(3, Job(spec) + then, layers: "[{size: 500MB, uncompressed: 0B}]"));
        Assert.Equal(3, run.Nodes.Count);
        Assert.All(run.Nodes, row =>
        {
            Assert.Equal(seconds, row.CauseNanoseconds[(int)cause] / 1e9, 1e-6);
            Assert.Equal(row.CauseNanoseconds[(int)cause], row.CauseNanoseconds.Sum());
            Assert.Equal(seconds * 125e6, row.BytesFetched, 2);
        });
    }

    [Theory]
    [InlineData(10, "parallelism: 20%", "  - {at: 2500ms, addNodes: {pool: web, count: 10}}\n", 6)] // 2 at a time, then 4: 4 before, 2 at 2.5 ...
    [InlineData(10, "parallelism: 40%", "  - {at: 500ms, removeNodes: {pool: web, count: 5}}\n", 3)] // 4 at a time, then 2
    [InlineData(9, "parallelism: 1", "  - {at: 2500ms, apply: JOB(parallelism: 3)}\n", 5)]
    [InlineData(9, "parallelism: 4", "  - {at: 500ms, apply: JOB(parallelism: 1)}\n", 6)]
    [InlineData(9, "parallelism: 4", "  - {at: 500ms, apply: JOB(parallelism: 1)}\n  - {at: 1500ms, apply: JOB(parallelism: 3)}\n", 4)]
    public void NothingIsDispatchTimeWhenTheControllerTakesNone(int nodes, string spec, string then, double seconds)
    {
        string manifest(string p) => "{apiVersion: apps.kruise.io/v1alpha1, kind: ImagePullJob, metadata: {name: warm}, spec: {image: 'app:1', selector: {matchLabels: {pool: web}}, " + p + ", completionPolicy: {}}}";
        for (int p = 1; p <= 3; p++)
        {
            then = then.Replace($"JOB(parallelism: {p})", manifest($"parallelism: {p}"), StringComparison.Ordinal);
        }

        RunResult run = Scene.Run(World(nodes, Job(spec) + then));
        Assert.InRange(run.Jobs[0].Completion!.Value.Seconds, seconds - 1, seconds + 1);
        Assert.True(Seconds(run, WarmupCause.WaitingForSlot) > 0);
        Assert.Equal(0, Seconds(run, WarmupCause.Dispatch));
    }

    [Fact]
    public void ANodeThatAnotherJobPutsBackToWorkTakesItsSlotAgain()
    {
        // 3 s of call and 1 s of download; the call alone when the image is there.
        string timeline = Scene.Job("0s", "warm", "image: 'app:1', selector: {names: [web-0, web-1, web-2]}, parallelism: 1") + Scene.Job("6s", "other", "image: 'app:1', selector: {names: [web-0]}");
        RunResult run = Scene.Run(World(3, timeline, Scene.PlainRuntime.Replace("callLatency: 0s", "callLatency: 3s", StringComparison.Ordinal)));
        NodeRow last = run.Nodes.Single(row => row.Job == "warm" && row.Node == "web-2");

        // web-1 ends at 8, web-0 has been at work again from 6 to 9.
        Assert.Equal(9, last.Dispatched!.Value.Seconds, 1e-6);
        Assert.Equal(0, Seconds(run, WarmupCause.Dispatch));
        Assert.Equal(9, last.CauseNanoseconds[(int)WarmupCause.WaitingForSlot] / 1e9, 1e-6);
    }

    [Fact]
    public void AnotherImageIsAnotherRoundOfTheJob()
    {
        const string Named = "selector: {names: [web-0, web-1, web-2, web-3]}, parallelism: 2";
        string again = Scene.Job("1500ms", "warm", "image: 'app:2', " + Named);
        string world = World(4, Scene.Job("0s", "warm", "image: 'app:1', " + Named) + again).Replace(
            "images: [{name: \"app:1\"", "images: [{name: \"app:2\", layers: [{size: 250MB, uncompressed: 0B}]}, {name: \"app:1\"", StringComparison.Ordinal);
        RunResult run = Scene.Run(world);
        Assert.Equal(["app:1", "app:2"], run.Jobs.Select(job => job.Image));
        Assert.Equal([0, 1.5], run.Jobs.Select(job => job.Start.Seconds));
        Assert.Null(run.Jobs[0].Completion);
        Assert.Equal((2, 4), (run.Jobs[0].Succeeded, run.Jobs[1].Succeeded));
        Assert.Empty(run.Notes);

        // A claim may meet the removal of an old one, and is then repeated after 5 ms.
        Assert.Equal(5.5, run.Jobs[1].Completion!.Value.Seconds, 0.02);

        NodeRow[] first = [.. run.Nodes.Where(row => row.Image == "app:1")];
        Assert.Equal([1, 1, 1.5, 1.5], first.Select(row => Math.Round(row.CauseNanoseconds.Sum() / 1e9, 6)));
        Assert.Equal([1, 1, 0.5, 0.5], first.Select(row => Math.Round(row.CauseNanoseconds[(int)WarmupCause.DownloadNic] / 1e9, 6)));
        Assert.Equal([NodeOutcome.Succeeded, NodeOutcome.Succeeded, NodeOutcome.Unfinished, NodeOutcome.Unfinished], first.Select(row => row.Outcome));
        NodeRow[] second = [.. run.Nodes.Where(row => row.Image == "app:2")];
        Assert.All(second, row => Assert.Equal(1.5, row.Asked.Seconds));
        Assert.Equal([2, 2, 4, 4], second.Select(row => Math.Round(row.WarmupSeconds!.Value, 1)));
        Assert.Equal([0, 0, 2, 2], second.Select(row => Math.Round(row.CauseNanoseconds[(int)WarmupCause.WaitingForSlot] / 1e9, 1)));
        Assert.Equal(0, Seconds(run, WarmupCause.Dispatch), 0.02);
        Assert.Equal(0, run.Series.ActiveNodes[^1]);
    }

    [Fact]
    public void NodesThatGetNoNodeImageAreNoTargetsAndHoldNothingOpen()
    {
        string timeline = Job("parallelism: 10, completionPolicy: {type: Never}") + "  - {at: 10s, addNodes: {pool: vk, count: 1}}\n";
        string world = World(4, timeline).Replace(
            "    - {name: idle", "    - {name: vk, count: 2, labels: {pool: web, type: virtual-kubelet} }\n    - {name: idle", StringComparison.Ordinal);
        RunResult run = Scene.Run(world);
        Assert.Equal((4, 4), (run.Jobs[0].Desired, run.Jobs[0].Succeeded));
        Assert.Equal(10, run.VirtualTime.Seconds, 1e-6);

        // Upstream makes one for every node.
        Assert.Equal(7, Scene.Run(world, "spec.controlPlane.preset=openkruise-0.8").Jobs[0].Desired);
    }

    [Fact]
    public void ANodeThatLeavesAndOneThatJoinsAtOnceDoNotPassForNothing()
    {
        string timeline = Job("parallelism: 5, completionPolicy: {type: Never}")
            + "  - {at: 1m, removeNodes: {pool: web, count: 1}}\n  - {at: 1m, addNodes: {pool: web, count: 1}}\n";
        RunResult run = Scene.Run(World(3, timeline));
        Assert.Equal((3, 3), (run.Jobs[0].Desired, run.Jobs[0].Succeeded));
        Assert.Equal(61, run.VirtualTime.Seconds, 1e-6);
    }

    [Theory]
    [InlineData("absent: 100%", 10, 10)]
    [InlineData("absent: 6", 4, 6)] // a number speaks of the start only
    [InlineData("dead: 100%", 6, 6)] // a node that never was ready gets no NodeImage
    public void SharesOfDaemonsThatAreNotThereHoldForNodesThatJoin(string daemon, int joining, int failed)
    {
        string timeline = $"  - {{at: 0s, addNodes: {{pool: web, count: {joining}}}}}\n" + Job("parallelism: 100%", "1s");
        int start = daemon == "absent: 100%" ? 0 : 6;
        RunResult run = Scene.Run(World(start, timeline, daemon: $"{{{daemon}}}"));
        Assert.Equal(failed, run.Jobs[0].Failed);
        Assert.Equal(run.Jobs[0].Desired - failed, run.Jobs[0].Succeeded);
    }

    [Fact]
    public void AShareIsDrawnNodeByNode()
    {
        string timeline = "  - {at: 0s, addNodes: {pool: web, count: 400}}\n" + Job("parallelism: 100%", "1s");
        RunResult run = Scene.Run(World(0, timeline, daemon: "{absent: 25%, dead: 25%}"));

        // Binomial with n = 400 and p = 1/4, then of the 300 or so that are ready: five standard deviations.
        Assert.InRange(run.Jobs[0].Failed, 100 - 44, 100 + 44);
        Assert.InRange(run.Jobs[0].Desired, 300 - 44, 300 + 44);
    }

    [Fact]
    public void AnEntryBeyondTheDurationHoldsNothingOpen()
    {
        RunResult run = Scene.Run(World(2, Job("parallelism: 2") + "  - {at: 2h, addNodes: {pool: web, count: 1}}\n"), "spec.duration=1h");
        Assert.Equal(1, run.VirtualTime.Seconds, 1e-6);
        Assert.Equal(2, run.Nodes.Count);
    }

    [Fact]
    public void ARunThatAsksForNothingSaysSo()
    {
        RunResult none = Scene.Run(World(2, "  - {at: 1s, addNodes: {pool: web, count: 1}}\n"));
        Assert.Equal("no ImagePullJob was applied, so no node was asked for an image", Assert.Single(none.Notes));
        RunResult paused = Scene.Run(World(2, Job("parallelism: 0")), "spec.duration=1m");
        Assert.Contains("job default/warm was paused at the end: its parallelism is 0", paused.Notes);
    }

    [Fact]
    public void TheHashTellsNodesApart()
    {
        string world = World(3, Job("parallelism: 1"));
        Assert.NotEqual(Scene.Run(world).Hash, Scene.Run(world.Replace("name: web", "name: wob", StringComparison.Ordinal)).Hash);
    }

    private static double Seconds(RunResult run, WarmupCause cause) => run.Nodes.Sum(row => row.CauseNanoseconds[(int)cause]) / 1e9;
}
