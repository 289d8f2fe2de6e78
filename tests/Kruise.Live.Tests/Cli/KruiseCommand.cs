using System.Diagnostics;

namespace Kruise.Live.Tests.Cli;

/// <summary>Runs the built command to its end.</summary>
internal static class KruiseCommand
{
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "kruise");

    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables to set; null to remove one.</param>
    /// <param name="cancellation">Kills it.</param>
    public static async Task<(int Code, string Output, string[] Errors)> RunAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Executable) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (string variable in new[] { "KUBECONFIG", "NODE_NAME", "KUBERNETES_SERVICE_HOST" })
        {
            start.Environment.Remove(variable);
        }

        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        await using CancellationTokenRegistration kill = cancellation.Register(process.Kill);
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, await output, (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
