using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Tests.Performance;

/// <summary>What the command does between reading a scenario and writing its report.</summary>
internal static class WholeRun
{
    public static ScenarioVariant Load(string path, params string[] sets)
    {
        LoadResult loaded = ScenarioLoader.Load(path, sets, seed: null);
        return loaded.Succeeded ? loaded.Variants[0] : throw new InvalidOperationException(string.Join(Environment.NewLine, loaded.Problems));
    }

    public static RunResult Of(ScenarioVariant variant)
    {
        var simulation = new Simulation(variant);
        while (simulation.Advance(100_000))
        {
        }

        return simulation.Finish(wallSeconds: 0);
    }
}
