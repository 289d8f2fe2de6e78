namespace Kruise.Sim.Images.Network;

/// <summary>What holds a flow's rate down at a moment.</summary>
internal enum FlowBound
{
    /// <summary>The registry's egress.</summary>
    Registry = 0,

    /// <summary>The uplink of the node's zone.</summary>
    Uplink = 1,

    /// <summary>The node's own network interface.</summary>
    Nic = 2,

    /// <summary>The registry's limit for one connection.</summary>
    Connection = 3,
}

/// <summary>Seconds of a flow's life by what bounded it; sums to the time from start to end up to rounding of doubles.</summary>
internal readonly record struct FlowBoundSeconds(double Registry, double Uplink, double Nic, double Connection);

/// <summary>A flow so far: the bytes that have arrived, and the seconds by what bounded it.</summary>
internal readonly record struct FlowProgress(double BytesArrived, FlowBoundSeconds Bounds);

/// <summary>Hears when flows end.</summary>
internal interface IFlowSink
{
    /// <summary>The last byte of a flow arrived. <paramref name="token"/> is what the starter gave.</summary>
    void OnFlowFinished(long token, in FlowBoundSeconds bounds);
}

/// <summary>Names a running flow. The default value names none.</summary>
internal readonly record struct FlowId(int Index, int Generation)
{
    public bool IsNone => Generation == 0;
}

/// <summary>
/// Bytes on their way from registries to nodes. Every flow crosses its registry's egress, the uplink of its node's zone and its node's NIC, and is
/// bounded by the registry's limit for one connection. Rates are in bytes per second; links are added before or during a run.
/// </summary>
internal interface IFlowNetwork
{
    /// <summary>Adds a registry; <see cref="double.PositiveInfinity"/> means unlimited.</summary>
    int AddRegistry(double egressBytesPerSecond, double perConnectionBytesPerSecond);

    /// <summary>Adds a zone; <see cref="double.PositiveInfinity"/> means an uplink that never limits.</summary>
    int AddZone(double uplinkBytesPerSecond);

    /// <summary>Adds a node to a zone.</summary>
    int AddNode(int zone, double nicBytesPerSecond);

    /// <summary>Changes what a registry can send from now on (0 stalls its flows).</summary>
    void SetRegistryEgress(int registry, double bytesPerSecond);

    /// <summary>
    /// Starts a flow. <paramref name="weight"/> (positive; 1 is fair) is the flow's share of a congested link relative to others; use few different values,
    /// since cost grows with their number. A flow of 0 bytes ends at the present moment, never inside this call.
    /// </summary>
    FlowId Start(int node, int registry, double bytes, IFlowSink sink, long token, double weight = 1);

    /// <summary>Takes a flow away before it ended; its sink hears nothing. Returns the bytes that had arrived.</summary>
    double Cancel(FlowId flow);

    /// <summary>How far a running flow has come. Changes nothing.</summary>
    FlowProgress ProgressOf(FlowId flow);

    /// <summary>Bytes per second that leave a registry at the moment.</summary>
    double RegistryRate(int registry);

    /// <summary>Bytes that have left a registry so far.</summary>
    double RegistryBytesSent(int registry);

    /// <summary>Called after rates changed, at most once a moment, for whoever records throughput.</summary>
    Action? RatesChanged { get; set; }

    /// <summary>Flows under way.</summary>
    int ActiveFlows { get; }
}
