using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Reference;

namespace Kruise.Sim.Cli;

/// <summary>Says what a metric or a field of the scenario file means, from the catalog and from the records that files are bound to.</summary>
internal sealed class ExplainCommand(TextWriter output, TextWriter errors)
{
    private const int Width = 100;
    private const int Suggestions = 5;

    private static readonly string[] _indented = ["spec", "metadata"];

    public int Run(string? name)
    {
        if (name is null)
        {
            ListMetrics(MetricCatalog.All);
            output.WriteLine();
            output.WriteLine("'kruise-sim explain METRIC' says more of one; 'kruise-sim explain spec' lists the fields of a scenario.");
            return ExitCode.Fine;
        }

        if (MetricCatalog.All.FirstOrDefault(metric => metric.Pattern == name) is { } pattern)
        {
            Explain(pattern, null, null);
            return ExitCode.Fine;
        }

        if (MetricCatalog.Find(name) is { } found)
        {
            Explain(found.Metric, found.Placeholder, found.Value);
            return ExitCode.Fine;
        }

        IReadOnlyList<ReferenceField> fields = ScenarioFields.Find(name);
        if (fields.Count > 0)
        {
            for (int i = 0; i < fields.Count; i++)
            {
                if (i > 0) output.WriteLine();
                Explain(fields[i]);
            }

            return ExitCode.Fine;
        }

        Metric[] group = [.. MetricCatalog.All.Where(metric => metric.Pattern.StartsWith(name.TrimEnd('.') + ".", StringComparison.Ordinal))];
        if (group.Length > 0)
        {
            ListMetrics(group);
            return ExitCode.Fine;
        }

        IReadOnlyList<string> nearest = Near(name);
        errors.WriteLine($"{Quote.Text(name)} is neither a metric nor a field of a scenario; "
            + (nearest.Count > 0 ? "near it: " + string.Join(", ", nearest) : "'kruise-sim explain' lists the metrics, 'kruise-sim explain spec' the fields"));
        return ExitCode.BadInput;
    }

    /// <summary>Names that are near to one that is none: of metrics with their placeholders filled in as the name has them, and of fields.</summary>
    private static IReadOnlyList<string> Near(string name)
    {
        if (name.Trim().Length == 0)
        {
            return [];
        }

        string[] parts = name.Split('.');
        IEnumerable<string> metrics = MetricCatalog.All.SelectMany(metric =>
        {
            int open = metric.Pattern.IndexOf('<', StringComparison.Ordinal);
            // What stands for the placeholder is the user's own word, whatever the rest is.
            return open < 0 || parts.Length < 3
                ? [metric.Pattern]
                : new[] { metric.Pattern[..open] + parts[1] + metric.Pattern[MetricCatalog.AfterPlaceholder(metric.Pattern)..] };
        });
        string prefix = _indented.Contains(parts[0], StringComparer.Ordinal) ? "" : "spec.";
        IReadOnlyList<string> fields = Nearest.Several(
            prefix + string.Join('.', ScenarioFields.Segments(name)), ScenarioFields.All.Select(field => string.Join('.', ScenarioFields.Segments(field.Path))).Distinct(StringComparer.Ordinal), Suggestions);
        return [.. Nearest.Several(name, metrics, Suggestions).Concat(fields).Take(Suggestions)];
    }

    private void ListMetrics(IReadOnlyList<Metric> metrics)
    {
        bool first = true;
        foreach (IGrouping<string, Metric> group in metrics.GroupBy(metric => metric.Pattern.Split('.')[0], StringComparer.Ordinal))
        {
            if (!first) output.WriteLine();
            first = false;
            output.WriteLine(group.Key);
            int name = group.Max(metric => metric.Pattern.Length);
            foreach (Metric metric in group)
            {
                output.WriteLine($"  {metric.Pattern.PadRight(name)}  {Unit(metric).PadRight(3)}  {metric.Description}");
            }
        }
    }

    private void Explain(Metric metric, string? placeholder, string? value)
    {
        MetricDefinition definition = MetricDefinition.Of(metric);
        string name = placeholder is null ? metric.Pattern : metric.Pattern.Replace(placeholder, value!, StringComparison.Ordinal);
        output.WriteLine(name);
        Wrap("  ", metric.Description);
        if (definition.Cause is { } cause) Wrap("  ", cause);
        output.WriteLine();
        if (placeholder is not null) Row("where", $"{placeholder} is {value}");
        Row("unit", metric.Unit == "1" ? "a plain number" : metric.Unit);
        Row("better", metric.Better switch { Better.Lower => "lower", Better.Higher => "higher", _ => "neither: it describes the run" });
        Row("formula", definition.Formula);
        if (definition.Summary is { } summary) Row("stands in", $"{SummaryJson.FileName}: {summary}");
        if (definition.Rows is { } rows) Row(definition.Summary is null ? "stands in" : "", $"{rows.File}: column {rows.Column}");
        if (definition.Summary is null && definition.Rows is null) Row("stands in", "nothing else: expect it, and it is in expectations[]");
        Row("expect", $"expect: [{{metric: {name}, {(metric.Better == Better.Higher ? "min" : "max")}: ...}}]");
    }

    private void Explain(ReferenceField field)
    {
        output.WriteLine(field.Path + (field.Record.Form is { } form ? $"   (with {form})" : ""));
        Wrap("  ", field.Shape.Info.Description);
        output.WriteLine();
        Row("type", FieldText.Allowed(field.Shape).Replace("`", "", StringComparison.Ordinal));
        Row(field.Shape.IsRequired ? "required" : "when absent", field.Shape.IsRequired ? "yes" : FieldText.Default(field.Shape));
        IReadOnlyList<(string Word, string Description)> words = FieldText.Words(field.Shape);
        foreach ((string word, string description) in words)
        {
            Row(word, description);
        }

        foreach (ReferenceRecord record in ScenarioFields.Behind(field))
        {
            output.WriteLine();
            output.WriteLine(record.Form is { } kind ? $"  fields with {kind}: {record.Description}" : "  fields");
            int longest = record.Shape.Fields.Max(f => f.Name.Length);
            foreach (ReferenceField below in record.Fields)
            {
                Wrap("    " + below.Shape.Name.PadRight(longest) + "  ", (below.Shape.IsRequired ? "(required) " : "") + below.Shape.Info.Description);
            }
        }
    }

    private static string Unit(Metric metric) => metric.Unit == "1" ? "" : metric.Unit;

    private void Row(string title, string text) => Wrap("  " + title.PadRight(11) + "  ", text);

    /// <summary>A text after a beginning, further lines set in by as much.</summary>
    private void Wrap(string beginning, string text)
    {
        string line = beginning;
        bool empty = true;
        foreach (string word in text.Split(' '))
        {
            if (!empty && line.Length + 1 + word.Length > Width)
            {
                output.WriteLine(line);
                line = new string(' ', beginning.Length);
                empty = true;
            }

            line += empty ? word : " " + word;
            empty = false;
        }

        output.WriteLine(line);
    }
}
