using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull.Puller;

/// <summary>
/// A small world around one puller, in virtual time: an API server that keeps the NodeImage and refuses stale writes, a watch with a delay,
/// a runtime that answers as the test says, one timer. It checks with every command what must hold for every puller.
/// </summary>
internal sealed class PullerRig
{
    public static readonly DateTime T0 = new(2021, 3, 4, 0, 0, 0, DateTimeKind.Utc);

    private readonly PriorityQueue<Action, (DateTime At, long Sequence)> _events = new();
    private readonly List<PullerCommand> _commands = [];
    private readonly PullerOptions _options;
    private readonly ulong _seed;
    private long _sequence;
    private long _revision;
    private int _daemon;
    private DateTime? _timer;
    private bool _writing;
    private NodeImage? _delivered;

    public PullerRig(PullerOptions? options = null, ulong seed = 1)
    {
        _options = options ?? PullerOptions.Default;
        _seed = seed;
        Puller = NewPuller();
    }

    public NodePuller Puller { get; private set; }

    public DateTime Now { get; private set; } = T0;

    public double Seconds => (Now - T0).TotalSeconds;

    /// <summary>What the node's clock shows beyond the world's.</summary>
    public TimeSpan Skew { get; init; }

    public NodeImage? Stored { get; private set; }

    public List<(double Seconds, PullerCommand Command)> Log { get; } = [];

    public Dictionary<PullId, PullerCommand.StartPull> Running { get; } = [];

    public int MostRunning { get; private set; }

    /// <summary>How a pull goes: after how long it ends (null: never) and how.</summary>
    public Func<PullerCommand.StartPull, (double? Seconds, PullOutcome Outcome)> Runtime { get; set; } = _ => (null, default);

    public Func<TimeSpan> WatchDelay { get; set; } = () => TimeSpan.Zero;

    public Func<TimeSpan> WriteDelay { get; set; } = () => TimeSpan.Zero;

    /// <summary>Whether a write fails, and whether it took effect all the same.</summary>
    public Func<(bool Fails, bool TakesEffect)> WriteFault { get; set; } = () => (false, true);

    public bool ConflictGivesNewest { get; set; }

    public IEnumerable<T> Commands<T>()
        where T : PullerCommand => Log.Select(l => l.Command).OfType<T>();

    public double[] Times<T>()
        where T : PullerCommand => [.. Log.Where(l => l.Command is T).Select(l => Math.Round(l.Seconds, 6))];

    public ImageTagStatus? Status(string image = "nginx", string tag = "1") =>
        Stored?.Status.ImageStatuses?.GetValueOrDefault(image)?.Tags.SingleOrDefault(t => t.Tag == tag);

    public static ImageTagSpec Tag(
        string tag = "1", long version = 0, double createdAt = 0, int? timeout = null, int? backoffLimit = null, long? deadline = null) =>
        new()
        {
            Tag = tag,
            Version = version,
            CreatedAt = T0.AddSeconds(createdAt),
            PullPolicy = new ImageTagPullPolicy { TimeoutSeconds = timeout, BackoffLimit = backoffLimit, ActiveDeadlineSeconds = deadline },
            OwnerReferences = [new V1ObjectReference { ApiVersion = KruiseGroup.V1Alpha1, Kind = ImagePullJob.KindName, NamespaceProperty = "ns", Name = "job" }],
        };

    public void Want(params ImageTagSpec[] tags) => WantImages(tags.Length == 0 ? [] : new() { ["nginx"] = new ImageSpec { Tags = tags } });

    public void WantImages(Dictionary<string, ImageSpec> images)
    {
        NodeImage held = Stored ?? new NodeImage { Metadata = new V1ObjectMeta { Name = "node-1", Uid = "uid-1" } };
        Keep(held with { Spec = new NodeImageSpec { Images = images } });
    }

    /// <summary>What a controller writes into the status.</summary>
    public void Tell(ImageTagStatus status, string image = "nginx")
    {
        var images = new Dictionary<string, ImageStatus>(Stored!.Status.ImageStatuses ?? new Dictionary<string, ImageStatus>());
        var tags = images.GetValueOrDefault(image)?.Tags.Where(t => t.Tag != status.Tag).ToList() ?? [];
        tags.Add(status);
        tags.Sort((a, b) => string.CompareOrdinal(a.Tag, b.Tag));
        images[image] = new ImageStatus { Tags = tags };
        Keep(Stored with { Status = Stored.Status with { ImageStatuses = images } });
    }

    /// <summary>A write by somebody else that the puller has no interest in.</summary>
    public void Touch() => Keep(Stored!);

    public void Remove()
    {
        Stored = null;
        _revision++;
        Deliver(null);
    }

    public void RestartDaemon()
    {
        _daemon++;
        _timer = null;
        _writing = false;
        Running.Clear();
        Puller = NewPuller();
        _delivered = null;
        Deliver(Stored);
    }

    public void End(PullOutcome outcome)
    {
        PullId id = Running.Keys.Single();
        Running.Remove(id);
        Call(() => Puller.PullEnded(id, outcome, Now + Skew, _commands));
    }

    public void Progress(int percent) => Call(() => Puller.Progress(Running.Keys.Single(), percent, Now + Skew, _commands));

    public void At(double seconds, Action action) => _events.Enqueue(action, (T0.AddSeconds(seconds), _sequence++));

    public void RunTo(double seconds)
    {
        DateTime end = T0.AddSeconds(seconds);
        while (_events.TryPeek(out Action? action, out (DateTime At, long) next) && next.At <= end)
        {
            _events.Dequeue();
            Now = next.At;
            action();
        }

        Now = end;
    }

    private NodePuller NewPuller() => new("node-1", _options, RandomStream.Named(_seed, "puller-" + _daemon));

    private void Keep(NodeImage nodeImage)
    {
        V1ObjectMeta old = nodeImage.Metadata;
        Stored = nodeImage with { Metadata = new V1ObjectMeta { Name = old.Name, Uid = old.Uid, ResourceVersion = (++_revision).ToString() } };
        Deliver(Stored);
    }

    private void Deliver(NodeImage? state)
    {
        int daemon = _daemon;
        After(WatchDelay(), () =>
        {
            if (daemon == _daemon)
            {
                Learn(state);
                Call(() => Puller.Observe(state, Now + Skew, _commands));
            }
        });
    }

    // What the puller knows: no command may contradict it.
    private void Learn(NodeImage? state)
    {
        if (state is null || _delivered is null || ObjectCache.RevisionOf(state) > ObjectCache.RevisionOf(_delivered))
        {
            _delivered = state;
        }
    }

    private void After(TimeSpan delay, Action action)
    {
        if (delay == TimeSpan.Zero)
        {
            At(Seconds, action);
            return;
        }

        _events.Enqueue(action, (Now + delay, _sequence++));
    }

    private void Call(Action call)
    {
        call();
        PullerCommand[] commands = [.. _commands];
        _commands.Clear();
        foreach (PullerCommand command in commands)
        {
            Log.Add((Seconds, command));
            Carry(command);
        }

        Assert.Equal(Running.Count, Puller.RunningPulls);
    }

    private void Carry(PullerCommand command)
    {
        int daemon = _daemon;
        switch (command)
        {
            case PullerCommand.StartPull start:
                CheckWanted(start);
                Running.Add(start.Id, start);
                MostRunning = Math.Max(MostRunning, Running.Count);
                Assert.True(_options.MaxConcurrentPulls is not { } most || Running.Count <= most);
                (double? seconds, PullOutcome outcome) = Runtime(start);
                if (seconds is not null)
                {
                    // The answer may cross a stop: the puller has to bear it.
                    After(TimeSpan.FromSeconds(seconds.Value), () =>
                    {
                        if (daemon == _daemon)
                        {
                            Running.Remove(start.Id);
                            Call(() => Puller.PullEnded(start.Id, outcome, Now + Skew, _commands));
                        }
                    });
                }

                break;
            case PullerCommand.StopPull stop:
                Assert.True(Running.Remove(stop.Id));
                break;
            case PullerCommand.WriteStatus write:
                Assert.False(_writing);
                _writing = true;
                After(WriteDelay(), () => EndWrite(write, daemon));
                break;
            case PullerCommand.WakeAt wake:
                DateTime at = wake.At - Skew;
                Assert.True(at > Now);
                if (_timer is null || at < _timer)
                {
                    _timer = at;
                    _events.Enqueue(() => Fire(at, daemon), (at, _sequence++));
                }

                break;
        }
    }

    private void Fire(DateTime at, int daemon)
    {
        if (daemon == _daemon && _timer == at)
        {
            _timer = null;
            Call(() => Puller.Wake(Now + Skew, _commands));
        }
    }

    private void EndWrite(PullerCommand.WriteStatus write, int daemon)
    {
        (bool fails, bool takesEffect) = WriteFault();
        StatusWriteOutcome outcome = StatusWriteOutcome.Failed;
        if (Stored is null)
        {
        }
        else if (Stored.Metadata.ResourceVersion != write.NodeImage.Metadata.ResourceVersion)
        {
            outcome = fails ? outcome : StatusWriteOutcome.Conflict(ConflictGivesNewest ? Stored : null);
        }
        else if (!fails || takesEffect)
        {
            Keep(Stored with { Status = write.NodeImage.Status });
            outcome = fails ? outcome : StatusWriteOutcome.Ok(Stored);
        }

        After(WriteDelay(), () =>
        {
            if (daemon == _daemon)
            {
                _writing = false;
                if (outcome.Newest is not null && _delivered is not null)
                {
                    Learn(outcome.Newest);
                }

                Call(() => Puller.StatusWritten(outcome, Now + Skew, _commands));
            }
        });
    }

    private void CheckWanted(PullerCommand.StartPull start)
    {
        ImageTagSpec? spec = _delivered?.Spec.Images?.GetValueOrDefault(start.ImageName)?.Tags.SingleOrDefault(t => t.Tag == start.Tag);
        Assert.NotNull(spec);
        ImageTagStatus? told = _delivered!.Status.ImageStatuses?.GetValueOrDefault(start.ImageName)?.Tags.SingleOrDefault(t => t.Tag == start.Tag);
        if (_options.Polling is null)
        {
            Assert.False(told is { CompletionTime: not null } && told.Version == spec.Version);
        }

        Assert.DoesNotContain(Running.Values, r => r.ImageName == start.ImageName && r.Tag == start.Tag);
    }
}
