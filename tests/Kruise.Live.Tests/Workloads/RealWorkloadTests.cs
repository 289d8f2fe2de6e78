using Kruise.Live.Tests.Hollow;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>The table of what becomes of CloneSets, on a real API server.</summary>
public sealed class RealWorkloadTests(RunningCloneSets running) : IClassFixture<RunningCloneSets>
{
    public static TheoryData<string> Rows => [.. WorkloadCases.All.Select(row => row.Title)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_real_one_ends_with_these_objects(string title)
    {
        CloneSetCluster cluster = await running.ClusterAsync();
        WorkloadCase row = WorkloadCases.All.Single(one => one.Title == title);
        await using var world = new RealWorkloads(cluster, await cluster.NamespaceAsync(TestContext.Current.CancellationToken));
        foreach (WorkloadStep step in row.Steps)
        {
            try
            {
                await world.DoAsync(step);
            }
            catch (TimeoutException e)
            {
                Assert.Fail($"{step}: {e.Message}\n{(await world.StateAsync()).Describe()}\n{running.Manager.Log}");
            }
        }

        string ends = (await world.StateAsync()).Describe();
        Assert.True(row.Ends.ReplaceLineEndings("\n") == ends, $"expected:\n{row.Ends}\nactual:\n{ends}");
    }
}
