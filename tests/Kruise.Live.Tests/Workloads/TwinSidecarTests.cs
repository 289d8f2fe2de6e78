using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>The table of what becomes of pods and their sidecars, in the twin: the same rows end with the same objects as on a real API server (<see cref="RealSidecarTests"/>).</summary>
public sealed class TwinSidecarTests
{
    public static TheoryData<string> Rows => [.. SidecarCases.All.Select(row => row.Title)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_twin_ends_with_these_objects(string title)
    {
        await using var world = new TwinSidecars();
        await SidecarCases.RunAsync(title, world);
    }
}
