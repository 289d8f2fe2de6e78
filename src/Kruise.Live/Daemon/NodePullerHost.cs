using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Kruise.Core.Reconciling;
using Kruise.Live.Daemon.Pulling;

namespace Kruise.Live.Daemon;

/// <summary>
/// The daemon of one node: carries out what Core's puller commands, and tells the puller what became of it. All that happens to the puller
/// happens under one lock, in which nothing waits; pulls and writes are tasks. Keeps nothing that a new daemon would miss: what is on the node
/// the runtime knows, what was asked and reported the API server.
/// </summary>
internal sealed class NodePullerHost : IAsyncDisposable
{
    // Timers do not follow the clock when it is set; the clock is looked at again after this.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly NodeServices _services;
    private readonly NodePuller _puller;
    private readonly List<PullerCommand> _commands = [];
    private readonly Dictionary<PullId, RunningPull> _pulls = [];
    private readonly HashSet<Task> _tasks = [];
    private readonly CancellationTokenSource _hurry = new();
    private readonly ITimer _timer;
    private DateTime _wakeAt = DateTime.MaxValue;
    private bool _isStopped;

    public NodePullerHost(string nodeName, PullerOptions options, RandomStream random, NodeServices services)
    {
        _services = services;
        _puller = new NodePuller(nodeName, options, random);
        _timer = services.Time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string NodeName => _puller.NodeName;

    /// <summary>Attempts that run now.</summary>
    public int RunningPulls
    {
        get
        {
            lock (_lock)
            {
                return _puller.RunningPulls;
            }
        }
    }

    private DateTime Now => _services.Time.GetUtcNow().UtcDateTime;

    /// <summary>Tells of the node's NodeImage as the watch delivered it; null when there is none.</summary>
    public void Observe(NodeImage? nodeImage)
    {
        lock (_lock)
        {
            if (!_isStopped)
            {
                _puller.Observe(nodeImage, Now, _commands);
                Carry();
            }
        }
    }

    /// <summary>
    /// Stops: cancels what is being pulled and waits for its end and for the status write under way. What was not finished the next daemon goes on with.
    /// </summary>
    /// <param name="cancellationToken">Gives up the write too.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] tasks;
        lock (_lock)
        {
            _isStopped = true;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            foreach (RunningPull pull in _pulls.Values)
            {
                pull.Cancel();
            }

            tasks = [.. _tasks];
        }

        await using CancellationTokenRegistration hurry = cancellationToken.Register(_hurry.Cancel);
        await Task.WhenAll(tasks);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await _timer.DisposeAsync();
        _hurry.Dispose();
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return;
            }

            DateTime now = Now;
            if (now < _wakeAt)
            {
                SetTimer(now);
                return;
            }

            _wakeAt = DateTime.MaxValue;
            _puller.Wake(now, _commands);
            Carry();
        }
    }

    // Nothing here calls back into the puller, so commands are not added to while they are carried out.
    private void Carry()
    {
        foreach (PullerCommand command in _commands)
        {
            switch (command)
            {
                case PullerCommand.StartPull start:
                    var pull = new RunningPull(start);
                    _pulls.Add(start.Id, pull);
                    Begin(() => PullAsync(pull));
                    break;
                case PullerCommand.StopPull stop:
                    if (_pulls.Remove(stop.Id, out RunningPull? stopped))
                    {
                        stopped.Cancel();
                    }

                    break;
                case PullerCommand.WriteStatus write:
                    Begin(() => WriteAsync(write.NodeImage));
                    break;
                case PullerCommand.RecordEvent record:
                    Log(record);
                    _services.Events.Record(record.About, record.Severity, record.Reason, record.Message);
                    break;
                case PullerCommand.WakeAt wake when wake.At < _wakeAt:
                    _wakeAt = wake.At;
                    SetTimer(Now);
                    break;
            }
        }

        _commands.Clear();
    }

    // Of the events about one outcome that about the NodeImage: each job has one too.
    private void Log(PullerCommand.RecordEvent record)
    {
        if (record.About.Kind == nameof(NodeImage))
        {
            DaemonLog.Outcome(_services.Logger, record.Severity == EventSeverity.Warning ? LogLevel.Warning : LogLevel.Information, record.Message);
        }
    }

    private void SetTimer(DateTime now)
    {
        TimeSpan due = _wakeAt - now;
        _timer.Change(due <= TimeSpan.Zero ? TimeSpan.Zero : due < LongestTimer ? due : LongestTimer, Timeout.InfiniteTimeSpan);
    }

    private void Begin(Func<Task> work)
    {
        // Only after the lock is released can the task end, so it is in the set by then.
        Task? task = null;
        task = Task.Run(async () =>
        {
            await work();
            lock (_lock)
            {
                _tasks.Remove(task!);
            }
        });
        _tasks.Add(task);
    }

    private async Task PullAsync(RunningPull pull)
    {
        PullerCommand.StartPull command = pull.Command;
        PullOutcome? outcome = null;
        long begin = _services.Time.GetTimestamp();
        try
        {
            outcome = await _services.Runtime.PullAsync(await RequestOfAsync(command, pull.Token), pull.Token);
        }
        catch (OperationCanceledException) when (pull.Token.IsCancellationRequested)
        {
            // Nobody waits for the outcome.
        }
        catch (Exception e)
        {
            _services.Logger.LogError(e, "Pulling {Reference} failed inside the daemon", command.Reference);
            outcome = PullOutcome.Failed($"the daemon failed ({e.GetType().Name}); see its log");
        }

        DaemonMetrics.Ended(outcome?.Result, _services.Time.GetElapsedTime(begin));
        lock (_lock)
        {
            if (_pulls.Remove(command.Id) && outcome is { } ended && !_isStopped)
            {
                _puller.PullEnded(command.Id, ended, Now, _commands);
                Carry();
            }
        }

        await pull.CancelledAsync();
        pull.Dispose();
    }

    private async Task<PullRequest> RequestOfAsync(PullerCommand.StartPull command, CancellationToken cancellationToken)
    {
        IReadOnlyList<V1Secret> secrets = await _services.Secrets.FindAsync(command.PullSecrets, cancellationToken);
        IEnumerable<ReferenceObject> missing = (command.PullSecrets ?? [])
            .Where(r => !secrets.Any(s => s.Metadata.Name == r.Name && s.Metadata.NamespaceProperty == r.Namespace));
        return new PullRequest
        {
            Reference = command.Reference,
            Attempt = command.Attempt,
            Timeout = command.Timeout,
            Secrets = secrets,
            MissingSecrets = [.. missing.Select(r => $"{r.Namespace}/{r.Name}")],
        };
    }

    private async Task WriteAsync(NodeImage nodeImage)
    {
        StatusWriteOutcome outcome;
        try
        {
            outcome = await _services.Writer.UpdateStatusAsync(nodeImage, _hurry.Token);
        }
        catch (OperationCanceledException) when (_hurry.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            _services.Logger.LogError(e, "Writing the status of {Node} failed inside the daemon", NodeName);
            outcome = StatusWriteOutcome.Failed;
        }

        lock (_lock)
        {
            if (!_isStopped)
            {
                _puller.StatusWritten(outcome, Now, _commands);
                Carry();
            }
        }
    }
}
