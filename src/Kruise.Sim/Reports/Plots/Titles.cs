using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports.Plots;

internal static class Titles
{
    /// <summary>The scenario, and the variant when it has one.</summary>
    public static string Of(RunResult run) => run.Variant is null ? run.Scenario : run.Scenario + ", " + run.Variant;
}
