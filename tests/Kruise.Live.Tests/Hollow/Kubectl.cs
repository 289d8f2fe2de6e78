using System.Diagnostics;

namespace Kruise.Live.Tests.Hollow;

/// <summary>The real kubectl.</summary>
internal static class Kubectl
{
    public static Task<string> ApplyAsync(string kubeconfig, string yaml, CancellationToken cancellation) =>
        // The oldest server that tests meet has no schema for a newer kubectl to validate by.
        RunAsync(kubeconfig, ["apply", "--validate=false", "-f", "-"], yaml, cancellation);

    /// <summary>Runs kubectl; what it prints. Throws with its complaint when it fails.</summary>
    public static async Task<string> RunAsync(string kubeconfig, IEnumerable<string> arguments, string? input, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("kubectl")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KUBECONFIG"] = kubeconfig },
        };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"kubectl {string.Join(' ', start.ArgumentList)}: {await errors}");
    }
}
