using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Tests.Images;

/// <summary>A loop, a network, registries and nodes, with the pulls that ended.</summary>
internal sealed class PullWorld : IPullSink, IEventTarget
{
    private readonly List<Action> _actions = [];

    public PullWorld(RegistryParameters? registry = null, bool unevenParts = false)
    {
        Loop = new EventLoop();
        Network = unevenParts ? new UnevenNetwork(new FairShareNetwork(Loop)) : new FairShareNetwork(Loop);
        Zone = Network.AddZone(double.PositiveInfinity);
        Catalog = new ImageCatalog();
        Fleet = new RuntimeFleet(Loop, Network, Catalog);
        Registry = AddRegistry(registry ?? new RegistryParameters { Name = "docker.io" });
    }

    public EventLoop Loop { get; }

    public IFlowNetwork Network { get; }

    public int Zone { get; }

    public ImageCatalog Catalog { get; }

    public RuntimeFleet Fleet { get; }

    public Registry Registry { get; }

    public Dictionary<long, PullResult> Results { get; } = [];

    public List<(long Token, int Percent)> Progress { get; } = [];

    /// <summary>A runtime without any cost: single costs are added where a test is about them.</summary>
    public static RuntimeParameters Free { get; } = new() { ConnectRoundTrips = 0 };

    public Registry AddRegistry(RegistryParameters parameters)
    {
        var registry = new Registry(parameters, Loop, Network, RandomStream.Named(7, parameters.Name));
        Catalog.AddRegistry(registry);
        return registry;
    }

    public NodeRuntime AddNode(RuntimeParameters? runtime = null, double nicBytesPerSecond = 1e6, int number = 0, SimTime addedRoundTrip = default) =>
        new(Fleet, runtime ?? Free, Network.AddNode(Zone, nicBytesPerSecond), RandomStream.Named(7, $"node {number}"), addedRoundTrip);

    /// <summary>An image whose layers are named after it and have as many uncompressed as compressed bytes.</summary>
    public RegistryImage AddImage(string name, params long[] layers) =>
        Catalog.AddImage(Registry, name, [.. layers.Select((bytes, i) => Catalog.AddLayer($"{name} {i}", bytes, bytes))]);

    public RegistryImage AddImage(string name, params ImageLayer[] layers) => Catalog.AddImage(Registry, name, layers);

    public void At(double seconds, Action action)
    {
        _actions.Add(action);
        Loop.Schedule(SimTime.FromSeconds(seconds), this, 0, _actions.Count - 1);
    }

    public void Run(double untilSeconds = 1e6)
    {
        while (Loop.Step(SimTime.FromSeconds(untilSeconds)))
        {
        }
    }

    /// <summary>Pulls one image on one node from now on and runs until nothing happens any more.</summary>
    public PullResult Pull(NodeRuntime node, string image)
    {
        node.Pull(image, this, -1);
        Run();
        return Results[-1];
    }

    public void OnPullEnded(long token, PullResult result) => Results.Add(token, result);

    public void OnPullProgress(long token, int percent) => Progress.Add((token, percent));

    public void OnEvent(int kind, long argument, object? state) => _actions[(int)argument]();
}
