using Kruise.Sim.Sweeps;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Tuning;

/// <summary>A run that a search asks for.</summary>
/// <param name="Candidate">The setting.</param>
/// <param name="Seed">The seed's place, from 0.</param>
/// <param name="Trial">What to run.</param>
internal sealed record TuneRun(Candidate Candidate, int Seed, Trial Trial);

/// <summary>Makes many runs and gives their figures in order; null where it was interrupted.</summary>
internal delegate IReadOnlyList<SweepTrial>? TuneBatch(IReadOnlyList<TuneRun> runs);

/// <summary>The settings thought of so far and their runs, within a budget. All have the same seeds in the same order, so that any two can be compared in pairs.</summary>
/// <param name="scenario">The scenario and its axes.</param>
/// <param name="axes">The axes as the files have them today.</param>
/// <param name="metrics">The metrics read from each run.</param>
/// <param name="budget">Runs that may be made.</param>
/// <param name="batch">Makes them.</param>
internal sealed class TuneRuns(VariedScenario scenario, IReadOnlyList<VariedValue> axes, IReadOnlyList<string> metrics, int budget, TuneBatch batch)
{
    private readonly Dictionary<string, Candidate?> _byPlace = new(StringComparer.Ordinal);
    private readonly List<Candidate> _candidates = [];

    public IReadOnlyList<Candidate> Candidates => _candidates;

    /// <summary>Runs made.</summary>
    public int Made { get; private set; }

    /// <summary>Whether runs were left out because the budget was used up.</summary>
    public bool IsSpent { get; private set; }

    public IReadOnlyList<Axis> Axes => scenario.Axes;

    /// <summary>Settings that the scenario may not have: values that are allowed one by one, but not together.</summary>
    public int Refused { get; private set; }

    /// <summary>The setting at a place, the same for the same place; null where the scenario may not have it, and then what is wrong is written already.</summary>
    public Candidate? At(IReadOnlyList<int> place)
    {
        string key = string.Join(',', place);
        if (_byPlace.TryGetValue(key, out Candidate? known)) return known;
        List<string> values = [.. place.Select((index, axis) => Axes[axis].At(index))];
        if (scenario.With(values) is not { } variant)
        {
            Refused++;
            return _byPlace[key] = null;
        }

        var point = new SweepPoint(values, SweepPlanner.IsPresent(values, axes));
        if (point.IsPresent && _candidates.Find(candidate => candidate.Point.IsPresent) is { } present)
        {
            present.Place = place;
            return _byPlace[key] = present;
        }

        return _byPlace[key] = Add(new Candidate(_candidates.Count, place, point, variant));
    }

    /// <summary>Today's setting, be it among those that may be chosen or not.</summary>
    public Candidate Present() => _candidates.Find(candidate => candidate.Point.IsPresent)
        ?? Add(new Candidate(_candidates.Count, null, new SweepPoint([.. axes.Select(axis => axis.Present)], IsPresent: true), scenario.PresentVariant));

    /// <summary>Sees to it that candidates have as many seeds; false where the budget does not allow it, and then none has more than before.</summary>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public bool Reach(IReadOnlyList<Candidate> candidates, int seeds)
    {
        List<TuneRun> missing = [];
        foreach (Candidate candidate in candidates)
        {
            missing.AddRange(Trial.OverSeeds(candidate.Variant, metrics, seeds).Select((trial, seed) => new TuneRun(candidate, seed, trial)).Skip(candidate.Trials.Count));
        }

        if (missing.Count == 0) return true;
        if (Made + missing.Count > budget)
        {
            IsSpent = true;
            return false;
        }

        IReadOnlyList<SweepTrial> made = batch(missing) ?? throw new OperationCanceledException();
        for (int i = 0; i < missing.Count; i++) missing[i].Candidate.Trials.Add(made[i]);

        Made += missing.Count;
        return true;
    }

    private Candidate Add(Candidate candidate)
    {
        _candidates.Add(candidate);
        return candidate;
    }
}

/// <summary>No setting of the first look is one that the scenario may have; the reasons are written where problems of scenarios are.</summary>
internal sealed class SettingRefusedException : Exception;
