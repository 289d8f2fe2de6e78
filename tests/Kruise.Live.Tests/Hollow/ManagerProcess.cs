using System.Globalization;
using Kruise.Live.Tests.Cli;
using Kruise.Live.Tests.Lab;

namespace Kruise.Live.Tests.Hollow;

/// <summary>A real <c>kruise manager</c> as a process of its own, so that it can be killed and measured.</summary>
internal sealed class ManagerProcess : IAsyncDisposable
{
    private readonly LabFolder _folder;
    private readonly LabProcess _process;

    private ManagerProcess(LabFolder folder, LabProcess process, int healthPort, int metricsPort)
    {
        _folder = folder;
        _process = process;
        Health = new Uri($"http://127.0.0.1:{healthPort}/");
        Metrics = new Uri($"http://127.0.0.1:{metricsPort}/metrics");
    }

    public Uri Health { get; }

    public Uri Metrics { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>User and system time so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            string[] fields = File.ReadAllText($"/proc/{_process.Id}/stat")[..].Split(") ")[1].Split(' ');
            long ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return TimeSpan.FromSeconds(ticks / 100.0); // USER_HZ
        }
    }

    /// <summary>The largest resident memory so far.</summary>
    public long PeakResidentBytes =>
        1024 * long.Parse(
            File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);

    public string Log => File.Exists(_process.LogFile) ? File.ReadAllText(_process.LogFile) : "";

    public static async Task<ManagerProcess> StartAsync(
        string kubeconfig, bool withWebhooks = false, string? executable = null, params string[] arguments)
    {
        int[] ports = LabEnvironment.FreePorts(3);
        var folder = new LabFolder("manager");
        string[] all =
        [
            "manager", "--kubeconfig", kubeconfig, $"--health-probe-addr=127.0.0.1:{ports[0]}", $"--metrics-addr=127.0.0.1:{ports[1]}",
            $"--enable-webhooks={(withWebhooks ? "true" : "false")}", .. arguments,
        ];
        var environment = new Dictionary<string, string>
        {
            ["WEBHOOK_HOST"] = "127.0.0.1",
            ["WEBHOOK_PORT"] = ports[2].ToString(CultureInfo.InvariantCulture),
        };
        LabProcess process = await LabProcess.StartAsync(executable ?? KruiseCommand.Executable, all, folder["manager.log"], folder.Root, environment);
        return new ManagerProcess(folder, process, ports[0], ports[1]);
    }

    /// <summary>Waits for <c>/readyz</c>.</summary>
    public async Task ReadyAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient();
        await _process.WaitUntilAsync(
            async token =>
            {
                try
                {
                    using HttpResponseMessage answer = await http.GetAsync(new Uri(Health, "readyz"), token);
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the manager is ready",
            TimeSpan.FromSeconds(60),
            cancellation);
    }

    /// <summary>Waits until it holds the lease.</summary>
    public Task LeadsAsync(TimeSpan limit, CancellationToken cancellation) =>
        _process.WaitUntilAsync(_ => Task.FromResult(Log.Contains("this process leads", StringComparison.Ordinal)), "the manager leads", limit, cancellation);

    /// <summary>SIGKILL.</summary>
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
