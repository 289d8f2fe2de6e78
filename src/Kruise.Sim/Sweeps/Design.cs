using Kruise.Core.Reconciling;

namespace Kruise.Sim.Sweeps;

/// <summary>Which settings are run: a value for each axis, by index.</summary>
internal static class Design
{
    /// <summary>Settings beyond which a sweep is a mistake rather than a wish.</summary>
    public const int MaxPoints = 100_000;

    // The design is part of the question and not of its chance: whatever the scenario's seed, the same settings are tried.
    private const ulong SampleSeed = 20_260_101;

    /// <summary>Every combination, the last axis going round fastest; null when there are more than <see cref="MaxPoints"/>.</summary>
    public static IReadOnlyList<int[]>? Grid(IReadOnlyList<Axis> axes)
    {
        long count = 1;
        foreach (Axis axis in axes)
        {
            count *= axis.Count;
            if (count > MaxPoints) return null;
        }

        var points = new int[count][];
        for (int i = 0; i < points.Length; i++)
        {
            points[i] = new int[axes.Count];
            int rest = i;
            for (int axis = axes.Count - 1; axis >= 0; axis--)
            {
                (rest, points[i][axis]) = Math.DivRem(rest, axes[axis].Count);
            }
        }

        return points;
    }

    /// <summary>
    /// A Latin hypercube: each axis is cut into as many strata as there are settings, and every stratum is met once, in an order of its own (M. McKay, R. Beckman, W. Conover,
    /// "A comparison of three methods for selecting values of input variables", Technometrics 21, 1979). Settings that fall together are taken once.
    /// </summary>
    /// <param name="axes">What varies.</param>
    /// <param name="count">Settings to draw, at least 1.</param>
    public static IReadOnlyList<int[]> Sample(IReadOnlyList<Axis> axes, int count)
    {
        var points = new int[count][];
        for (int i = 0; i < count; i++) points[i] = new int[axes.Count];
        for (int a = 0; a < axes.Count; a++)
        {
            // A stream for each axis, so that another axis does not shift its draws.
            RandomStream random = RandomStream.Named(SampleSeed, "sweep/" + axes[a].Path);
            int[] strata = [.. Enumerable.Range(0, count)];
            for (int i = count - 1; i > 0; i--)
            {
                int other = (int)random.Next(i + 1);
                (strata[i], strata[other]) = (strata[other], strata[i]);
            }

            for (int i = 0; i < count; i++)
            {
                double part = (strata[i] + random.NextDouble()) / count;
                points[i][a] = axes[a].Range is { } range ? range.StepIn(part) : Math.Min(axes[a].Count - 1, (int)(part * axes[a].Count));
            }
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. points.Where(point => seen.Add(string.Join(',', point)))];
    }
}
