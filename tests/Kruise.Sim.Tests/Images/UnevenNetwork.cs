using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Tests.Images;

/// <summary>A network on which every second part of a layer is three times as long as it should be, so that parts of a layer end at different moments.</summary>
internal sealed class UnevenNetwork(IFlowNetwork inner) : IFlowNetwork
{
    public Action? RatesChanged { get => inner.RatesChanged; set => inner.RatesChanged = value; }

    public int ActiveFlows => inner.ActiveFlows;

    public int AddRegistry(double egressBytesPerSecond, double perConnectionBytesPerSecond) => inner.AddRegistry(egressBytesPerSecond, perConnectionBytesPerSecond);

    public int AddZone(double uplinkBytesPerSecond) => inner.AddZone(uplinkBytesPerSecond);

    public int AddNode(int zone, double nicBytesPerSecond) => inner.AddNode(zone, nicBytesPerSecond);

    public void SetRegistryEgress(int registry, double bytesPerSecond) => inner.SetRegistryEgress(registry, bytesPerSecond);

    public FlowId Start(int node, int registry, double bytes, IFlowSink sink, long token, double weight = 1) =>
        inner.Start(node, registry, token % 2 == 0 ? bytes : 3 * bytes, sink, token, weight);

    public double Cancel(FlowId flow) => inner.Cancel(flow);

    public FlowProgress ProgressOf(FlowId flow) => inner.ProgressOf(flow);

    public double RegistryRate(int registry) => inner.RegistryRate(registry);

    public double RegistryBytesSent(int registry) => inner.RegistryBytesSent(registry);
}
