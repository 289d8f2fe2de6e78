using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Sidecars;

// What is told when the run is over.
internal sealed partial class SidecarRecorder
{
    /// <summary>Every set, in order of creation. Call it once, before <see cref="BuildRows"/>.</summary>
    public IReadOnlyList<SidecarSetResult> BuildResults()
    {
        SimTime now = loop.Now;
        foreach (SidecarUpgrade open in _upgrades.Values.SelectMany(upgrades => upgrades))
        {
            open.Rollout.Set.LongestUpgrade.Tell(open.Begun!.Value, now, open.PodName);
        }

        return [.. _sets.Select(set => ToResult(set, now))];
    }

    /// <summary>A row per upgrade, in order of set, rollout and beginning.</summary>
    public IReadOnlyList<SidecarRow> BuildRows() =>
        [.. _sets.SelectMany(set => set.Rollouts).SelectMany(rollout => rollout.Upgrades).Select(upgrade => upgrade.ToRow(loop.Now))];

    private static SidecarSetResult ToResult(SidecarTrack set, SimTime now)
    {
        SidecarBook book = set.Book;
        return new SidecarSetResult
        {
            Name = set.Name,
            Matched = set.IsGone ? 0 : book.Matched,
            Injected = set.Injected,
            Missed = set.Missed,
            Without = set.IsGone ? 0 : book.Uncovered,
            Upgraded = set.IsGone ? 0 : book.Updated,
            Ready = set.IsGone ? 0 : book.Ready,
            UpgradedReady = set.IsGone ? 0 : book.UpdatedReady,
            OutOfReach = set.IsGone ? 0 : book.OutOfReach,
            Partition = book.Partition,
            AllowedUnavailable = book.MaxUnavailable,
            MaxUnavailable = set.Unavailable.Peak,
            UnavailablePodSeconds = set.Unavailable.SumUntil(now),
            LongestUpgrade = set.LongestUpgrade.Longest,
            MaxUpgrading = set.Upgrading.Peak,
            Rollouts = [.. set.Rollouts.Select(rollout => rollout.ToResult())],
            Upgrade = NearestRank.Of([.. set.Rollouts.SelectMany(rollout => rollout.Upgrades)
                .Where(upgrade => upgrade.Done is not null).Select(upgrade => (upgrade.Done!.Value - upgrade.Begun!.Value).Seconds)]),
            Restarts = set.Restarts,
            BusinessRestarts = set.BusinessRestarts,
            Pulls = set.Pulls,
            BytesFetched = set.BytesFetched,
            ScatterKeys = [.. (set.Latest.Spec.UpdateStrategy.ScatterStrategy ?? []).Select(term => term.Key).Distinct(StringComparer.Ordinal)],
            IsGone = set.IsGone,
        };
    }
}
