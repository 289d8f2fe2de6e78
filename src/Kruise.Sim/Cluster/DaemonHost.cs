using k8s;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Measures;
using PullResult = Kruise.Sim.Images.PullResult;

namespace Kruise.Sim.Cluster;

/// <summary>What all daemons of a world share.</summary>
internal sealed class DaemonWorld(EventLoop loop, ApiServer server, RunRecorder recorder, PullerOptions options, LatencyDistribution apiLatency)
{
    public EventLoop Loop { get; } = loop;

    public ApiServer Server { get; } = server;

    public RunRecorder Recorder { get; } = recorder;

    public PullerOptions Options { get; } = options;

    public LatencyDistribution ApiLatency { get; } = apiLatency;

    /// <summary>Reused by whichever daemon has just been called: daemons never call each other.</summary>
    public List<PullerCommand> Commands { get; } = [];
}

/// <summary>How one node's daemon runs.</summary>
/// <param name="StartDelay">From the node's joining, or the end of an outage, to the daemon's first request.</param>
/// <param name="WatchDelay">From a commit to the daemon's hearing of it.</param>
/// <param name="ClockSkew">The node's clock minus the true time.</param>
internal sealed record DaemonParameters(LatencyDistribution StartDelay, LatencyDistribution WatchDelay, SimTime ClockSkew);

/// <summary>
/// The daemon of one node: carries out what Core's puller commands against the node's runtime and the API server, and tells the puller what became of it, by the
/// node's own clock. At most one request is under way, as the puller promises, and the puller's own limit on status writes is far below a client's.
/// </summary>
internal sealed class DaemonHost : IEventTarget, IWatchSink, IPullSink
{
    private const int Start = 0;
    private const int Timer = 1;
    private const int ReadArrives = 2;
    private const int ReadAnswered = 3;
    private const int WriteArrives = 4;
    private const int WriteAnswered = 5;

    private readonly DaemonWorld _world;
    private readonly NodeRuntime _runtime;
    private readonly DaemonParameters _parameters;
    private readonly string _name;
    private readonly int _node;
    private readonly ObjectKey _key;
    private readonly RandomStream _random;
    private readonly List<(long Token, TaskTrack Track, DateTime TimesOut)> _pulls = new(1);

    private NodePuller? _puller;
    private WatchStream? _watch;
    private NodeImageSpec? _seenSpec;
    private NodeImage? _write;
    private ApiResult _writeResult;
    private EventHandle _timer;
    private SimTime _timerAt = SimTime.MaxValue;
    private long _readRevision;
    private long _life;

    public DaemonHost(DaemonWorld world, int node, string name, NodeRuntime runtime, DaemonParameters parameters, RandomStream random)
    {
        _world = world;
        _node = node;
        _name = name;
        _key = ObjectKey.Cluster(name);
        _runtime = runtime;
        _parameters = parameters;
        _random = random;
    }

    public bool IsUp => _puller is not null;

    private DateTime NodeClock => (_world.Loop.Now + _parameters.ClockSkew).ToDateTime();

    /// <summary>
    /// Makes the daemon one that has been running since long before the run: it has reported what it was asked, at a moment of the last 12 hours so that
    /// forced refreshes are spread, and watches from the present revision on.
    /// </summary>
    public void BeginRunning()
    {
        _puller = new NodePuller(_name, _world.Options, _random);
        var seen = _world.Server.Peek<NodeImage>(_key);
        DateTime past = NodeClock.AddTicks(-_random.Next(_world.Options.RefreshInterval.Ticks));
        List<PullerCommand> commands = Fresh();
        _puller.Observe(seen, past, commands);
        foreach (PullerCommand command in commands.ToArray())
        {
            if (command is PullerCommand.WriteStatus write)
            {
                ApiResult result = _world.Server.UpdateStatus(write.NodeImage);
                commands.Clear();
                _puller.StatusWritten(StatusWriteOutcome.Ok((NodeImage)result.Object!), past, commands);
            }
        }

        Carry(commands);
        Watch(_world.Server.Revision);
    }

    /// <summary>Starts the daemon after its start delay.</summary>
    public void StartLater() => _world.Loop.ScheduleAfter(_parameters.StartDelay.Sample(_random), this, Start, ++_life);

    /// <summary>
    /// Kills the daemon, or the node with it: pulls under way end with their connection, and what it knew is lost. Attempts that die with the daemon have
    /// failed; those of a node that leaves are wanted no more.
    /// </summary>
    public void Stop(bool nodeLeaves)
    {
        _life++;
        _watch?.Stop();
        _watch = null;
        foreach ((long token, TaskTrack track, _) in _pulls)
        {
            End(track, _runtime.Stop(token), hasFailed: !nodeLeaves);
        }

        _pulls.Clear();
        _puller = null;
        _seenSpec = null;
        _write = null;
        _world.Loop.Cancel(_timer);
        _timerAt = SimTime.MaxValue;
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        if (argument != _life)
        {
            return;
        }

        switch (kind)
        {
            case Start:
                _puller = new NodePuller(_name, _world.Options, _random);
                Read();
                break;
            case Timer:
                _timerAt = SimTime.MaxValue;
                List<PullerCommand> commands = Fresh();
                _puller!.Wake(NodeClock, commands);
                Carry(commands);
                break;
            case ReadArrives:
                ApiResult read = _world.Server.Get(typeof(NodeImage), _key);
                _readRevision = _world.Server.Revision;
                _world.Loop.ScheduleAfter(HalfLatency(), this, ReadAnswered, _life, read.Object);
                break;
            case ReadAnswered:
                Observe((NodeImage?)state);
                Watch(_readRevision);
                break;
            case WriteArrives:
                _writeResult = _world.Server.UpdateStatus(_write!);
                _world.Loop.ScheduleAfter(HalfLatency(), this, WriteAnswered, _life);
                break;
            case WriteAnswered:
                _write = null;
                StatusWriteOutcome outcome = _writeResult.Succeeded
                    ? StatusWriteOutcome.Ok((NodeImage)_writeResult.Object!)
                    : _writeResult.IsConflict ? StatusWriteOutcome.Conflict() : StatusWriteOutcome.Failed;
                _writeResult = default;
                List<PullerCommand> more = Fresh();
                _puller!.StatusWritten(outcome, NodeClock, more);
                Carry(more);
                break;
        }
    }

    public void OnWatchEvent(WatchStream watch, in WatchEvent watchEvent)
    {
        if (_puller is not null && watchEvent.Type != WatchEventType.Bookmark)
        {
            Observe(watchEvent.Type == WatchEventType.Deleted ? null : (NodeImage?)watchEvent.New);
        }
    }

    public void OnPullEnded(long token, PullResult result)
    {
        End(Take(token).Track, result, hasFailed: result.End == PullEnd.Failed);
        List<PullerCommand> commands = Fresh();
        PullOutcome outcome = result.End switch
        {
            PullEnd.Pulled => PullOutcome.Pulled(result.ImageId),
            PullEnd.AlreadyPresent => PullOutcome.AlreadyPresent(result.ImageId),
            _ => PullOutcome.Failed(result.Error ?? "the runtime gave no reason"),
        };
        _puller!.PullEnded(new PullId(token), outcome, NodeClock, commands);
        Carry(commands);
    }

    public void OnPullProgress(long token, int percent)
    {
        List<PullerCommand> commands = Fresh();
        _puller!.Progress(new PullId(token), percent, NodeClock, commands);
        Carry(commands);
    }

    private void Observe(NodeImage? nodeImage)
    {
        if (nodeImage is not null && !ReferenceEquals(nodeImage.Spec, _seenSpec))
        {
            _seenSpec = nodeImage.Spec;
            foreach ((string image, ImageSpec spec) in nodeImage.Spec.Images ?? NoImages)
            {
                foreach (ImageTagSpec tag in spec.Tags)
                {
                    _world.Recorder.Track(_node, image, tag);
                }
            }
        }

        List<PullerCommand> commands = Fresh();
        _puller!.Observe(nodeImage, NodeClock, commands);
        Carry(commands);
    }

    private static IReadOnlyDictionary<string, ImageSpec> NoImages { get; } = new Dictionary<string, ImageSpec>(StringComparer.Ordinal);

    private List<PullerCommand> Fresh()
    {
        _world.Commands.Clear();
        return _world.Commands;
    }

    private void Carry(List<PullerCommand> commands)
    {
        // By index: nothing below appends, because no sink is called from inside a request.
        for (int i = 0; i < commands.Count; i++)
        {
            switch (commands[i])
            {
                case PullerCommand.StartPull pull:
                    TaskTrack track = _world.Recorder.LatestTrack(_node, pull.ImageName, pull.Tag);
                    track.FirstAttempt ??= _world.Loop.Now;
                    track.LastAttempt = _world.Loop.Now;
                    track.LastEnd = null;
                    track.Attempts++;
                    track.Running = (_runtime, pull.Id.Value);
                    _pulls.Add((pull.Id.Value, track, NodeClock + (track.AttemptLimit ?? _world.Options.DefaultTimeout)));
                    _runtime.Pull(pull.Reference, this, pull.Id.Value);
                    break;
                case PullerCommand.StopPull stop:
                    if (_pulls.Exists(p => p.Token == stop.Id.Value))
                    {
                        (TaskTrack stopped, DateTime timesOut) = Take(stop.Id.Value);
                        End(stopped, _runtime.Stop(stop.Id.Value), hasFailed: NodeClock >= timesOut);
                    }

                    break;
                case PullerCommand.WriteStatus write:
                    _write = write.NodeImage;
                    _world.Loop.ScheduleAfter(HalfLatency(), this, WriteArrives, _life);
                    break;
                case PullerCommand.RecordEvent:
                    break; // nothing in the twin reads events
                case PullerCommand.WakeAt wake:
                    SetTimer(SimTime.FromDateTime(wake.At) - _parameters.ClockSkew);
                    break;
            }
        }

        commands.Clear();
    }

    private void SetTimer(SimTime at)
    {
        at = SimTime.Max(at, _world.Loop.Now);
        if (at < _timerAt)
        {
            _world.Loop.Cancel(_timer);
            _timerAt = at;
            _timer = _world.Loop.Schedule(at, this, Timer, _life);
        }
    }

    private void Read() => _world.Loop.ScheduleAfter(HalfLatency(), this, ReadArrives, _life);

    private void Watch(long fromRevision)
    {
        ApiResult answer = _world.Server.Watch(typeof(NodeImage), _key, fromRevision, () => _parameters.WatchDelay.Sample(_random), this, out _watch);
        if (!answer.Succeeded)
        {
            throw new InvalidOperationException($"The watch of the daemon of {_name} was refused: {answer.Code} {answer.Message}.");
        }
    }

    private SimTime HalfLatency() => new(_world.ApiLatency.Sample(_random).Nanoseconds / 2);

    private (TaskTrack Track, DateTime TimesOut) Take(long token)
    {
        int at = _pulls.FindIndex(p => p.Token == token);
        (_, TaskTrack track, DateTime timesOut) = _pulls[at];
        _pulls.RemoveAt(at);
        return (track, timesOut);
    }

    private void End(TaskTrack track, PullResult result, bool hasFailed)
    {
        track.Running = null;
        track.LastEnd = _world.Loop.Now;
        track.BytesFetched += result.BytesFetched;
        if (hasFailed)
        {
            track.LastError = result.Error ?? track.LastError;
        }
        else if (result.End == PullEnd.CutOff)
        {
            (track.CutOff ??= []).Add(result);
        }
        else
        {
            track.Success = result;
        }
    }
}
