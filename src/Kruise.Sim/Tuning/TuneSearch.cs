using Kruise.Sim.Statistics;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Tuning;

/// <summary>
/// Looks for the best setting with few runs. A coarse design is run with few seeds; the best of it is bettered along each axis, along ranges by golden sections; then the
/// best half goes on with twice the seeds, again and again (successive halving), and what the same seeds show to be worse is dropped before (racing: O. Maron, A. Moore,
/// "Hoeffding races", 1994; K. Jamieson, A. Talwalkar, "Non-stochastic best arm identification", 2016). What decides is the metric alone, so that the number of threads changes nothing.
/// </summary>
internal sealed class TuneSearch(TuneRuns runs, TuneGoal goal, int seeds)
{
    /// <summary>Seeds of the first look; two tell at least whether luck matters.</summary>
    public const int FirstSeeds = 2;

    /// <summary>Settings of the first look at most; of more a Latin hypercube is taken.</summary>
    private const int MostAtFirst = 48;

    /// <summary>What a difference must be sure of to drop a setting: many are compared.</summary>
    private const double DropConfidence = 0.99;

    private const double GoldenSection = 0.381_966_011_250_105_1;

    private const int MostRounds = 4;

    /// <summary>Settings of the first look.</summary>
    public static IReadOnlyList<int[]> First(IReadOnlyList<Axis> axes)
    {
        int ranges = axes.Count(axis => axis.Range is not null);
        int levels = ranges <= 1 ? 6 : ranges == 2 ? 5 : 3;
        int[][] steps = [.. axes.Select(axis => axis.Range is { } range
            ? Enumerable.Range(0, levels).Select(i => range.StepAt((double)i / (levels - 1))).Distinct().ToArray()
            : [.. Enumerable.Range(0, axis.Count)])];
        long count = steps.Aggregate(1L, (product, axis) => product * axis.Length);
        if (count > MostAtFirst) return Design.Sample(axes, MostAtFirst);
        IEnumerable<int[]> places = [[]];
        foreach (int[] axis in steps) places = [.. places.SelectMany(place => axis.Select(step => (int[])[.. place, step]))];
        return [.. places];
    }

    /// <summary>Finds the setting to take, as far as the budget allows.</summary>
    /// <exception cref="SettingRefusedException">The scenario may have none of the settings of the first look.</exception>
    public TuneOutcome Run()
    {
        List<Candidate> alive = [.. First(runs.Axes).Select(runs.At).OfType<Candidate>()];
        if (alive.Count == 0) throw new SettingRefusedException();
        int many = Math.Min(FirstSeeds, seeds);
        // Today's first: others are held against it.
        if (!runs.Reach([runs.Present(), .. alive.Where(candidate => candidate != runs.Present())], many)) throw new InvalidOperationException("The budget does not allow the first look.");
        Refine(alive.MinBy(candidate => goal.Of(candidate, many))!, many);
        alive = [.. runs.Candidates.Where(candidate => candidate.Place is not null && candidate.Trials.Count >= many)];
        while (true)
        {
            alive = Survivors(alive, many);
            if (alive.Count == 1 || many >= seeds) break;
            int next = Math.Min(seeds, many * 2);
            if (!runs.Reach([runs.Present(), .. alive.Where(candidate => candidate != runs.Present())], next)) break;
            many = next;
        }

        return Confirm(alive[0]);
    }

    // Of many that were tried the one that looks best has been lucky too, and one that keeps a bound may have kept it by luck: what is said of it comes from as many seeds again, of which
    // the search has seen nothing. When it fails there, the next in line is tried.
    private TuneOutcome Confirm(Candidate leader)
    {
        int confirmations = 0;
        Candidate present = runs.Present();
        runs.Reach([present], seeds);
        (Candidate best, Candidate? next) = Choose(leader, present);
        while (goal.Of(best).IsAdmissible && best.Trials.Count == seeds && runs.Reach([best], 2 * seeds))
        {
            confirmations++;
            if (goal.Of(best).IsAdmissible)
            {
                if (next is not null) runs.Reach([next], 2 * seeds);
                break;
            }

            (best, next) = Choose(best, present);
        }

        return new TuneOutcome(best, next, present, seeds, confirmations);
    }

    // Tells the best from the next with all seeds; what has fewer is held against it over those, and gets the rest when it is next in line.
    private (Candidate Best, Candidate? Next) Settle(Candidate best)
    {
        while (true)
        {
            bool whole = runs.Reach([best], seeds);
            Candidate? next = Others(best).OrderBy(candidate => Against(candidate, best)).ThenBy(candidate => candidate.Number).FirstOrDefault();
            if (!whole || next is null) return (best, next);
            if (next.Trials.Count < seeds)
            {
                if (!runs.Reach([next], seeds)) return (best, next);
            }
            else if (Against(next, best).CompareTo(Against(best, best)) < 0)
            {
                best = next;
            }
            else
            {
                return (best, next);
            }
        }
    }

    // What is not told apart from today's setting is no reason to change anything.
    private (Candidate Best, Candidate? Next) Choose(Candidate leader, Candidate present)
    {
        (Candidate best, Candidate? next) = Settle(leader);
        return best != present && goal.Of(best).IsAdmissible && goal.Of(present).IsAdmissible && !IsTold(best, present) ? (present, best) : (best, next);
    }

    private bool IsTold(Candidate best, Candidate present)
    {
        int common = Common(best, present);
        return PairedDifference.Of(goal.Costs(best, common), goal.Costs(present, common))?.IsLower(1) ?? true;
    }

    // By how much a setting misses what is asked, over all its seeds; and how it does against another one, over those of the search that both have.
    private Merit Against(Candidate candidate, Candidate other)
    {
        int common = Math.Min(seeds, Common(candidate, other));
        double mine = goal.Of(candidate, common).Cost, theirs = goal.Of(other, common).Cost;
        return new Merit(goal.Of(candidate).Excess, double.IsFinite(mine) && double.IsFinite(theirs) ? mine - theirs : mine);
    }

    private IEnumerable<Candidate> Others(Candidate best) => runs.Candidates.Where(candidate =>
        candidate != best && candidate.Place is not null && candidate.Trials.Count > 0 && !IsSame(candidate, best, Common(candidate, best)));

    private static int Common(Candidate a, Candidate b) => Math.Min(a.Trials.Count, b.Trials.Count);

    // To the event: nothing that the setting changes is ever reached.
    private static bool IsSame(Candidate a, Candidate b, int many) => many > 0 && a.Trials.Take(many).Select(trial => trial.Hash).SequenceEqual(b.Trials.Take(many).Select(trial => trial.Hash), StringComparer.Ordinal);

    private List<Candidate> Survivors(List<Candidate> alive, int many)
    {
        List<Candidate> ranked = [.. alive.OrderBy(candidate => goal.Of(candidate, many)).ThenBy(candidate => candidate.Number)];
        Candidate leader = ranked[0];
        bool admissible = goal.Of(leader, many).IsAdmissible;
        List<Candidate> left =
        [
            .. ranked.Where(candidate => candidate == leader
                || (!IsSame(candidate, leader, many) && !(admissible && (!goal.Of(candidate, many).IsAdmissible || IsWorse(candidate, leader, many))))),
        ];
        return [.. left.Take(Math.Max(1, (alive.Count + 1) / 2))];
    }

    private bool IsWorse(Candidate candidate, Candidate leader, int many)
    {
        double[] differences = [.. goal.Costs(candidate, many).Zip(goal.Costs(leader, many)).Select(pair => pair.First!.Value - pair.Second!.Value)];
        return SampleInterval.OfMean(differences, DropConfidence).Low > 0;
    }

    /// <summary>Betters a setting along each axis, one after the other, until none gives more.</summary>
    private void Refine(Candidate best, int many)
    {
        for (int round = 0; round < MostRounds; round++)
        {
            Candidate before = best;
            for (int axis = 0; axis < runs.Axes.Count; axis++)
            {
                best = runs.Axes[axis].Range is null ? AlongList(axis, best, many) : Along(axis, best, many);
            }

            if (best == before || runs.Axes.Count == 1) return;
        }
    }

    // Every value of a list: in no order that a search could use.
    private Candidate AlongList(int axis, Candidate best, int many)
    {
        Candidate[] all = [.. Enumerable.Range(0, runs.Axes[axis].Count).Select(index => runs.At(Moved(best, axis, index))).OfType<Candidate>()];
        return runs.Reach(all, many) ? all.MinBy(candidate => (goal.Of(candidate, many), candidate == best ? 0 : 1)) ?? best : best;
    }

    private static int[] Moved(Candidate from, int axis, int step) => [.. from.Place!.Select((own, a) => a == axis ? step : own)];

    // Golden section in the range's own measure (by ratio where it is spread by ratio), on its steps, between the nearest tried neighbours.
    private Candidate Along(int axis, Candidate best, int many)
    {
        ValueRange range = runs.Axes[axis].Range!;
        int[] tried =
        [
            .. runs.Candidates.Where(candidate => candidate.Place is not null && candidate.Trials.Count >= many && candidate.Place.Where((_, a) => a != axis).SequenceEqual(best.Place!.Where((_, a) => a != axis)))
                .Select(candidate => candidate.Place![axis]).Order(),
        ];
        int low = tried.LastOrDefault(step => step < best.Place![axis], 0);
        int high = tried.FirstOrDefault(step => step > best.Place![axis], range.Steps);
        while (true)
        {
            int at = best.Place![axis];
            double below = range.PartAt(at) - range.PartAt(low), above = range.PartAt(high) - range.PartAt(at);
            bool up = above >= below ? high - at > 1 : at - low <= 1;
            if (up ? high - at <= 1 : at - low <= 1) return best;
            int next = up
                ? Math.Clamp(range.StepAt(range.PartAt(at) + (GoldenSection * above)), at + 1, high - 1)
                : Math.Clamp(range.StepAt(range.PartAt(at) - (GoldenSection * below)), low + 1, at - 1);
            Candidate? candidate = runs.At(Moved(best, axis, next));
            if (candidate is not null && !runs.Reach([candidate], many)) return best;
            if (candidate is not null && goal.Of(candidate, many).CompareTo(goal.Of(best, many)) < 0)
            {
                (low, high) = up ? (at, high) : (low, at);
                best = candidate;
            }
            else
            {
                (low, high) = up ? (low, next) : (next, high);
            }
        }
    }
}
