namespace Kruise.Sim.Measures;

/// <summary>Turns samples, each with a line of gauges per object, into columns over time.</summary>
internal static class GaugeColumns
{
    /// <summary>For each object of the last sample its columns; zero before it was there.</summary>
    public static IEnumerable<int[][]> Of(IReadOnlyList<int[][]> samples, int width)
    {
        int objects = samples.Count == 0 ? 0 : samples[^1].Length;
        for (int index = 0; index < objects; index++)
        {
            int[][] columns = new int[width][];
            for (int column = 0; column < width; column++)
            {
                columns[column] = new int[samples.Count];
                for (int i = 0; i < samples.Count; i++)
                {
                    columns[column][i] = index < samples[i].Length ? samples[i][index][column] : 0;
                }
            }

            yield return columns;
        }
    }
}
