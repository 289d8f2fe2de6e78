namespace Kruise.Sim.Sweeps;

/// <summary>What no other choice beats: none is better in one respect and worse in none.</summary>
internal static class ParetoFront
{
    /// <summary>For each choice whether it is on the front.</summary>
    /// <param name="costs">What each costs in each respect, less being better; null for a choice that does not count. Equal choices are on the front together.</param>
    public static bool[] Of(IReadOnlyList<double[]?> costs)
    {
        bool[] isOn = new bool[costs.Count];
        List<double[]> front = [];
        // What beats a choice comes before it, and something on the front beats whatever anything beats.
        foreach (int i in Enumerable.Range(0, costs.Count).Where(i => costs[i] is not null).Order(Comparer<int>.Create((a, b) => InOrder(costs[a]!, costs[b]!))))
        {
            isOn[i] = !front.Exists(other => Dominates(other, costs[i]!));
            if (isOn[i]) front.Add(costs[i]!);
        }

        return isOn;
    }

    private static int InOrder(double[] a, double[] b)
    {
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i].CompareTo(b[i]) is not 0 and var order) return order;
        }

        return 0;
    }

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
