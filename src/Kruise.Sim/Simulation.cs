using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.CloneSets;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Workloads;

namespace Kruise.Sim;

/// <summary>
/// One run of a scenario: builds the world as it stands long before the run, then moves virtual time until every job has finished and the timeline is empty, or
/// until the scenario's duration is over.
/// </summary>
internal sealed partial class Simulation : IEventTarget, IApiObserver, ISeriesSource
{
    private const int Entry = 0;
    private const int DurationOver = 1;

    private static readonly Type[] _sidecarKinds = [typeof(SidecarSet), typeof(V1Pod)];

    private readonly ScenarioVariant _variant;
    private readonly ScenarioSpec _spec;
    private readonly ControlPlaneSettings _settings;
    private readonly EventLoop _loop = new();
    private readonly FlowNetwork _network;
    private readonly RuntimeFleet _fleet;
    private readonly IReadOnlyList<Registry> _registries;
    private readonly RegistryMeter[] _meters;
    private readonly ApiServer _server;
    private readonly ObjectCache _cache;
    private readonly ManagerCache _manager;
    private readonly List<ControllerHost> _hosts = [];
    private readonly ControllerHost _sidecars;
    private readonly WarningEvents _warnings;
    private readonly RunRecorder _recorder;
    private readonly AdmissionRecorder _admissions;
    private readonly WorkloadRecorder _rollouts;
    private readonly SidecarRecorder _sidecarRecorder;
    private readonly InvariantChecker _invariants;
    private readonly SidecarChecker _sidecarInvariants;
    private readonly NodeFleet _nodes;
    private readonly WorkloadWorld? _workloads;
    private readonly SeriesRecorder _series;
    private readonly TimelinePlayer _timeline;
    private readonly List<string> _notes = [];
    private readonly SimTime _duration;
    private int _timelineLeft;
    private bool _finished;
    private long _apiWrites;
    private long _apiReads;
    private long _conflicts;

    /// <param name="variant">What to run.</param>
    /// <param name="wrap">Puts something else in the place of a controller; for tests of what watches over controllers.</param>
    public Simulation(ScenarioVariant variant, Func<IReconciler, IReconciler>? wrap = null)
    {
        _variant = variant;
        _spec = variant.Scenario.Spec;
        _duration = _spec.Duration;
        _settings = ControlPlaneSettings.From(_spec.ControlPlane);
        _network = new FlowNetwork(_loop);
        (ImageCatalog catalog, _registries) = WorldBuilder.Images(_spec, _loop, _network);
        _meters = [.. _registries.Select(_ => new RegistryMeter())];
        _network.RatesChanged = ReadMeters;
        _fleet = new RuntimeFleet(_loop, _network, catalog);
        _server = new ApiServer(
            _loop,
            Stream("apiserver"),
            StandardKinds.Registry((long)Math.Ceiling(_spec.ControlPlane.NodeLifecycle.EvictionAfter.Seconds)),
            new ApiServerOptions { GarbageCollectionDelay = _settings.GarbageCollectionDelay });

        List<IReconciler> reconcilers = [];
        if (_settings.Gates.KruiseDaemon)
        {
            reconcilers.Add(new NodeImageReconciler(_settings.Timing.NodeImage));
            reconcilers.Add(new ImagePullJobReconciler(_settings.Timing.ImagePullJob, _settings.Timing.NodeImage));
        }

        reconcilers.Add(new CloneSetReconciler(_settings.CloneSets.Options));
        reconcilers.Add(new SidecarSetReconciler(_settings.SidecarSets.Options));
        _cache = new ObjectCache(reconcilers.SelectMany(r => r.Indexes));
        _warnings = new WarningEvents(_loop);
        var admission = new WorldAdmission(_loop, _settings.Gates, _server)
        {
            Cache = _cache,
            LeftOut = WorldBuilder.LeftOut(_spec.Cluster),
            Recorded = _warnings.Record,
        };
        var webhooks = new WebhookService(_loop, _settings.Webhooks, Stream("webhooks"));
        _server.Admission = admission;
        _admissions = new AdmissionRecorder(_loop);
        _server.Webhooks = new WebhookChain(_loop, _server, admission, webhooks) { Observer = _admissions };
        _recorder = new RunRecorder(_loop, Targets);
        _rollouts = new WorkloadRecorder(_loop, _admissions);
        _sidecarRecorder = new SidecarRecorder(_loop, _admissions, admission.LeftOut);
        _invariants = new InvariantChecker(_loop);
        _sidecarInvariants = new SidecarChecker(_loop, _admissions, admission.LeftOut);
        foreach (IReconciler reconciler in reconcilers)
        {
            _hosts.Add(Host(wrap?.Invoke(reconciler) ?? reconciler));
        }

        _sidecars = _hosts[^1];

        _manager = new ManagerCache(_cache, _hosts);
        var daemons = new DaemonWorld(_loop, _server, _recorder, _settings.Timing.Puller, _settings.ApiLatency);
        _workloads = WorkloadBuilder.Settings(_spec) is { } settings
            ? new WorkloadWorld(_loop, _server, catalog, settings, _settings.ApiLatency, _settings.WatchDelay, _spec.Seed, new PodObservers(_rollouts, _sidecarRecorder, _sidecarInvariants))
            : null;
        _nodes = new NodeFleet(_spec, _loop, _server, _network, _fleet, daemons, _settings, _workloads);
        _timeline = new TimelinePlayer(_loop, _server, _nodes, _registries, webhooks, _duration, Stream("timeline/choices"), _notes) { Answered = CheckFinished };
        _nodes.Settle();
        _workloads?.BeginScheduling();
        foreach (Type kind in reconcilers.SelectMany(r => r.Watches).Append(typeof(V1Node)).Distinct())
        {
            _manager.Fill(_server, kind);
            _manager.Watch(_server, kind, _settings.WatchDelay, Stream("watch/" + kind.Name));
        }

        _server.Observer = this;
        for (int i = 0; i < _spec.Timeline.Count; i++)
        {
            // What lies beyond the duration never happens, and nothing waits for it.
            if (_spec.Timeline[i].At <= _duration)
            {
                _timelineLeft++;
                _loop.Schedule(_spec.Timeline[i].At, this, Entry, i);
            }
        }

        // So that a run that is cut off ends at its duration, not at the last event before.
        _loop.Schedule(_duration, this, DurationOver);

        _series = new SeriesRecorder(_loop, this);
        _finished = _timelineLeft == 0;
    }

    public SimTime Now => _loop.Now;

    public long Events => _loop.Delivered;

    /// <summary>Nodes done and asked for so far, over all jobs, and pods updated and to be updated, over all CloneSets.</summary>
    public (int Done, int Desired, string Unit) Progress
    {
        get
        {
            (int pods, int toUpdate) = _rollouts.Progress;
            int nodes = ReadGauges().Desired;
            return (_recorder.Succeeded + _recorder.Failed + pods, nodes + toUpdate, toUpdate == 0 ? "nodes" : nodes == 0 ? "pods" : "nodes and pods");
        }
    }

    public int RegistryCount => _registries.Count;

    /// <summary>For whoever looks on while the run is under way.</summary>
    public ApiServer Server => _server;

    /// <summary>For whoever looks on while the run is under way.</summary>
    public RunRecorder Recorder => _recorder;

    /// <summary>Delivers up to <paramref name="events"/> events; false when the run is over.</summary>
    public bool Advance(int events)
    {
        for (int i = 0; i < events; i++)
        {
            if (_finished)
            {
                return false;
            }

            if (!_loop.Step(_duration))
            {
                _finished = true;
                NoteUnfinished();
                return false;
            }
        }

        return true;
    }

    /// <summary>What was measured; call it once, when <see cref="Advance"/> has returned false.</summary>
    public RunResult Finish(double wallSeconds)
    {
        _server.VerifyUnchanged();
        _cache.VerifyUnchanged();
        ReadMeters();
        NoteWhatAskedNothing();
        _notes.AddRange(_warnings.Notes);
        _invariants.CheckEnd(_server, _rollouts.IsSettled);
        IReadOnlyList<IReadOnlyList<NodeRow>> rowsByJob = _recorder.BuildRows();
        IReadOnlyList<NodeRow> rows = [.. rowsByJob.SelectMany(r => r)];
        var result = new RunResult
        {
            Scenario = _variant.Scenario.Metadata.Name,
            Variant = _variant.Name,
            Question = _spec.Question,
            Seed = _spec.Seed,
            Hash = _loop.Hash,
            Preset = WordAttribute.Of(_spec.ControlPlane.Preset),
            VirtualTime = _loop.Now,
            WallSeconds = wallSeconds,
            Events = _loop.Delivered,
            Jobs = JobResults.From(_recorder.Jobs, rowsByJob),
            Registries = [.. _registries.Select((registry, i) => new RegistryResult
            {
                Name = registry.Parameters.Name,
                BytesSent = _network.RegistryBytesSent(registry.NetworkIndex),
                PeakBytesPerSecond = _meters[i].Peak,
                MeanUtilisation = _meters[i].MeanUtilisation(_network.RegistryBytesSent(registry.NetworkIndex)),
                EgressBytesPerSecond = registry.Parameters.EgressBytesPerSecond,
                Requests = registry.Requests,
                Throttled = registry.TooManyRequests,
                Errors = registry.Errors,
            })],
            Nodes = rows,
            ControlPlane = new ControlPlaneResult(
                _apiWrites,
                _apiReads,
                _conflicts,
                _hosts.Sum(h => h.Reconciles),
                _hosts.Sum(h => h.CatchUpTimeouts),
                _manager.WatchEvents),
            Expectations = [],
            Series = _series.Finish(),
            Workloads = _rollouts.BuildResults(),
            Pods = _rollouts.BuildRows(),
            PodStartup = NearestRank.Of([.. _rollouts.StartupSeconds]),
            Admission = _admissions.BuildResult(),
            SidecarSets = _sidecarRecorder.BuildResults(),
            Upgrades = _sidecarRecorder.BuildRows(),
            Violations = ViolationLog.Merge(_invariants.Violations, _sidecarInvariants.Violations),
            ViolationCount = _invariants.Violations.Count + _sidecarInvariants.Violations.Count,
            Marks = _timeline.Marks,
            Notes = _notes,
        };
        return result with { Expectations = Expectations.Evaluate(_spec.Expect, result) };
    }

    public void OnEvent(int kind, long argument, object? state)
    {
        if (kind == DurationOver)
        {
            return;
        }

        _timeline.Play(_spec.Timeline[(int)argument]);
        _timelineLeft--;
        CheckFinished();
    }

    public void OnCommit(Change change)
    {
        _loop.Mix((ulong)change.Revision);
        _loop.Mix(change.Kind.Kind);
        _loop.Mix(change.Key.Namespace);
        _loop.Mix(change.Key.Name);
        bool deleted = change.Type == WatchEventType.Deleted;
        _invariants.OnCommit(change);
        _sidecarInvariants.OnCommit(change);
        _sidecarRecorder.OnCommit(change);
        if (_rollouts.OnCommit(change) && _rollouts.IsSettled)
        {
            CheckFinished();
        }

        switch (change.New)
        {
            case NodeImage nodeImage:
                _recorder.OnNodeImageCommitted((NodeImage?)change.Old, deleted ? null : nodeImage);
                if (deleted || change.Old is null)
                {
                    CheckFinished();
                }

                break;
            case SidecarSet:
                CheckFinished();
                break;
            case ImagePullJob job:
                _recorder.OnJobCommitted((ImagePullJob?)change.Old, deleted ? null : job);
                CheckFinished();
                break;
        }
    }

    public void OnRequest(ApiVerb verb, KindInfo kind, int code)
    {
        if (verb is ApiVerb.Get or ApiVerb.List or ApiVerb.Watch)
        {
            _apiReads++;
            return;
        }

        _apiWrites++;
        if (code == 409)
        {
            _conflicts++;
        }
    }

    public SeriesGauges ReadGauges()
    {
        int desired = 0;
        int parallelism = 0;
        foreach (JobTrack job in _recorder.Jobs)
        {
            if (job.IsGone)
            {
                continue;
            }

            desired += Math.Max(job.Latest.Status.Desired, job.Rows.Count);
            if (job.Completion is null)
            {
                parallelism += Math.Min(job.Limit, Math.Max(job.Latest.Status.Desired, job.Rows.Count));
            }
        }

        return new SeriesGauges(
            _recorder.Succeeded,
            _recorder.Failed,
            desired,
            _recorder.ActiveNodes,
            _fleet.ActivePulls,
            _hosts.Sum(h => h.QueueDepth),
            parallelism);
    }

    public double RegistryBytesSent(int registry) => _network.RegistryBytesSent(_registries[registry].NetworkIndex);

    public int[][]? ReadWorkloads() => _rollouts.Sample();

    public int[][]? ReadSidecarSets() => _sidecarRecorder.Sample();

    public double RegistryLimit(int registry) => _registries[registry].EgressNow;

    private RandomStream Stream(string owner) => RandomStream.Named(_spec.Seed, owner);

    private ControllerHost Host(IReconciler reconciler)
    {
        int workers = reconciler switch
        {
            ImagePullJobReconciler => _settings.Timing.ImagePullJobWorkers,
            NodeImageReconciler => _settings.Timing.NodeImageWorkers,
            _ when reconciler.Watches.Contains(typeof(SidecarSet)) => _settings.SidecarSets.Workers,
            _ => _settings.CloneSets.Workers,
        };
        var client = new ApiClient(
            _loop,
            _server,
            new TokenBucket(_settings.Timing.ClientQps, _settings.Timing.ClientBurst),
            _settings.ApiLatency,
            Stream(reconciler.Name + "/client"));
        return new ControllerHost(
            _loop,
            reconciler,
            _cache,
            client,
            new ControllerParameters(workers, _settings.Timing.ParallelWrites, _settings.ReconcileTime),
            _settings.Gates,
            Stream(reconciler.Name))
        {
            PlanObserver = reconciler.Watches.Contains(typeof(CloneSet)) ? _invariants : reconciler.Watches.Contains(typeof(SidecarSet)) ? _sidecarInvariants : null,
            Rested = reconciler.Watches.Contains(typeof(SidecarSet)) ? CheckSidecars : null,
            Recorded = reconciler.Watches.Contains(typeof(V1Pod)) ? _warnings.Record : null,
        };
    }

    private void ReadMeters()
    {
        for (int i = 0; i < _meters.Length; i++)
        {
            _meters[i].Observe(_loop.Now, _network.RegistryRate(_registries[i].NetworkIndex), _registries[i].EgressNow);
        }
    }

    private IEnumerable<string> Targets(ImagePullJob job)
    {
        var selector = new TargetSelector(job.Spec.Selector);
        // A look from outside: no request of the simulated world.
        foreach (IKubernetesObject<V1ObjectMeta> item in _server.StoreOf(typeof(NodeImage)).List(@namespace: null))
        {
            if (selector.Selects(item.Metadata))
            {
                yield return item.Metadata.Name;
            }
        }
    }
}
