using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Xunit;

namespace Kruise.Sim.Tests.Cli;

/// <summary>The built command in a process of its own.</summary>
internal static class KruiseSimProcess
{
    private const int Sigint = 2;

    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? workingFolder = null)
    {
        var start = new ProcessStartInfo(Shell.Dotnet)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingFolder ?? "",
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "kruise-sim.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(
        IEnumerable<string> arguments, CancellationToken cancellation, IReadOnlyDictionary<string, string>? environment = null, string? workingFolder = null)
    {
        using Process process = Start(arguments, environment, workingFolder);
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, await output, await errors);
    }

    public static void SkipWithoutSignals() => Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Signals are those of Unix.");

    /// <summary>As Ctrl-C does.</summary>
    public static void Interrupt(Process process) => Assert.Equal(0, Kill(process.Id, Sigint));

    /// <summary>Waits until a file that the process writes has so many lines.</summary>
    public static async Task WaitForLinesAsync(Process process, string path, int lines, CancellationToken cancellation)
    {
        // Nothing to dispose of: the process may end, and say so, long after.
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!);
        watcher.Created += (_, _) => changes.Writer.TryWrite(true);
        watcher.Changed += (_, _) => changes.Writer.TryWrite(true);
        watcher.Renamed += (_, _) => changes.Writer.TryWrite(true);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => changes.Writer.TryWrite(true);
        watcher.EnableRaisingEvents = true;
        while (!File.Exists(path) || CountLines(path) < lines)
        {
            Assert.False(process.HasExited, "It was over before its file had as many lines.");
            await changes.Reader.ReadAsync(cancellation);
        }
    }

    /// <summary>Lines of a file that another process may be writing.</summary>
    public static int CountLines(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Count(c => c == '\n');
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
