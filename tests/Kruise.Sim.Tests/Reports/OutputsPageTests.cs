using System.Runtime.CompilerServices;
using Kruise.Sim.Reports;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

public class OutputsPageTests
{
    [Fact]
    public void The_page_says_what_the_code_writes()
    {
        string path = Path.Combine(Here(), "../../../docs/outputs.md");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1") File.WriteAllText(path, OutputsPage.Text());
        Assert.True(
            string.Equals(OutputsPage.Text(), File.ReadAllText(path), StringComparison.Ordinal),
            "docs/outputs.md differs from the code: run this test with UPDATE_DOCS=1 and commit the file");
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
