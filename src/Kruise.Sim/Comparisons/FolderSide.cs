using System.Text.Json;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Comparisons;

/// <summary>Reads a side that was run already.</summary>
internal static class FolderSide
{
    /// <summary>A run's folder; of one with variants the folder of the variant.</summary>
    /// <exception cref="ReportException">It holds no run, or not that variant.</exception>
    public static ComparedSide Read(string folder, string? variant, string option)
    {
        JsonElement root = Summary(folder);
        if (root.TryGetProperty("variants", out JsonElement variants) && variants.ValueKind == JsonValueKind.Array)
        {
            List<string> names = [.. variants.EnumerateArray().Select(v => Text(v, "variant")).OfType<string>()];
            if (variant is null) throw new ReportException($"'{folder}' has the runs of several variants: name one of them with {option} ({string.Join(", ", names)})");
            string? found = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
                .FirstOrDefault(sub => File.Exists(Path.Combine(sub, SummaryJson.FileName)) && Text(Summary(sub), "variant") == variant);
            return found is null
                ? throw new ReportException($"{option} {Quote.Bare(variant)}: {new Finding($"'{folder}' has no such variant", string.Join(", ", names), Nearest.Of(variant, names))}")
                : Read(found, null, option);
        }

        IReadOnlyDictionary<string, double> metrics = SummaryMetrics.Of(root);
        return new ComparedSide
        {
            Label = Text(root, "variant") ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            Source = folder,
            Scenario = Text(root, "scenario") ?? "",
            Values = InOrder(metrics),
            Series = CsvTable.Read(Path.Combine(folder, SeriesCsv.FileName), "seconds", "desired", "succeeded"),
            Pods = CsvTable.Read(Path.Combine(folder, PodsCsv.FileName), "rollout", "askedSeconds", "readySeconds"),
        };
    }

    // The catalog's order, whatever the file's.
    private static Dictionary<string, IReadOnlyList<double?>> InOrder(IReadOnlyDictionary<string, double> metrics)
    {
        List<Metric> catalog = [.. MetricCatalog.All];
        var ordered = new Dictionary<string, IReadOnlyList<double?>>(StringComparer.Ordinal);
        foreach ((string name, double value) in metrics.OrderBy(metric => catalog.IndexOf(MetricCatalog.Find(metric.Key)!.Value.Metric))) ordered[name] = [value];
        return ordered;
    }

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static JsonElement Summary(string folder)
    {
        string path = Path.Combine(folder, SummaryJson.FileName);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone() : throw new ReportException($"'{path}' is not the summary of a run");
        }
        catch (JsonException e)
        {
            throw new ReportException($"'{path}' is not the summary of a run: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ReportException($"'{folder}' holds no run: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
