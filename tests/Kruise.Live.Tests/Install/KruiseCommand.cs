using Kruise.Live.Cli;
using Xunit;

namespace Kruise.Live.Tests.Install;

/// <summary>The command, run in this process.</summary>
internal static class KruiseCommand
{
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] args)
    {
        var output = new StringWriter();
        var errors = new StringWriter();
        int code = await CommandLine.RunAsync(args, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>What a command that has to succeed prints.</summary>
    public static async Task<string> PrintsAsync(params string[] args)
    {
        (int code, string output, string errors) = await RunAsync(args);
        Assert.True(code == ExitCode.Fine, errors);
        return output;
    }
}
