using System.Globalization;
using Kruise.Live.Tests.Cli;
using Kruise.Live.Tests.Lab;

namespace Kruise.Live.Tests.Hollow;

/// <summary>A real <c>kruise daemon</c> as a process of its own, or the native binary of it.</summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    private readonly LabFolder _folder;
    private readonly LabProcess _process;

    private DaemonProcess(LabFolder folder, LabProcess process, int port)
    {
        _folder = folder;
        _process = process;
        Address = new Uri($"http://127.0.0.1:{port}/");
    }

    public Uri Address { get; }

    public string Log => File.Exists(_process.LogFile) ? File.ReadAllText(_process.LogFile) : "";

    /// <summary>Resident memory now.</summary>
    public long ResidentBytes =>
        1024 * long.Parse(
            File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);

    public static async Task<DaemonProcess> StartAsync(string kubeconfig, string node, string runtimeSocket, string? executable = null)
    {
        int port = LabEnvironment.FreePorts(1)[0];
        var folder = new LabFolder("daemon");
        LabProcess process = await LabProcess.StartAsync(
            executable ?? KruiseCommand.Executable,
            ["daemon", "--kubeconfig", kubeconfig, "--node-name", node, $"--addr=127.0.0.1:{port}", "--runtime-endpoint", runtimeSocket, "--v=5"],
            folder["daemon.log"],
            folder.Root);
        return new DaemonProcess(folder, process, port);
    }

    /// <summary>Waits for <c>/healthz</c> with its check of the NodeImage.</summary>
    public async Task HealthyAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient();
        await _process.WaitUntilAsync(
            async token =>
            {
                try
                {
                    return (await http.GetStringAsync(new Uri(Address, "healthz?verbose"), token)).Contains("nodeimage ok", StringComparison.Ordinal);
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the daemon is healthy",
            TimeSpan.FromSeconds(30),
            cancellation);
    }

    public Task KillAsync() => _process.KillAsync();

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _process.StopAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
