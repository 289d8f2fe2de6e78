using Kruise.Core.Api;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Measures.Sidecars;

/// <summary>A SidecarSet, as it goes.</summary>
internal sealed class SidecarTrack
{
    private SidecarBook _book;

    public SidecarTrack(SidecarSet set, SidecarBook book, SimTime now)
    {
        Name = set.Metadata.Name;
        _book = book;
        Latest = set;
        Rollouts.Add(new SidecarRollout(this, 0, book.Rules.Hash, now));
    }

    public string Name { get; }

    public SidecarSet Latest { get; private set; }

    public bool IsGone { get; set; }

    /// <summary>Its pods as the API server has them; the last ones when it is gone.</summary>
    public SidecarBook Book => _book;

    public List<SidecarRollout> Rollouts { get; } = [];

    public SidecarRollout Rollout => Rollouts[^1];

    /// <summary>Pods that were made with it.</summary>
    public int Injected { get; set; }

    /// <summary>Pods that it selects and that were made without it because their webhook did not answer.</summary>
    public int Missed { get; set; }

    public int Restarts { get; set; }

    public int BusinessRestarts { get; set; }

    public int Pulls { get; set; }

    public long BytesFetched { get; set; }

    public PeakTracker Unavailable { get; } = new();

    public PeakTracker Upgrading { get; } = new();

    public StretchTracker LongestUpgrade { get; } = new();

    // While there is one version only, a pod that is not ready has yet to start: nothing took it out of service.
    private int NotReady => IsGone || Rollout.Number == 0 ? 0 : _book.Unavailable;

    /// <summary>Upgrades under way.</summary>
    public int UpgradesOpen { get; set; }

    /// <summary>Takes in a state of the set; another hash begins another rollout.</summary>
    public void Take(SidecarSet set, SidecarBook book, SimTime now)
    {
        Latest = set;
        _book = book;
        if (book.Rules.Hash != Rollout.Hash)
        {
            Rollout.Superseded = now;
            Rollouts.Add(new SidecarRollout(this, Rollout.Number + 1, book.Rules.Hash, now));
        }
    }

    /// <summary>Takes in the counts as they are now.</summary>
    public void Measure(SimTime now)
    {
        int unavailable = NotReady;
        Rollout.ToUpgrade = IsGone ? Rollout.ToUpgrade : _book.ToUpdate;
        Rollout.Reach(IsGone ? 0 : _book.UpdatedReady, now);
        Rollout.Unavailable.Tell(unavailable, now);
        Unavailable.Tell(unavailable, now);
        Upgrading.Tell(UpgradesOpen, now);
    }

    public int[] Sample()
    {
        int[] sample = new int[SidecarSeries.Width];
        if (IsGone)
        {
            return sample;
        }

        sample[(int)SidecarGauge.Matched] = _book.Matched;
        sample[(int)SidecarGauge.Upgraded] = _book.Updated;
        sample[(int)SidecarGauge.Ready] = _book.Ready;
        sample[(int)SidecarGauge.UpgradedReady] = _book.UpdatedReady;
        sample[(int)SidecarGauge.ToUpgrade] = _book.ToUpdate;
        sample[(int)SidecarGauge.Unavailable] = NotReady;
        sample[(int)SidecarGauge.AllowedUnavailable] = _book.MaxUnavailable;
        sample[(int)SidecarGauge.Without] = _book.Uncovered;
        return sample;
    }
}

/// <summary>One version of a set's containers, from the moment it was asked for.</summary>
internal sealed class SidecarRollout(SidecarTrack set, int number, string hash, SimTime begin)
{
    private readonly List<SimTime> _reached = [];

    public SidecarTrack Set { get; } = set;

    /// <summary>0 for the set's creation, which upgrades no pod.</summary>
    public int Number { get; } = number;

    public string Hash { get; } = hash;

    public SimTime Begin { get; } = begin;

    public SimTime? Superseded { get; set; }

    public int ToUpgrade { get; set; }

    public PeakTracker Unavailable { get; } = new();

    /// <summary>In the order in which they began.</summary>
    public List<SidecarUpgrade> Upgrades { get; } = [];

    /// <summary>Takes in how many pods are upgraded and ready now: the first moment of every number counts.</summary>
    public void Reach(int upgradedReady, SimTime now)
    {
        while (_reached.Count < upgradedReady)
        {
            _reached.Add(now);
        }
    }

    public SidecarRolloutResult ToResult() => new()
    {
        Number = Number,
        Begin = Begin,
        Superseded = Superseded,
        ToUpgrade = ToUpgrade,
        UpgradedReady = _reached.Count,
        Upgrades = Upgrades.Count,
        Failed = Upgrades.Count(upgrade => upgrade.HasFailed),
        SecondsTo50 = SecondsTo(50),
        SecondsTo90 = SecondsTo(90),
        SecondsTo100 = SecondsTo(100),
        MaxUnavailable = Unavailable.Peak,
    };

    private double? SecondsTo(int percent)
    {
        if (ToUpgrade == 0)
        {
            return null;
        }

        int index = NearestRank.Index(ToUpgrade, percent);
        return index < _reached.Count ? (_reached[index] - Begin).Seconds : null;
    }
}
