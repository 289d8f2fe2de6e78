using Kruise.Sim.Reports;
using Kruise.Sim.Tests.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

public class ReferencePageTests
{
    [Fact]
    public void The_page_says_what_the_code_reads_and_measures()
    {
        string path = Path.Combine(Fixture.Repository, "docs", "reference.md");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1") File.WriteAllText(path, ReferencePage.Text());
        Assert.True(
            string.Equals(ReferencePage.Text(), File.ReadAllText(path), StringComparison.Ordinal),
            "docs/reference.md differs from the code: run this test with UPDATE_DOCS=1 and commit the file");
    }
}
