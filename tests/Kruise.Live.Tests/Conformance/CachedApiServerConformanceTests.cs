using Kruise.Sim.Tests.Cluster.Conformance;
using Xunit;

namespace Kruise.Live.Tests.Conformance;

/// <summary>The same with the watch cache, as clusters run. It outlives etcd's compaction, so the rows that compact are not for it.</summary>
public sealed class CachedApiServerConformanceTests(CachedConformanceCluster cluster) : IClassFixture<CachedConformanceCluster>
{
    public static TheoryData<string> Rows => [.. ConformanceCases.All.Where(row => !row.Steps.OfType<Step.Compact>().Any()).Select(row => row.Title)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_real_one_answers_as_the_table_says(string title) => await cluster.RunAsync(title, TestContext.Current.CancellationToken);
}
