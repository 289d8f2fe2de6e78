using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures;

/// <summary>
/// Follows one registry's throughput: its peak, and the share of the egress that was used from the first byte to the last. What the egress could have sent is
/// integrated over its limit as faults change it.
/// </summary>
internal sealed class RegistryMeter
{
    private const double RoundingShare = 1e-9;

    private SimTime _at;
    private double _limit;
    private bool _begun;
    private double _possibleBytes;
    private double _possibleAtLastByte;

    /// <summary>Bytes per second.</summary>
    public double Peak { get; private set; }

    /// <summary>Takes in the rates that hold from now on.</summary>
    public void Observe(SimTime now, double bytesPerSecond, double limitBytesPerSecond)
    {
        // The rate is a sum over flows: its last digits may lie above the limit that made it.
        if (bytesPerSecond > limitBytesPerSecond && bytesPerSecond <= limitBytesPerSecond * (1 + RoundingShare))
        {
            bytesPerSecond = limitBytesPerSecond;
        }

        if (_begun)
        {
            _possibleBytes += _limit * (now - _at).Seconds;
        }

        bool wasSending = _begun && Current > 0;
        if (wasSending)
        {
            _possibleAtLastByte = _possibleBytes;
        }

        _begun |= bytesPerSecond > 0;
        Current = bytesPerSecond;
        Peak = Math.Max(Peak, bytesPerSecond);
        _limit = limitBytesPerSecond;
        _at = now;
    }

    /// <summary>Bytes per second now.</summary>
    public double Current { get; private set; }

    /// <summary>0 to 1; 0 when nothing was sent or nothing limits.</summary>
    public double MeanUtilisation(double bytesSent) =>
        _possibleAtLastByte > 0 && double.IsFinite(_possibleAtLastByte) ? Math.Min(1, bytesSent / _possibleAtLastByte) : 0;
}
