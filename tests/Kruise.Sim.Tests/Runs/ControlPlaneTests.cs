using Kruise.Core.Api;
using Kruise.Sim.Measures;
using Xunit;

namespace Kruise.Sim.Tests.Runs;

/// <summary>The control plane's own limits, seen in whole runs.</summary>
public sealed class ControlPlaneTests
{
    private static string World(string controlPlane, int nodes, string timeline) =>
        $$"""
          controlPlane: {{controlPlane}}
          duration: 1h
          cluster: {nodePools: [{name: web, count: {{nodes}}, network: {bandwidth: 1Gbps} }] }
          registries: [{name: docker.io, images: [{name: "app:1", layers: [1MB]}]}]
          timeline:
        {{timeline}}
        """;

    private static string Job(string name, string spec, string at = "0s") => Scene.Job(at, name, $"image: 'app:1', {spec}");

    [Fact]
    public void TheClientsRateBoundsWrites()
    {
        const int burst = 5;
        const double qps = 10;
        string controlPlane = "{apiLatency: 1ms, watchDelay: 1ms, reconcileTime: 0s, client: {qps: 10, burst: 5, parallelWrites: 100}}";
        RunResult run = Scene.Run(World(controlPlane, 55, Job("warm", "parallelism: 100%")));
        double[] dispatched = [.. run.Nodes.Select(row => row.Dispatched!.Value.Seconds).Order()];
        for (int i = 0; i < dispatched.Length; i++)
        {
            Assert.True(dispatched[i] >= (i + 1 - burst) / qps);
        }

        // 55 claims, the first five at once.
        Assert.InRange(dispatched[^1], 5.0, 5.2);
        Assert.Equal(55, Assert.Single(run.Jobs).Succeeded);
    }

    [Fact]
    public void WritesOverAStaleViewConflictAndAreRepeated()
    {
        RunResult run = Scene.Run(World(
            "{watchDelay: 500ms}", 20, Job("one", "parallelism: 100%") + Job("two", "parallelism: 100%", "100ms")));
        Assert.True(run.ControlPlane.Conflicts > 0);
        Assert.All(run.Jobs, job => Assert.Equal((20, 20), (job.Desired, job.Succeeded)));
    }

    [Fact]
    public void NoKeyIsLookedAtBeforeItsLastWritesAreInTheView()
    {
        // Without the rule the job's own status write, which arrives first, would make it claim the nodes once more.
        var simulation = new Simulation(Scene.Load(World(
            "{apiLatency: 1ms, watchDelay: {p50: 1s, p99: 8s}, reconcileTime: 0s}", 40, Job("warm", "parallelism: 20"))));
        RunResult run = Scene.Run(simulation);
        Assert.Equal(40, Assert.Single(run.Jobs).Succeeded);
        Assert.Equal(0, run.ControlPlane.Conflicts);
        Assert.Equal(0, run.ControlPlane.CatchUpTimeouts);
        Assert.All(
            simulation.Server.StoreOf(typeof(NodeImage)).List(@namespace: null).Cast<NodeImage>(),
            node => Assert.Equal(0, node.Spec.Images!["app"].Tags[0].Version));
    }

    [Fact]
    public void AViewThatDoesNotCatchUpIsNotAwaitedForEver()
    {
        // The second application reaches the controller at 50 s, between its writes at 45 s and their arrival at 90 s; the wait ends at 75 s.
        RunResult run = Scene.Run(World(
            "{watchDelay: 45s, noResponseTimeout: 10m}", 4, Job("warm", "parallelism: 2") + Job("warm", "parallelism: 3", "5s")), "spec.cluster.nodePools[0].daemon.watchDelay=1ms");
        Assert.True(run.ControlPlane.CatchUpTimeouts > 0);
        Assert.Equal(4, Assert.Single(run.Jobs).Succeeded);
    }

    [Fact]
    public void WithoutTheFeatureGateAJobIsRefusedAndTheReportSaysSo()
    {
        RunResult run = Scene.Run(World("{featureGates: {KruiseDaemon: false}}", 5, Job("warm", "parallelism: 1")));
        Assert.Empty(run.Jobs);
        Assert.Empty(run.Nodes);
        Assert.Equal(
            [
                "at 0 s: apply ImagePullJob default/warm was refused: feature gate KruiseDaemon is off: ImagePullJob is not allowed",
                "no ImagePullJob was applied, so no node was asked for an image",
            ],
            run.Notes);
        Assert.Equal(0, run.Registries[0].BytesSent);
    }

    [Fact]
    public void UpstreamsPollingIsSlower()
    {
        RunResult ours = Scene.Run(World("{preset: default}", 30, Job("warm", "parallelism: 5")));
        RunResult upstream = Scene.Run(World("{preset: openkruise-0.8}", 30, Job("warm", "parallelism: 5")));
        Assert.All(upstream.Jobs.Concat(ours.Jobs), job => Assert.Equal(30, job.Succeeded));

        // Six windows; each waits for the poll that tells of the end, 3 to 5 s after the one that told of the beginning.
        Assert.InRange(upstream.Jobs[0].Completion!.Value.Seconds, 6 * 3, 6 * 12);
        Assert.InRange(ours.Jobs[0].Completion!.Value.Seconds, 0.5, 6);
        static double Reporting(RunResult run) => run.Nodes.Average(row => row.CauseNanoseconds[(int)WarmupCause.Reporting]) / 1e9;
        Assert.True(Reporting(upstream) > 10 * Reporting(ours));
    }

    [Fact]
    public void MeasuringAsksTheApiServerNothing()
    {
        // All daemons have been watching since before the run: nobody reads.
        RunResult run = Scene.Run(World("{preset: default}", 10, Job("warm", "parallelism: 5, completionPolicy: {type: Never}")));
        Assert.Equal(0, run.ControlPlane.ApiReads);

        // One claim a node, and each node's reports; the job's creation and its counters.
        Assert.InRange(run.ControlPlane.ApiWrites, 10 + 10 + 2, 10 + (3 * 10) + 25);
    }
}
