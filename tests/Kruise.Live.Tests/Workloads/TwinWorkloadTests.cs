using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>The table of what becomes of CloneSets, in the twin: the same rows end with the same objects as on a real API server (<see cref="RealWorkloadTests"/>).</summary>
public sealed class TwinWorkloadTests
{
    public static TheoryData<string> Rows => [.. WorkloadCases.All.Select(row => row.Title)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_twin_ends_with_these_objects(string title)
    {
        WorkloadCase row = WorkloadCases.All.Single(one => one.Title == title);
        await using var world = new TwinWorkloads();
        foreach (WorkloadStep step in row.Steps)
        {
            try
            {
                await world.DoAsync(step);
            }
            catch (TimeoutException e)
            {
                Assert.Fail($"{step}: {e.Message}\n{(await world.StateAsync()).Describe()}");
            }
        }

        string ends = (await world.StateAsync()).Describe();
        Assert.True(row.Ends.ReplaceLineEndings("\n") == ends, $"expected:\n{row.Ends}\nactual:\n{ends}");
    }
}
