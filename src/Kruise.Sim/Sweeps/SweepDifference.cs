namespace Kruise.Sim.Sweeps;

/// <summary>In what two sets of trials are not of one sweep.</summary>
internal static class SweepDifference
{
    /// <summary>The differences in words; null when the trials belong together.</summary>
    public static string? Between(TrialLog.Header first, TrialLog.Header second)
    {
        if (first.Plan.Fingerprint() == second.Plan.Fingerprint() && first.Part == second.Part && first.Parts == second.Parts)
        {
            return null;
        }

        (SweepPlan a, SweepPlan b) = (first.Plan, second.Plan);
        List<string> differences = [];
        void Compare(string what, string mine, string other)
        {
            if (mine != other) differences.Add($"{what} {mine}, not {other}");
        }

        Compare("scenario", a.Scenario, b.Scenario);
        Compare("version", a.Version, b.Version);
        Compare("seeds", FormattableString.Invariant($"{a.Seeds}"), FormattableString.Invariant($"{b.Seeds}"));
        Compare("part", FormattableString.Invariant($"{first.Part} of {first.Parts}"), FormattableString.Invariant($"{second.Part} of {second.Parts}"));
        Compare("settings", Settings(a), Settings(b));
        Compare("objectives", string.Join(", ", a.Objectives), string.Join(", ", b.Objectives));
        if (a.Inputs != b.Inputs) differences.Add("the scenario's files or the options that change them are others");
        return differences.Count > 0 ? string.Join("; ", differences) : "other values, or another tolerance";
    }

    private static string Settings(SweepPlan plan) => FormattableString.Invariant($"{plan.Points.Count} of {string.Join(" and ", plan.Axes.Select(axis => axis.Path))}");
}
