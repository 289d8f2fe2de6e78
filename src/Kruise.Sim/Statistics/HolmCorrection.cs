namespace Kruise.Sim.Statistics;

/// <summary>
/// Keeps the chance that any of several tests cries wolf at the level of one (S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Stat. 6, 1979).
/// </summary>
internal static class HolmCorrection
{
    /// <summary>The probabilities as they count when all are looked at together, in the order given, each 0 to 1.</summary>
    public static double[] Adjust(IReadOnlyList<double> probabilities)
    {
        var adjusted = new double[probabilities.Count];
        double floor = 0;
        int left = probabilities.Count;
        foreach (int i in Enumerable.Range(0, probabilities.Count).OrderBy(i => probabilities[i]))
        {
            floor = Math.Max(floor, Math.Min(1, probabilities[i] * left--));
            adjusted[i] = floor;
        }

        return adjusted;
    }
}
