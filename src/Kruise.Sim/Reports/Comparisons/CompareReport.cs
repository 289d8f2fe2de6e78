using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Sim.Comparisons;
using Kruise.Sim.Reports.Plots;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Reports.Comparisons;

/// <summary>Writes everything a comparison leaves behind: <c>compare.json</c>, <c>report.md</c> and plots.</summary>
internal static class CompareReport
{
    public const string FileName = "compare.json";

    /// <summary>Every field of <c>compare.json</c> by path.</summary>
    public static readonly IReadOnlyList<OutputField> Fields =
    [
        new("command", "text", "the command that gives the same again"),
        new("a", "object", "the first side: `label`, `source`, `scenario`"),
        new("b", "object", "the second side"),
        new("seeds", "count", "seeds that both were run with"),
        new("answer", "text", "what got better and worse, and where the time moved"),
        new("metrics[]", "array", "each metric that both have: `metric`, `unit`, `a` and `b` (medians of times and amounts, means of counts), `difference`, `relative`, `low` and `high` (95 %), `probability`, `verdict`"),
        new("moved[]", "array", "causes whose time differs, those that moved most first: `whose` (node or pod), `cause`, `a`, `b` and `difference`, seconds each"),
    ];

    private static readonly JsonSerializerOptions s_options = new(TrialFile.Compact) { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes the report whole or not at all; an existing report in the folder is replaced.</summary>
    /// <exception cref="ReportException">The folder cannot be written; the message says why, in one line.</exception>
    public static void Write(Comparison comparison, string folder, bool plots) => ReportFolder.Replace(folder, directory =>
    {
        File.WriteAllText(Path.Combine(directory, FileName), Json(comparison).ToJsonString(s_options) + "\n");
        IReadOnlyList<PlotFile> drawn = plots ? Draw(comparison, directory) : [];
        File.WriteAllText(Path.Combine(directory, RunPage.FileName), Page(comparison, drawn), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    });

    private static List<PlotFile> Draw(Comparison comparison, string directory)
    {
        if (comparison.A.Run is { } a && comparison.B.Run is { } b)
        {
            // What draws the variants of one scenario draws these two.
            var report = new ScenarioReport
            {
                Scenario = comparison.A.Scenario == comparison.B.Scenario ? comparison.A.Scenario : $"{comparison.A.Scenario} and {comparison.B.Scenario}",
                Runs = [a with { Variant = comparison.A.Label }, b with { Variant = comparison.B.Label }],
                ReproduceCommand = comparison.Command,
            };
            PlotSet.Write(directory, report);
            return [.. ComparisonPlots.Of(report)];
        }

        List<PlotFile> drawn = [];
        foreach ((PlotFile file, TimePlot plot) in SeriesPlots.Of(comparison))
        {
            PlotSet.Save(directory, file, TimePlotDrawing.Draw(plot));
            drawn.Add(file);
        }

        return drawn;
    }

    private static JsonObject Json(Comparison comparison) => new()
    {
        ["command"] = comparison.Command,
        ["a"] = Side(comparison.A),
        ["b"] = Side(comparison.B),
        ["seeds"] = comparison.Seeds,
        ["answer"] = CompareWords.Answer(comparison),
        ["metrics"] = new JsonArray(
        [
            .. comparison.Metrics.Select(compared => (JsonNode)new JsonObject
            {
                ["metric"] = compared.Name,
                ["unit"] = compared.Metric.Unit,
                ["a"] = JsonFigure.Of(compared.Before),
                ["b"] = JsonFigure.Of(compared.Now),
                ["difference"] = JsonFigure.Of(compared.Shift),
                ["relative"] = JsonFigure.Of(compared.RelativeShift),
                ["low"] = JsonFigure.Of(compared.Interval?.Low),
                ["high"] = JsonFigure.Of(compared.Interval?.High),
                ["probability"] = compared.Probability,
                ["verdict"] = CompareWords.Verdict(compared),
            }),
        ]),
        ["moved"] = new JsonArray([.. comparison.Moved.Select(moved => (JsonNode)Moved(moved))]),
    };

    private static JsonObject Moved(TimeMoved moved) => new() { ["whose"] = moved.Whose, ["cause"] = moved.Cause, ["a"] = moved.A, ["b"] = moved.B, ["difference"] = moved.Difference };

    private static JsonObject Side(ComparedSide side) => new() { ["label"] = side.Label, ["source"] = side.Source, ["scenario"] = side.Scenario };

    private static string Page(Comparison comparison, IReadOnlyList<PlotFile> plots)
    {
        string a = Markdown.Plain(comparison.A.Label), b = Markdown.Plain(comparison.B.Label);
        StringBuilder page = new();
        page.Paragraph($"# {a} and {b}");
        page.Paragraph($"**Question.** What differs between {Markdown.Code(comparison.A.Source)} and {Markdown.Code(comparison.B.Source)}?");
        page.Paragraph("**Answer.** " + Markdown.Plain(CompareWords.Answer(comparison)));
        if (comparison.Moved.Count > 0)
        {
            page.Paragraph("## Where the time moved");
            page.Table(
                ["cause", "whose", ">" + a, ">" + b, ">difference"],
                comparison.Moved.Select(moved => (IReadOnlyList<string>)
                    [moved.Cause, CompareWords.A(moved.Whose), Human.Duration(moved.A), Human.Duration(moved.B), (moved.Difference > 0 ? "+" : "−") + Human.Duration(Math.Abs(moved.Difference))]));
            page.Paragraph("Seconds by cause of all nodes that a job wants (of all pods that a set has), for each of them, mean over the seeds.");
        }

        if (plots.Count > 0 && comparison.Seeds > 1) page.Paragraph("The curves are of the first seed.");
        foreach (PlotFile plot in plots) RunPage.Plot(page, plot);
        page.Paragraph("## Every metric");
        page.Table(
            ["metric", ">" + a, ">" + b, ">difference", ">interval", "verdict"],
            comparison.Metrics.Select(compared => (IReadOnlyList<string>)
            [
                Markdown.Code(compared.Name), Human.Metric(compared.Name, compared.Before), Human.Metric(compared.Name, compared.Now),
                CompareWords.Difference(compared), CompareWords.Interval(compared), CompareWords.Verdict(compared),
            ]));
        page.Paragraph(comparison.Seeds == 1
            ? $"One seed: the verdict says which way a figure goes, from {Human.Percent(Comparison.Floor)} on, and nothing of chance; --seeds N does."
            : FormattableString.Invariant($"{comparison.Seeds} seeds, the same for both. Times and amounts: medians, and the shift of the seeds that differ with its interval (signed ranks); counts: means (sign test). ")
                + $"A verdict is sure at {Human.Percent(Comparison.Confidence)} over all headline metrics together, and over all others together (Holm), to which the "
                + $"intervals are held too, and from {Human.Percent(Comparison.Floor)} on.");
        page.Paragraph("## Reproduce");
        RunPage.Command(page, comparison.Command);
        page.Append($"Data: [{FileName}]({FileName}).\n");
        return page.ToString();
    }
}
