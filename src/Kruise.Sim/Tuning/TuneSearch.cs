using Kruise.Sim.Statistics;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Tuning;

/// <summary>
/// Looks for the best setting with few runs. A coarse design is run with few seeds; along values that are ranges the best of it is bettered by golden sections; then the
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

    /// <summary>The settings that are left at the end, the best first; all have as many seeds as the budget allows.</summary>
    public TuneOutcome Run()
    {
        List<Candidate> alive = [.. First(runs.Axes).Select(runs.At)];
        int many = Math.Min(FirstSeeds, seeds);
        if (!runs.Reach(alive, many)) throw new InvalidOperationException("The budget does not allow the first look.");
        Refine(alive.MinBy(candidate => goal.Of(candidate, many))!, many);
        alive = [.. runs.Candidates.Where(candidate => candidate.Trials.Count >= many)];
        while (true)
        {
            alive = Survivors(alive, many);
            if (alive.Count == 1 || many >= seeds) break;
            int next = Math.Min(seeds, many * 2);
            if (!runs.Reach(alive, next)) break;
            many = next;
        }

        return Finish(alive);
    }

    private TuneOutcome Finish(List<Candidate> alive)
    {
        // The best and the one after it are told apart with all seeds; so is what there is today.
        Candidate best = alive[0];
        Candidate? next = Others(best).MinBy(candidate => goal.Of(candidate));
        runs.Reach([.. new[] { best, next }.OfType<Candidate>()], seeds);
        if (next is not null && goal.Of(next, Common(best, next)).CompareTo(goal.Of(best, Common(best, next))) < 0) (best, next) = (next, best);
        Candidate present = runs.Present();
        if (!runs.Reach([present], seeds) && present.Trials.Count == 0) runs.Reach([present], 1);
        return new TuneOutcome(best, next, present);
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

    /// <summary>Betters a setting along each value that is a range, one after the other, until none gives more.</summary>
    private void Refine(Candidate best, int many)
    {
        for (int round = 0; round < MostRounds; round++)
        {
            Candidate before = best;
            for (int axis = 0; axis < runs.Axes.Count; axis++)
            {
                if (runs.Axes[axis].Range is not null) best = Along(axis, best, many);
            }

            if (best == before || runs.Axes.Count(axis => axis.Range is not null) == 1) return;
        }
    }

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
            Candidate candidate = runs.At([.. best.Place.Select((step, a) => a == axis ? next : step)]);
            if (!runs.Reach([candidate], many)) return best;
            if (goal.Of(candidate, many).CompareTo(goal.Of(best, many)) < 0)
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

/// <summary>What a search has found.</summary>
/// <param name="Best">The best setting.</param>
/// <param name="Next">The best of the others that are not the same to the event; null when there is none.</param>
/// <param name="Present">The setting of today.</param>
internal sealed record TuneOutcome(Candidate Best, Candidate? Next, Candidate Present);
