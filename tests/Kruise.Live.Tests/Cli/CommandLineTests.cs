using Kruise.Live.Cli;
using Xunit;

namespace Kruise.Live.Tests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public async Task An_unknown_verb_is_bad_input_in_one_line()
    {
        var errors = new StringWriter();

        int code = await CommandLine.RunAsync(["managr"], TextWriter.Null, errors);

        Assert.Equal(ExitCode.BadInput, code);
        Assert.Equal("kruise: there is no command 'managr': did you mean manager?\nTry 'kruise --help'.\n", errors.ToString());
    }
}
