using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;

namespace Kruise.Sim.Workloads;

/// <summary>
/// The kubelet of one node: hears of the node's pods, and has one worker for each (<see cref="PodWorker"/>), a queue for image pulls
/// (<see cref="ImagePuller"/>), and
/// the care of the image file system (<see cref="ImageGarbage"/>). One rate limit for its requests to the API server.
/// </summary>
internal sealed class Kubelet : IEventTarget, IWatchSink, IImageStoreObserver
{
    private const int Restart = 0;

    private readonly Dictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly List<PodWorker> _inOrder = [];
    private readonly List<string> _listed = [];
    private TokenBucket _api;
    private WatchStream? _watch;
    private EventHandle _restart;
    private bool _isListing;
    private int _addresses;

    public Kubelet(KubeletWorld world, int index, string node, NodeRuntime runtime, KubeletParameters parameters, RandomStream random)
    {
        World = world;
        Index = index;
        Node = node;
        Runtime = runtime;
        Parameters = parameters;
        Random = random;
        HostAddress = KubeletWorld.Address(172, index, 0);
        _api = new TokenBucket(parameters.ApiQps, parameters.ApiBurst);
        Puller = new ImagePuller(this);
        Garbage = new ImageGarbage(this);
        runtime.CapacityBytes = parameters.ImageFileSystemBytes;
        runtime.Observer = this;
    }

    public KubeletWorld World { get; }

    public int Index { get; }

    public string Node { get; }

    public NodeRuntime Runtime { get; }

    /// <summary>Latencies drawn from now on follow a new value.</summary>
    public KubeletParameters Parameters { get; set; }

    public RandomStream Random { get; }

    public string HostAddress { get; }

    public ImagePuller Puller { get; }

    public ImageGarbage Garbage { get; }

    public bool IsUp => _watch is not null;

    /// <summary>The pods on the node, in the order in which they came.</summary>
    public IReadOnlyList<PodWorker> Workers => _inOrder;

    /// <summary>Watches the node's pods from now on.</summary>
    public void Begin()
    {
        _isListing = true;
        _listed.Clear();
        _watch = World.Server.WatchField(typeof(V1Pod), Node, () => World.WatchDelay.Sample(Random), this);
        Garbage.Look();
    }

    /// <summary>The node dies: containers end without a trace, and nothing is heard of it.</summary>
    public void Stop()
    {
        _watch?.Stop();
        _watch = null;
        World.Loop.Cancel(_restart);
        Puller.Stop();
        Garbage.Stop();
        foreach (PodWorker worker in _inOrder)
        {
            worker.Lose();
        }
    }

    /// <summary>The node comes back: after its restart the kubelet lists its pods, ends those that are gone or deleted, and starts the others as they
    /// were.</summary>
    public void RestartLater()
    {
        _api = new TokenBucket(Parameters.ApiQps, Parameters.ApiBurst);
        _restart = World.Loop.ScheduleAfter(Draw(Parameters.RestartLatency), this, Restart);
    }

    /// <summary>Called when the kubelet is up again after <see cref="RestartLater"/>; nobody when null.</summary>
    public Action? Restarted { get; set; }

    public void OnEvent(int kind, long argument, object? state)
    {
        Begin();
        Restarted?.Invoke();
    }

    public void OnWatchEvent(WatchStream watch, in WatchEvent watchEvent)
    {
        if (watchEvent.Type == WatchEventType.Bookmark)
        {
            EndListing();
            return;
        }

        var pod = (V1Pod)watchEvent.New!;
        string uid = pod.Metadata.Uid;
        if (watchEvent.Type == WatchEventType.Deleted)
        {
            if (_workers.Remove(uid, out PodWorker? gone))
            {
                _inOrder.Remove(gone);
                gone.Remove();
            }

            return;
        }

        if (_isListing)
        {
            _listed.Add(uid);
        }

        if (_workers.TryGetValue(uid, out PodWorker? worker))
        {
            worker.Observe(pod);
            return;
        }

        worker = new PodWorker(this, pod, KubeletWorld.Address(10, Index, _addresses++));
        _workers.Add(uid, worker);
        _inOrder.Add(worker);
        worker.Observe(pod);
    }

    public void OnImageAdded(RegistryImage image)
    {
        Garbage.OnImageAdded(image);
        if (!IsUp)
        {
            return;
        }

        foreach (PodWorker worker in _inOrder)
        {
            worker.OnImageThere(image);
        }
    }

    public void OnDiskFull() => Garbage.Look();

    /// <summary>When a call to the API server that takes so many requests may begin.</summary>
    public SimTime ReserveRequests(int count)
    {
        DateTime at = World.Loop.Now.ToDateTime();
        DateTime begin = at;
        for (int i = 0; i < count; i++)
        {
            begin = _api.Reserve(at);
        }

        return SimTime.Max(World.Loop.Now, SimTime.FromDateTime(begin));
    }

    /// <summary>A length of the kubelet's own work.</summary>
    public SimTime Draw(LatencyDistribution latency)
    {
        SimTime drawn = latency.Sample(Random);
        return Parameters.SlowFactor == 1 ? drawn : new SimTime((long)(drawn.Nanoseconds * Parameters.SlowFactor));
    }

    // The list is complete: pods that the kubelet knows from before and that are not in it are gone.
    private void EndListing()
    {
        if (!_isListing)
        {
            return;
        }

        _isListing = false;
        foreach (PodWorker worker in _inOrder.ToArray())
        {
            if (!_listed.Contains(worker.Uid))
            {
                _workers.Remove(worker.Uid);
                _inOrder.Remove(worker);
                worker.Remove();
            }
        }

        _listed.Clear();
    }
}
