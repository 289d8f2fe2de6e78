using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>One template of a set, from the moment it was asked for.</summary>
internal sealed class RolloutTrack(SetTrack set, int number, SimTime begin)
{
    private readonly List<SimTime> _reached = [];

    public SetTrack Set { get; } = set;

    public int Number { get; } = number;

    public SimTime Begin { get; } = begin;

    /// <summary>The revision of the template; null until the controller has made it.</summary>
    public string? Revision { get; set; }

    public SimTime? Superseded { get; set; }

    public int ToUpdate { get; set; }

    /// <summary>In the order in which they began.</summary>
    public List<PodSlot> Slots { get; } = [];

    /// <summary>Slots that were not dropped.</summary>
    public int Begun { get; set; }

    public PeakTracker Unavailable { get; } = new();

    public StretchTracker Unavailability { get; } = new();

    /// <summary>Takes in how many are updated and ready now: the first moment of every number counts.</summary>
    public void Reach(int updatedReady, SimTime now)
    {
        while (_reached.Count < updatedReady)
        {
            _reached.Add(now);
        }
    }

    public RolloutResult ToResult() => new()
    {
        Number = Number,
        Revision = Revision,
        Begin = Begin,
        Superseded = Superseded,
        ToUpdate = ToUpdate,
        UpdatedReady = _reached.Count,
        SecondsTo50 = SecondsTo(50),
        SecondsTo90 = SecondsTo(90),
        SecondsTo100 = SecondsTo(100),
        MaxUnavailable = Unavailable.Peak,
        LongestUnavailability = Unavailability.Longest,
    };

    private double? SecondsTo(int percent)
    {
        if (ToUpdate == 0)
        {
            return null;
        }

        int index = NearestRank.Index(ToUpdate, percent);
        return index < _reached.Count ? (_reached[index] - Begin).Seconds : null;
    }
}

/// <summary>Keeps the largest of the values told, and their sum over time.</summary>
internal sealed class PeakTracker
{
    private int _value;
    private SimTime _since;
    private double _sum;

    public Peak Peak { get; private set; }

    /// <summary>Every value times the seconds for which it held, from the first one until now.</summary>
    public double SumUntil(SimTime now) => _sum + (_value * (now - _since).Seconds);

    public void Tell(int value, SimTime now)
    {
        _sum = SumUntil(now);
        (_value, _since) = (value, now);
        if (value > Peak.Value)
        {
            Peak = new Peak(value, now);
        }
    }
}

/// <summary>Keeps the longest of the stretches told; of equals the first.</summary>
internal sealed class StretchTracker
{
    public Stretch? Longest { get; private set; }

    public void Tell(SimTime from, SimTime to, string pod)
    {
        if (to - from > (Longest?.Length ?? SimTime.Zero))
        {
            Longest = new Stretch(from, to - from, pod);
        }
    }
}
