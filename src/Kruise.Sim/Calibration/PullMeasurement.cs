namespace Kruise.Sim.Calibration;

/// <summary>One measured pull of one node that had none of the image's layers.</summary>
/// <param name="Case">What the pull is an instance of; repetitions share it.</param>
/// <param name="NicBytesPerSecond">Nominal rate of the node's network interface.</param>
/// <param name="EgressBytesPerSecond">Nominal rate of the registry's.</param>
/// <param name="RoundTripSeconds">Added delay between the two and back.</param>
/// <param name="Layers">Compressed bytes of the layers from the bottom up.</param>
/// <param name="UncompressedBytes">Bytes of all layers unpacked.</param>
/// <param name="Seconds">From the call to its answer.</param>
internal sealed record PullMeasurement(
    string Case,
    double NicBytesPerSecond,
    double EgressBytesPerSecond,
    double RoundTripSeconds,
    IReadOnlyList<long> Layers,
    long UncompressedBytes,
    double Seconds);
