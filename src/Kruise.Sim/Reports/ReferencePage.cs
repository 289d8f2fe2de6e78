using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reference;

namespace Kruise.Sim.Reports;

/// <summary>The text of <c>docs/reference.md</c>: every field of the scenario file and every metric, from the records that files are bound to and from the catalog.</summary>
internal static class ReferencePage
{
    public static string Text()
    {
        StringBuilder page = new();
        page.Paragraph("# Reference: fields of a scenario, and metrics");
        page.Paragraph("<!-- Generated from src/Kruise.Sim/Scenarios and src/Kruise.Sim/Measures; a test compares. Run the tests with UPDATE_DOCS=1 to write it anew. -->");
        page.Paragraph(
            "`kruise-sim explain PATH` and `kruise-sim explain METRIC` print the same on a terminal. The [JSON Schema](../schema/scenario.schema.json) says it to editors.");
        page.Paragraph("## Values");
        page.Table(
            ["type", "is written as"],
            [
                ["size", Markdown.Plain(UnitText.SizeAllowed)],
                ["bandwidth", Markdown.Plain(UnitText.BandwidthAllowed)],
                ["duration", Markdown.Plain(UnitText.DurationAllowed)],
                ["latency", "a duration, or two percentiles that it is spread by: `{p50: 5ms, p99: 50ms}`"],
                ["name", "lower-case letters, digits and `-`, as Kubernetes has it"],
                ["merge patch", "some of the fields of the object's spec; `null` removes one"],
                ["labels", "a mapping of keys to values, as Kubernetes has them"],
            ]);

        page.Paragraph("## Fields");
        page.Paragraph(
            "`[]` stands for an item of a list: `--set` names it by its index or its name (`spec.cluster.nodePools[web].count=500`). " +
            $"What `apply` takes ({ScenarioFields.ManifestKinds}) is read as a cluster reads it; [workloads.md](workloads.md) lists what becomes of each field of a pod.");
        foreach (ReferenceRecord record in ScenarioFields.Records)
        {
            page.Paragraph("### " + Title(record));
            if (record.Description is { } description) page.Paragraph(description);
            string rules = Rules(record.Shape);
            if (rules.Length > 0) page.Paragraph(rules);
            page.Table(["field", "type", "when absent", "meaning"], record.Fields.Select(field => (string[])
            [
                Markdown.Code(field.Shape.Name), Markdown.Plain(FieldText.Type(field.Shape).Replace("`", "", StringComparison.Ordinal)), Markdown.Plain(FieldText.Default(field.Shape)), Meaning(field.Shape),
            ]));
        }

        page.Paragraph("## Metrics");
        page.Paragraph(
            "What `expect` may name. A part in angle brackets stands for a name of the scenario. Unit `1` is a plain number. Where a figure stands besides is named as file and field or column.");
        foreach (IGrouping<string, Metric> group in MetricCatalog.All.GroupBy(metric => metric.Pattern.Split('.')[0], StringComparer.Ordinal))
        {
            page.Paragraph("### " + group.Key);
            page.Table(["metric", "unit", "better", "what it is", "formula", "stands in"], group.Select(metric =>
            {
                MetricDefinition definition = MetricDefinition.Of(metric);
                string better = metric.Better switch { Better.Lower => "lower", Better.Higher => "higher", _ => "" };
                string what = metric.Description + (definition.Cause is { } cause ? " " + cause : "");
                return (string[])[Markdown.Code(metric.Pattern), metric.Unit, better, Markdown.Plain(what), Markdown.Plain(definition.Formula), Places(definition)];
            }));
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static string Title(ReferenceRecord record) =>
        (record.Path.Length == 0 ? "The file" : Markdown.Code(record.Path)) + (record.Form is { } form ? $" with {Markdown.Code(form)}" : "");

    private static string Rules(RecordShape shape) => string.Join(' ', new[]
    {
        shape.Shorthand is { } shorthand ? $"{Markdown.Code(shorthand.Name)} may be written alone in place of the mapping." : "",
        shape.ExactlyOneOf.Count > 0 ? $"Exactly one of {string.Join(", ", shape.ExactlyOneOf.Select(Markdown.Code))} is given." : "",
        shape.AtLeastOneOf.Count > 0 ? $"At least one of {string.Join(", ", shape.AtLeastOneOf.Select(Markdown.Code))} is given." : "",
    }.Where(text => text.Length > 0));

    private static string Meaning(FieldShape field)
    {
        string words = string.Join(" ", FieldText.Words(field).Select(word => $"{Markdown.Code(word.Word)}: {Markdown.Plain(word.Description)}"));
        return Markdown.Plain(field.Info.Description) + (words.Length > 0 ? " " + words : "");
    }

    private static string Places(MetricDefinition definition) => string.Join("; ", new[]
    {
        definition.Summary is { } summary ? $"{SummaryJson.FileName} {Markdown.Code(summary)}" : "",
        definition.Rows is { } rows ? $"{rows.File} {Markdown.Code(rows.Column)}" : "",
    }.Where(text => text.Length > 0));
}
