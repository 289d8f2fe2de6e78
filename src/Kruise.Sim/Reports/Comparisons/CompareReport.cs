using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Sim.Comparisons;
using Kruise.Sim.Reports.Html;
using Kruise.Sim.Reports.Plots;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Reports.Comparisons;

/// <summary>Writes everything a comparison leaves behind: <c>compare.json</c>, <c>report.md</c>, <c>report.html</c> and plots.</summary>
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
        ReportText text = ComparePage.Of(comparison);
        // What draws the variants of one scenario draws these two; of folders there are only curves.
        ScenarioReport? runs = Runs(comparison);
        (PlotFile File, TimePlot Plot)[] curves = runs is null ? [.. SeriesPlots.Of(comparison)] : [];
        IReadOnlyList<PlotFile> drawn = !plots ? [] : runs is null ? [.. curves.Select(curve => curve.File)] : [.. ComparisonPlots.Of(runs)];
        File.WriteAllText(Path.Combine(directory, RunPage.FileName), text.Page(drawn), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        using (FileStream html = File.Create(Path.Combine(directory, HtmlPage.FileName)))
        {
            if (runs is null) HtmlPage.Write(html, text, [new("curves", "Curves", "Curves, one per run", "")], PageJson.Of(curves, text));
            else HtmlPage.Write(html, text, [new("curves", "Curves", "Curves, one per run", ""), new("causes", "Causes", "Where the time went, by run", "")], PageJson.Of(runs, text));
        }

        if (!plots) return;
        if (runs is not null) PlotSet.Write(directory, runs);
        foreach ((PlotFile file, TimePlot plot) in curves) PlotSet.Save(directory, file, TimePlotDrawing.Draw(plot));
    });

    private static ScenarioReport? Runs(Comparison comparison) => comparison.A.Run is { } a && comparison.B.Run is { } b
        ? new ScenarioReport
        {
            Scenario = comparison.A.Scenario == comparison.B.Scenario ? comparison.A.Scenario : $"{comparison.A.Scenario} and {comparison.B.Scenario}",
            Runs = [a with { Variant = comparison.A.Label }, b with { Variant = comparison.B.Label }],
            ReproduceCommand = comparison.Command,
        }
        : null;

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
}
