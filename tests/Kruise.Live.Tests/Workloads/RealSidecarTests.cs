using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>The table of what becomes of pods and their sidecars, on a real API server.</summary>
[Collection(typeof(RunningSidecarSets))]
public sealed class RealSidecarTests(RunningCloneSets running)
{
    public static TheoryData<string> Rows => [.. SidecarCases.All.Select(row => row.Title)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_real_one_ends_with_these_objects(string title)
    {
        await using var world = new RealSidecars(await SidecarNamespace.MakeAsync(await running.ClusterAsync()));
        await SidecarCases.RunAsync(title, world);
    }
}
