using Kruise.Sim.Tests.Cluster.Conformance;
using Xunit;

namespace Kruise.Live.Tests.Conformance;

/// <summary>The table that the twin's API server is held against, held against kube-apiserver: both worlds give the same answers.</summary>
public sealed class ApiServerConformanceTests(ConformanceCluster cluster) : IClassFixture<ConformanceCluster>
{
    public static TheoryData<string> Rows => [.. ConformanceCases.All.Select(row => row.Title)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_real_one_answers_as_the_table_says(string title) => await cluster.RunAsync(title, TestContext.Current.CancellationToken);
}
