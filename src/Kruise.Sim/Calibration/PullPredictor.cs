using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Calibration;

/// <summary>Predicts a measured pull by simulating it: one node, one registry, one image, with the code that every scenario runs on.</summary>
internal sealed class PullPredictor(Func<EventLoop, IFlowNetwork> newNetwork) : IPullSink
{
    private const string Reference = "measured/image:1";

    private PullResult? _result;

    /// <summary>How long the pull of a measurement takes with a runtime.</summary>
    public double Seconds(PullMeasurement measurement, RuntimeParameters runtime)
    {
        var loop = new EventLoop();
        IFlowNetwork network = newNetwork(loop);
        int node = network.AddNode(network.AddZone(double.PositiveInfinity), measurement.NicBytesPerSecond);
        var registry = new Registry(
            new RegistryParameters
            {
                Name = "measured",
                EgressBytesPerSecond = measurement.EgressBytesPerSecond,
                RoundTrip = SimTime.FromSeconds(measurement.RoundTripSeconds),
            },
            loop,
            network,
            new RandomStream(0));
        var catalog = new ImageCatalog();
        catalog.AddRegistry(registry);
        catalog.AddImage(registry, Reference, Layers(catalog, measurement));
        var fleet = new RuntimeFleet(loop, network, catalog);
        _result = null;
        new NodeRuntime(fleet, runtime, node, new RandomStream(0)).Pull(Reference, this, 0);
        while (_result is null && loop.Step(SimTime.MaxValue))
        {
        }

        return (_result!.Ended - _result.Started).Seconds;
    }

    void IPullSink.OnPullEnded(long token, PullResult result) => _result = result;

    void IPullSink.OnPullProgress(long token, int percent)
    {
    }

    private static ImageLayer[] Layers(ImageCatalog catalog, PullMeasurement measurement)
    {
        double ratio = measurement.UncompressedBytes / (double)measurement.Layers.Sum();
        var layers = new ImageLayer[measurement.Layers.Count];
        for (int i = 0; i < layers.Length; i++)
        {
            long compressed = measurement.Layers[i];
            layers[i] = catalog.AddLayer(FormattableString.Invariant($"layer {i}"), compressed, (long)Math.Round(compressed * ratio));
        }

        return layers;
    }
}
