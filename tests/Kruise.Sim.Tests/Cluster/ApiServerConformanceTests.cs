using Kruise.Sim.Tests.Cluster.Conformance;
using Xunit;

namespace Kruise.Sim.Tests.Cluster;

public sealed class ApiServerConformanceTests
{
    public static TheoryData<string> Rows => [.. ConformanceCases.All.Select(row => row.Title)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Answers_as_kube_apiserver(string title) =>
        await ConformanceRunner.RunAsync(ConformanceCases.All.Single(row => row.Title == title), new SimulatedApi());
}
