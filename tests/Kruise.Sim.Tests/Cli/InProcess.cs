using Kruise.Sim.Cli;

namespace Kruise.Sim.Tests.Cli;

/// <summary>The command without a process of its own.</summary>
internal static class InProcess
{
    public static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int code = CommandLine.Run(arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
