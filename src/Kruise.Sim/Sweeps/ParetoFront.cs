namespace Kruise.Sim.Sweeps;

/// <summary>What no other choice beats: none is better in one respect and worse in none.</summary>
internal static class ParetoFront
{
    /// <summary>For each choice whether it is on the front.</summary>
    /// <param name="costs">What each costs in each respect, less being better; null for a choice that does not count. Equal choices are on the front together.</param>
    public static bool[] Of(IReadOnlyList<double[]?> costs) =>
        [.. costs.Select(mine => mine is not null && !costs.Any(other => other is not null && Dominates(other, mine)))];

    private static bool Dominates(double[] a, double[] b)
    {
        bool better = false;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] > b[i]) return false;
            better |= a[i] < b[i];
        }

        return better;
    }
}
