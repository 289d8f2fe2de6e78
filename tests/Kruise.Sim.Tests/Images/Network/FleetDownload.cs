using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Tests.Images.Network;

/// <summary>A fleet of equal nodes, each fetching the layers of an image from one registry, a few at a time.</summary>
internal sealed record FleetOptions
{
    public required int Nodes { get; init; }

    public int LayersPerNode { get; init; } = 5;

    public int LayersAtOnce { get; init; } = 3;

    public double LayerBytes { get; init; } = 20e6;

    public required double EgressBytesPerSecond { get; init; }

    public double NicBytesPerSecond { get; init; } = 125e6;

    /// <summary>Sizes differ by up to this fraction either way, so that no two flows end in one moment.</summary>
    public double SizeSpread { get; init; }

    /// <summary>NICs grow by this fraction from the first node to the last, so that no two are equal.</summary>
    public double NicSpread { get; init; }
}

/// <summary>Runs a <see cref="FleetOptions"/>; shared by tests and benchmarks.</summary>
internal sealed class FleetDownload : IFlowSink
{
    private readonly FleetOptions _options;
    private readonly int[] _started;
    private readonly RandomStream _sizes = RandomStream.Named(42, "fleet/sizes");

    public FleetDownload(FleetOptions options)
    {
        _options = options;
        _started = new int[options.Nodes];
        Network = new FlowNetwork(Loop);
        Network.AddRegistry(options.EgressBytesPerSecond, double.PositiveInfinity);
        Network.AddZone(double.PositiveInfinity);
        for (int node = 0; node < options.Nodes; node++)
        {
            Network.AddNode(0, options.NicBytesPerSecond * (1 + (options.NicSpread * node / options.Nodes)));
            for (int i = 0; i < Math.Min(options.LayersAtOnce, options.LayersPerNode); i++)
            {
                StartNext(node);
            }
        }
    }

    public EventLoop Loop { get; } = new();

    public FlowNetwork Network { get; }

    public long Finished { get; private set; }

    public double RegistryBoundSeconds { get; private set; }

    public double NicBoundSeconds { get; private set; }

    public FleetDownload Run()
    {
        while (Loop.Step(SimTime.MaxValue))
        {
        }

        return this;
    }

    public void OnFlowFinished(long token, in FlowBoundSeconds bounds)
    {
        Finished++;
        RegistryBoundSeconds += bounds.Registry;
        NicBoundSeconds += bounds.Nic;
        if (_started[token] < _options.LayersPerNode)
        {
            StartNext((int)token);
        }
    }

    private void StartNext(int node)
    {
        _started[node]++;
        double factor = _options.SizeSpread == 0 ? 1 : 1 + (_options.SizeSpread * ((2 * _sizes.NextDouble()) - 1));
        Network.Start(node, 0, _options.LayerBytes * factor, this, node);
    }
}
