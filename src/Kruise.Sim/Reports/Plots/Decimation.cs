namespace Kruise.Sim.Reports.Plots;

/// <summary>Makes curves small enough to draw and to store as SVG, without changing what the eye sees.</summary>
internal static class Decimation
{
    /// <summary>More points than the data area has pixels add nothing.</summary>
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

    /// <summary>Keeps the first, least, greatest and last sample of each of some hundred slices; all samples when there are few.</summary>
    public static (double[] Seconds, double[] Values) Extremes(double[] seconds, double[] values)
    {
        if (seconds.Length <= MaxPoints) return (seconds, values);
        const int Slices = MaxPoints / 4;
        List<double> keptSeconds = new(MaxPoints), keptValues = new(MaxPoints);
        Span<int> kept = stackalloc int[4];
        for (int slice = 0; slice < Slices; slice++)
        {
            int first = (int)((long)slice * seconds.Length / Slices);
            int last = (int)((long)(slice + 1) * seconds.Length / Slices) - 1;
            int least = first, greatest = first;
            for (int sample = first; sample <= last; sample++)
            {
                if (values[sample] < values[least]) least = sample;
                if (values[sample] > values[greatest]) greatest = sample;
            }

            kept[0] = first;
            kept[1] = Math.Min(least, greatest);
            kept[2] = Math.Max(least, greatest);
            kept[3] = last;
            int before = -1;
            foreach (int sample in kept)
            {
                if (sample == before) continue;
                keptSeconds.Add(seconds[sample]);
                keptValues.Add(values[sample]);
                before = sample;
            }
        }

        return ([.. keptSeconds], [.. keptValues]);
    }
}
