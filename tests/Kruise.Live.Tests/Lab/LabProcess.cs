using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kruise.Live.Tests.Lab;

/// <summary>
/// A real component as a child process. It dies with the tests, whatever ends them: the kernel kills it when the thread that started it ends, so one thread
/// that lives as long as the process starts them all.
/// </summary>
internal sealed class LabProcess : IAsyncDisposable
{
    private static readonly BlockingCollection<Action> s_launches = StartLauncher();
    private readonly Process _process;

    private LabProcess(Process process, string logFile)
    {
        _process = process;
        LogFile = logFile;
    }

    /// <summary>Standard output and error; a restart appends.</summary>
    public string LogFile { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a command whose output goes to a file.</summary>
    public static async Task<LabProcess> StartAsync(
        string command, IEnumerable<string> arguments, string logFile, string workingDirectory, IReadOnlyDictionary<string, string>? environment = null)
    {
        // exec twice: the child keeps this process id, so that a signal reaches the component itself.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = workingDirectory, UseShellExecute = false, RedirectStandardInput = true };
        string[] words = ["-c", "log=$1; shift; exec setpriv --pdeathsig KILL -- \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", logFile, command, .. arguments];
        foreach (string word in words)
        {
            start.ArgumentList.Add(word);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_launches.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
            {
                started.SetException(e);
            }
        });
        return new LabProcess(await started.Task, logFile);
    }

    /// <summary>Waits until a probe answers true. Throws with the end of the log when the process ends or the time is over.</summary>
    public async Task WaitUntilAsync(Func<CancellationToken, Task<bool>> probe, string what, TimeSpan limit, CancellationToken cancellation)
    {
        if (!await Until.TrueAsync(async token => HasExited || await probe(token), limit, cancellation) || HasExited)
        {
            throw new InvalidOperationException($"{what}: {(HasExited ? $"ended with {_process.ExitCode}" : $"not within {limit}")}\n{LogTail()}");
        }
    }

    /// <summary>SIGKILL, as a crash.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and SIGKILL for what does not listen.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            using var term = Process.Start("/bin/kill", ["-TERM", _process.Id.ToString()]);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                await KillAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    /// <summary>The last lines of the log.</summary>
    public string LogTail() => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(20)) : "(no log)";

    private static BlockingCollection<Action> StartLauncher()
    {
        var launches = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (Action launch in launches.GetConsumingEnumerable())
            {
                launch();
            }
        })
        { IsBackground = true, Name = "lab launcher" }.Start();
        return launches;
    }
}
