using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kruise.Sim.Checks;

/// <summary>
/// The figures that runs are compared with, as a file for the user's repository: for each scenario (and variant) its seeds, and for each metric a value a seed. Values have
/// nine significant digits; a metric is a line, so that a change reads well in a review.
/// </summary>
internal sealed class Baseline
{
    private const string ApiVersion = "sim.kruise.io/v1alpha1";
    private const string Kind = "Baseline";

    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>What it knows of one scenario or variant.</summary>
    public sealed record Entry(IReadOnlyList<ulong> Seeds, IReadOnlyDictionary<string, IReadOnlyList<double?>> Metrics);

    public IEnumerable<string> Keys => _entries.Keys;

    public Entry? Find(string key) => _entries.GetValueOrDefault(key);

    /// <summary>Takes in what a run measured.</summary>
    /// <param name="run">The run.</param>
    /// <param name="keepsOthers">Whether metrics that it did not measure stay, which they can where the seeds are the same.</param>
    public void Set(CheckedVariant run, bool keepsOthers)
    {
        ulong[] seeds = [.. run.Outcomes.Select(o => o.Seed)];
        var metrics = run.Metrics.Select((name, i) => (name, Values: (IReadOnlyList<double?>)[.. run.Outcomes.Select(o => Rounded(o.Values[i]))])).ToDictionary(m => m.name, m => m.Values, StringComparer.Ordinal);
        if (keepsOthers && Find(run.Key) is { } before && before.Seeds.SequenceEqual(seeds))
        {
            foreach ((string name, IReadOnlyList<double?> values) in before.Metrics) metrics.TryAdd(name, values);
        }

        if (metrics.Count > 0) _entries[run.Key] = new Entry(seeds, metrics);
    }

    /// <summary>A value as it is after being written and read.</summary>
    public static double? Rounded(double? value) => value is { } v ? double.Parse(Text(v), CultureInfo.InvariantCulture) : null;

    /// <summary>Reads a baseline.</summary>
    /// <exception cref="FormatException">It is none; the message says where and what is allowed.</exception>
    public static Baseline Parse(byte[] json, string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
        }
        catch (JsonException e)
        {
            throw new FormatException(FormattableString.Invariant($"{path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: is not JSON; allowed: a file that --update-baseline has written"), e);
        }

        using (document)
        {
            var baseline = new Baseline();
            JsonElement root = document.RootElement;
            Check(
                root.ValueKind == JsonValueKind.Object && Is(root, "apiVersion", ApiVersion) && Is(root, "kind", Kind) && root.TryGetProperty("scenarios", out JsonElement all) && all.ValueKind == JsonValueKind.Object,
                path,
                $"is not of apiVersion {ApiVersion} and kind {Kind} with scenarios");
            foreach (JsonProperty scenario in root.GetProperty("scenarios").EnumerateObject())
            {
                baseline._entries[scenario.Name] = ReadEntry(scenario, path);
            }

            return baseline;
        }
    }

    /// <summary>Writes it; scenarios and metrics in order of their names.</summary>
    public byte[] ToJson()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.WriteLine("{");
        text.WriteLine($"  \"apiVersion\": \"{ApiVersion}\",");
        text.WriteLine($"  \"kind\": \"{Kind}\",");
        text.WriteLine("  \"scenarios\": {");
        int scenario = 0;
        foreach ((string key, Entry entry) in _entries)
        {
            text.WriteLine($"    {Quoted(key)}: {{");
            text.WriteLine($"      \"seeds\": [{string.Join(", ", entry.Seeds.Select(seed => seed.ToString(CultureInfo.InvariantCulture)))}],");
            text.WriteLine("      \"metrics\": {");
            int metric = 0;
            foreach ((string name, IReadOnlyList<double?> values) in entry.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                text.WriteLine($"        {Quoted(name)}: [{string.Join(", ", values.Select(v => v is { } value ? Text(value) : "null"))}]{(++metric < entry.Metrics.Count ? "," : "")}");
            }

            text.WriteLine("      }");
            text.WriteLine(++scenario < _entries.Count ? "    }," : "    }");
        }

        text.WriteLine("  }");
        text.WriteLine("}");
        return System.Text.Encoding.UTF8.GetBytes(text.ToString());
    }

    private static Entry ReadEntry(JsonProperty scenario, string path)
    {
        string at = $"scenarios[{JsonEncodedText.Encode(scenario.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}]";
        Check(
            scenario.Value.ValueKind == JsonValueKind.Object && scenario.Value.TryGetProperty("seeds", out JsonElement list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
                && list.EnumerateArray().All(seed => seed.ValueKind == JsonValueKind.Number && seed.TryGetUInt64(out _)),
            path,
            $"{at}.seeds is not a list of seeds");
        ulong[] seeds = [.. scenario.Value.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetUInt64())];
        Check(seeds.Distinct().Count() == seeds.Length, path, $"{at}.seeds has a seed twice");
        Check(scenario.Value.TryGetProperty("metrics", out JsonElement metrics) && metrics.ValueKind == JsonValueKind.Object, path, $"{at}.metrics is not there");
        var read = new Dictionary<string, IReadOnlyList<double?>>(StringComparer.Ordinal);
        foreach (JsonProperty metric in metrics.EnumerateObject())
        {
            Check(
                metric.Value.ValueKind == JsonValueKind.Array && metric.Value.EnumerateArray().All(v => v.ValueKind is JsonValueKind.Number or JsonValueKind.Null) && metric.Value.GetArrayLength() == seeds.Length,
                path,
                $"{at}.metrics[{metric.Name}] is not a list of {seeds.Length} numbers, one a seed");
            read[metric.Name] = [.. metric.Value.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? (double?)null : v.GetDouble())];
        }

        return new Entry(seeds, read);
    }

    private static bool Is(JsonElement root, string field, string value) => root.TryGetProperty(field, out JsonElement found) && found.ValueKind == JsonValueKind.String && found.GetString() == value;

    private static void Check(bool holds, string path, string what)
    {
        if (!holds)
        {
            throw new FormatException($"{path}: {what}; allowed: a file that --update-baseline has written");
        }
    }

    private static string Text(double value) => value.ToString("G9", CultureInfo.InvariantCulture);

    private static string Quoted(string text) => "\"" + JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";
}
