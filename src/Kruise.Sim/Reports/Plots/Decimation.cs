using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Makes curves small enough to draw and to store as SVG, without changing what the eye sees.</summary>
internal static class Decimation
{
    /// <summary>Steps of a curve that counts moments: more than the data area has pixels add nothing.</summary>
    public const int MaxPoints = 1200;

    /// <summary>How many of the sorted moments have passed, as a curve from (from, 0) to (to, count) with at most <see cref="MaxPoints"/> steps.</summary>
    public static (double[] Seconds, double[] Counts) Cumulative(double[] sortedSeconds, double from, double to)
    {
        int steps = Math.Min(sortedSeconds.Length, MaxPoints);
        double[] seconds = new double[steps + 2];
        double[] counts = new double[steps + 2];
        seconds[0] = from;
        for (int step = 1; step <= steps; step++)
        {
            int rank = (int)((long)step * sortedSeconds.Length / steps);
            seconds[step] = sortedSeconds[rank - 1];
            counts[step] = rank;
        }

        seconds[^1] = Math.Max(to, seconds[^2]);
        counts[^1] = sortedSeconds.Length;
        return (seconds, counts);
    }

    /// <summary>The samples that say exactly what a curve is over all of its time.</summary>
    public static (double[] Seconds, double[] Values) Shown(double[] seconds, double[] values, bool steps) =>
        Shown(seconds, values, TimeAxis.Until(seconds.LastOrDefault()), steps);

    /// <summary>
    /// The samples that say exactly what a curve is along an axis: from the last one before the axis begins to the first one at its end, without those that change nothing in the line.
    /// A run has no more of them than <see cref="SeriesRecorder.Capacity"/>, so that none needs to be left out that could be seen.
    /// </summary>
    /// <param name="seconds">When the samples were taken, in order.</param>
    /// <param name="values">Their values.</param>
    /// <param name="axis">What of the time is shown.</param>
    /// <param name="steps">Whether a value holds until the next sample; else samples are joined by straight lines.</param>
    public static (double[] Seconds, double[] Values) Shown(double[] seconds, double[] values, TimeAxis axis, bool steps)
    {
        if (seconds.Length == 0) return (seconds, values);
        int first = Math.Max(0, Array.FindLastIndex(seconds, second => second <= axis.BeginSeconds));
        int end = Array.FindIndex(seconds, second => second >= axis.EndSeconds);
        int last = end < 0 ? seconds.Length - 1 : Math.Max(first, end);
        List<double> keptSeconds = new(last - first + 1), keptValues = new(last - first + 1);
        for (int sample = first; sample <= last; sample++)
        {
            if (sample > first && sample < last && values[sample].Equals(values[sample - 1]) && (steps || values[sample].Equals(values[sample + 1]))) continue;
            keptSeconds.Add(seconds[sample]);
            keptValues.Add(values[sample]);
        }

        // Curves of the same samples share them in a page.
        return keptSeconds.Count == seconds.Length ? (seconds, values) : ([.. keptSeconds], [.. keptValues]);
    }
}
