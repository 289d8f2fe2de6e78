namespace Kruise.Sim.Calibration;

/// <summary>
/// Reads measured pulls. Needed columns: image, layers, compressed_bytes, uncompressed_bytes, nic_mbit and duration_s; run names the case, egress_mbit and
/// rtt_ms default to no limit and 0; nodes and parallelism, where given, must be 1. Layers are taken to be equal unless a second file says otherwise: one line
/// for each layer, from the bottom up, with the columns image and compressed_bytes, of which only the proportions count.
/// </summary>
internal static class MeasurementReader
{
    private const double BytesPerMegabit = 1e6 / 8;

    public static IReadOnlyList<PullMeasurement> Read(string file, string text, string layersFile, string? layersText)
    {
        CsvTable table = CsvTable.Parse(file, text, "image", "layers", "compressed_bytes", "uncompressed_bytes", "nic_mbit", "duration_s");
        Dictionary<string, List<long>> layouts = layersText is null ? [] : ReadLayouts(layersFile, layersText);
        var measurements = new List<PullMeasurement>();
        foreach (CsvRow row in table.Rows)
        {
            foreach (string single in (ReadOnlySpan<string>)["nodes", "parallelism"])
            {
                if (table.Has(single) && row.Count(single) != 1)
                {
                    throw row.Error(single, $"'{row.Count(single)}'; expected 1, a pull of a single node");
                }
            }

            string image = row.Text("image");
            double nicMegabits = row.Number("nic_mbit", 0, orEqual: false, "Mbit/s");
            double egressMegabits = table.Has("egress_mbit") ? row.Number("egress_mbit", 0, orEqual: false, "Mbit/s") : double.PositiveInfinity;
            double roundTrip = table.Has("rtt_ms") ? row.Number("rtt_ms", 0, orEqual: true, "milliseconds") / 1000 : 0;
            measurements.Add(new PullMeasurement(
                table.Has("run") ? row.Text("run") : FormattableString.Invariant($"nic{nicMegabits}-{image}"),
                nicMegabits * BytesPerMegabit,
                egressMegabits * BytesPerMegabit,
                roundTrip,
                Layers(row, layouts.GetValueOrDefault(image)),
                row.Count("uncompressed_bytes"),
                row.Number("duration_s", 0, orEqual: false, "seconds")));
        }

        return measurements;
    }

    private static long[] Layers(CsvRow row, List<long>? layout)
    {
        long count = row.Count("layers");
        long total = row.Count("compressed_bytes");
        if (count > 1000)
        {
            throw row.Error("layers", $"'{count}'; expected at most 1000");
        }

        if (layout is not null && layout.Count != count)
        {
            throw row.Error("layers", $"'{count}'; expected {layout.Count}, as many as the file of layers has for this image");
        }

        double sum = layout?.Sum(bytes => (double)bytes) ?? count;
        var layers = new long[count];
        double below = 0;
        long given = 0;
        for (int i = 0; i < count; i++)
        {
            below += layout?[i] ?? 1;
            long upTo = (long)Math.Round(total * (below / sum));
            layers[i] = upTo - given;
            given = upTo;
        }

        return layers;
    }

    private static Dictionary<string, List<long>> ReadLayouts(string file, string text)
    {
        var layouts = new Dictionary<string, List<long>>(StringComparer.Ordinal);
        foreach (CsvRow row in CsvTable.Parse(file, text, "image", "compressed_bytes").Rows)
        {
            string image = row.Text("image");
            if (!layouts.TryGetValue(image, out List<long>? layers))
            {
                layouts.Add(image, layers = []);
            }

            layers.Add(row.Count("compressed_bytes"));
        }

        return layouts;
    }
}
