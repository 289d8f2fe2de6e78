using Kruise.Sim.Cli;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Tests.Reports;
using Kruise.Sim.Tests.Runs;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

public sealed class WhatIfPlannerTests : IDisposable
{
    private const string Limited =
        """
          cluster: {nodePools: [{name: web, count: 100}]}
          registries: [{name: docker.io, requests: {rate: 20}, images: [{name: "app:1", layers: [1MB]}]}]
          timeline:
          - {at: 0s, apply: {apiVersion: apps.kruise.io/v1alpha1, kind: ImagePullJob, metadata: {name: warm-0}, spec: {image: "app:1", parallelism: 40, completionPolicy: {}}}}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(10, "20 50 100")]
    [InlineData(4, "8 20 80 100")]
    [InlineData(40, "80 100")]
    [InlineData(60, "100")]
    [InlineData(100, "")]
    public void ParallelismIsRaisedUpToAllNodes(int parallelism, string tried)
    {
        RunResult run = new SyntheticRun { Nodes = 100, Parallelism = parallelism }.Build();
        Assert.Equal(
            tried.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(then => $"spec.timeline[0].apply.spec.parallelism={then}"),
            Sets(run).Where(set => set.Contains("parallelism", StringComparison.Ordinal)));
    }

    [Fact]
    public void WhereNodesFailFewerAtATimeAndMorePatienceAreTried()
    {
        string[] gentle = ["spec.timeline[0].apply.spec.parallelism=20", "spec.timeline[0].apply.spec.parallelism=4", "spec.timeline[0].apply.spec.pullPolicy.backoffLimit=10", "spec.registries[0].requests.rate=40"];
        IReadOnlyList<string> sets = Sets(new SyntheticRun { Nodes = 100, Parallelism = 40, FailEvery = 50 }.Build());
        Assert.All(gentle, set => Assert.Contains(set, sets));
        Assert.DoesNotContain(Sets(new SyntheticRun { Nodes = 100, Parallelism = 40 }.Build()), gentle.Contains);
    }

    [Fact]
    public void WhereNothingWasThrottledTheRequestLimitStays()
    {
        RunResult run = new SyntheticRun { Nodes = 100, Parallelism = 40, FailEvery = 50 }.Build();
        run = run with { Registries = [run.Registries[0] with { Throttled = 0 }] };
        Assert.DoesNotContain(Sets(run), set => set.Contains("requests.rate", StringComparison.Ordinal));
    }

    [Fact]
    public void WhereAttemptsTimedOutALongerTimeoutIsTried()
    {
        RunResult run = new SyntheticRun { Nodes = 100, Parallelism = 40 }.Build();
        const string Longer = "spec.timeline[0].apply.spec.pullPolicy.timeoutSeconds=2400";
        Assert.DoesNotContain(Longer, Sets(run));
        Assert.Contains(Longer, Sets(run with { Nodes = [run.Nodes[0] with { Message = "pulling image app:1 is canceled" }, .. run.Nodes.Skip(1)] }));
    }

    /// <summary>What is tried; every change has to be one that the scenario takes.</summary>
    private IReadOnlyList<string> Sets(RunResult run)
    {
        string path = Scene.Write(_folder, "limited", Limited);
        Scenario scenario = Assert.Single(ScenarioFiles.Load(path, [], null).Variants).Scenario;
        IReadOnlyList<WhatIfCandidate> candidates = WhatIfPlanner.Plan(scenario, run);
        Assert.All(candidates, candidate => Assert.True(ScenarioFiles.Load(path, candidate.Set, null).Succeeded, candidate.Change));
        return [.. candidates.SelectMany(candidate => candidate.Set)];
    }
}
