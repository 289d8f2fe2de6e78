using Kruise.Sim.Cli;
using Kruise.Sim.Tests.Scenarios;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

public class CliPageTests
{
    [Fact]
    public void The_page_says_what_the_command_takes()
    {
        string path = Path.Combine(Fixture.Repository, "docs", "cli.md");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1") File.WriteAllText(path, CliPage.Text());
        Assert.True(
            string.Equals(CliPage.Text(), File.ReadAllText(path), StringComparison.Ordinal),
            "docs/cli.md differs from the code: run this test with UPDATE_DOCS=1 and commit the file");
    }
}
