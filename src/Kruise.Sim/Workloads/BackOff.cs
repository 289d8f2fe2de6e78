using Kruise.Sim.Engine;

namespace Kruise.Sim.Workloads;

/// <summary>
/// The wait after failures of one thing (client-go's <c>flowcontrol.Backoff</c>): the first is <c>initial</c>, each further one twice as long up to
/// <c>max</c>; when
/// nothing failed for twice <c>max</c> it begins anew.
/// </summary>
internal struct BackOff
{
    private SimTime _length;
    private SimTime _updated;
    private bool _known;

    /// <summary>How long the wait is at present; zero before the first failure.</summary>
    public readonly SimTime Length => _length;

    /// <summary>When the wait that counts from <paramref name="eventTime"/> is over; null when there is none.</summary>
    public readonly SimTime? Ends(SimTime eventTime, SimTime max) => _known && !IsExpired(eventTime, max) ? eventTime + _length : null;

    /// <summary>When the wait that counts from the last failure is over; null when there is none.</summary>
    public readonly SimTime? EndsSinceUpdate(SimTime now, SimTime max) => _known && !IsExpired(now, max) ? _updated + _length : null;

    /// <summary>Counts a failure at <paramref name="eventTime"/>, noticed now.</summary>
    public void Next(SimTime eventTime, SimTime now, SimTime initial, SimTime max)
    {
        _length = !_known || IsExpired(eventTime, max) ? initial : SimTime.Min(new SimTime(_length.Nanoseconds * 2), max);
        _known = true;
        _updated = now;
    }

    private readonly bool IsExpired(SimTime eventTime, SimTime max) => (eventTime - _updated).Nanoseconds > 2 * max.Nanoseconds;
}
