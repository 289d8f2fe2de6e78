using Kruise.Sim.Scenarios;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Sweeps;

/// <summary>A sweep that may be run: its plan, and what to run for each setting.</summary>
internal sealed record PlannedSweep(SweepPlan Plan, IReadOnlyList<ScenarioVariant> Variants, IReadOnlyList<(string Name, byte[] Content)> Files)
{
    /// <summary>One of the plan's trials.</summary>
    public Trial Trial(int number)
    {
        (int point, int seed) = Math.DivRem(number, Plan.Seeds);
        return Trials.Trial.OverSeeds(Variants[point], Plan.Metrics, seed + 1).Last();
    }
}
