using Kruise.Sim.Cli;

namespace Kruise.Sim.Tests.Cli;

/// <summary>The command without a process of its own, nor any of the process's variables: a test in a job of CI must not write into the job's summary.</summary>
internal static class InProcess
{
    public static (int Code, string Output, string Errors) Run(params string[] arguments) => RunWith(_ => null, arguments);

    public static (int Code, string Output, string Errors) RunWith(Func<string, string?> environment, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        int code = CommandLine.Run(arguments, output, errors, environment);
        return (code, output.ToString(), errors.ToString());
    }
}
