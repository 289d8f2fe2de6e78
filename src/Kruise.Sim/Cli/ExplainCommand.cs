using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reference;

namespace Kruise.Sim.Cli;

/// <summary>Says what a metric or a field of the scenario file means, from the catalog and from the records that files are bound to.</summary>
internal sealed class ExplainCommand(TextWriter output, TextWriter errors)
{
    private const int Width = 100;
    private const int Suggestions = 5;

    public int Run(string? name)
    {
        if (name is null)
        {
            ListMetrics(MetricCatalog.All.Select(metric => (metric, metric.Pattern)));
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

        (Metric, string)[] group =
        [
            .. MetricCatalog.All.Where(metric => metric.Pattern.StartsWith(name.TrimEnd('.') + ".", StringComparison.Ordinal)).Select(metric => (metric, metric.Pattern)),
        ];
        if (group.Length > 0)
        {
            ListMetrics(group);
            return ExitCode.Fine;
        }

        if (Within(name) || LastPart(name))
        {
            return ExitCode.Fine;
        }

        IReadOnlyList<string> nearest = Near(name);
        errors.WriteLine($"{Quote.Text(name)} is neither a metric nor a field of a scenario; "
            + (nearest.Count > 0 ? "near it: " + string.Join(", ", nearest) : "'kruise-sim explain' lists the metrics, 'kruise-sim explain spec' the fields"));
        return ExitCode.BadInput;
    }

    /// <summary>What a manifest may say there, or the metrics of one object (<c>workloads.web</c>); false when the name is neither.</summary>
    private bool Within(string name)
    {
        IReadOnlyList<ManifestField> manifests = ManifestFields.Find(name);
        foreach (ManifestField field in manifests)
        {
            if (field != manifests[0]) output.WriteLine();
            Explain(field);
        }

        IReadOnlyList<(Metric Metric, string Name)> metrics = manifests.Count > 0 || MetricWords.EndsNearly(name) ? [] : MetricWords.Beginning(name.TrimEnd('.') + ".");
        ListMetrics(metrics);
        return manifests.Count + metrics.Count > 0;
    }

    /// <summary>Everything whose last part a word is (<c>maxUnavailable</c>); false when nothing has it.</summary>
    private bool LastPart(string name)
    {
        string end = "." + name;
        (string Name, string Meaning)[] found =
        [
            .. MetricCatalog.All.Where(metric => Ends(metric.Pattern)).Select(metric => (metric.Pattern, metric.Description)),
            .. ScenarioFields.All.Where(field => Ends(field.Path)).Select(field => (Plain(field.Path), field.Shape.Info.Description)),
            .. ManifestFields.All.Where(field => Ends(field.Path)).Select(field => ($"{ManifestFields.Place}.{Plain(field.Path)}", $"Of kind {field.Object.Kind}. {field.Shape.Info.Description}".TrimEnd())),
        ];
        bool Ends(string path) => name.Length > 0 && !name.Contains('.', StringComparison.Ordinal) && path.EndsWith(end, StringComparison.Ordinal);
        if (found.Length > 0)
        {
            output.WriteLine($"{name} is the last part of:");
        }

        foreach ((string path, string meaning) in found.DistinctBy(pair => pair.Name + pair.Meaning, StringComparer.Ordinal))
        {
            Wrap($"  {path}  ", meaning);
        }

        return found.Length > 0;
    }

    /// <summary>Names that are near to one that is none: of metrics with their placeholders filled in as the name has them, and of fields, whose beginning may be left out.</summary>
    private static IReadOnlyList<string> Near(string name)
    {
        if (name.Trim().Length == 0)
        {
            return [];
        }

        ILookup<string, string> fields = ScenarioFields.All.Select(field => Plain(field.Path)).Distinct(StringComparer.Ordinal)
            .SelectMany(path => ScenarioFields.Optional.Where(before => path.StartsWith(before, StringComparison.Ordinal)).Select(before => (Text: path[before.Length..], Path: path)))
            .ToLookup(pair => pair.Text, pair => pair.Path, StringComparer.Ordinal);
        IEnumerable<string> near = Nearest.Several(Plain(name), fields.Select(group => group.Key), Suggestions).SelectMany(text => fields[text]);
        return [.. MetricWords.Near(name, Suggestions).Concat(near).Distinct(StringComparer.Ordinal).Take(Suggestions)];
    }

    // A path without what stands in brackets.
    private static string Plain(string path) => string.Join('.', ScenarioFields.Segments(path));

    private void ListMetrics(IEnumerable<(Metric Metric, string Name)> metrics)
    {
        bool first = true;
        foreach (IGrouping<string, (Metric Metric, string Name)> group in metrics.GroupBy(pair => MetricWords.FamilyOf(pair.Name), StringComparer.Ordinal))
        {
            if (!first) output.WriteLine();
            first = false;
            output.WriteLine(group.Key);
            int longest = group.Max(pair => pair.Name.Length);
            foreach ((Metric metric, string name) in group)
            {
                output.WriteLine($"  {name.PadRight(longest)}  {Unit(metric).PadRight(3)}  {metric.Description}");
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
        Rows(field.Shape);

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

    private void Explain(ManifestField field)
    {
        output.WriteLine($"{ManifestFields.Place}.{field.Path}   (of kind {field.Object.Kind}, {field.Object.ApiVersion})");
        if (field.Shape.Info.Description is { Length: > 0 } description) Wrap("  ", description);
        output.WriteLine();
        Rows(field.Shape);
        Row("meaning", "a field of a Kubernetes object: what it is on a cluster");
    }

    private void Rows(FieldShape field)
    {
        Row("type", FieldText.Allowed(field).Replace("`", "", StringComparison.Ordinal));
        Row(field.IsRequired ? "required" : "when absent", field.IsRequired ? "yes" : FieldText.Default(field));
        foreach ((string word, string description) in FieldText.Words(field))
        {
            Row(word, description);
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
