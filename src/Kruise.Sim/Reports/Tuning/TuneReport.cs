using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Sim.Reports.Plots;
using Kruise.Sim.Reports.Sweeps;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Trials;
using Kruise.Sim.Tuning;

namespace Kruise.Sim.Reports.Tuning;

/// <summary>Writes everything a search leaves behind: <c>tune.json</c>, <c>runs.csv</c>, <c>report.md</c> and plots.</summary>
internal static class TuneReport
{
    public const string FileName = "tune.json";

    /// <summary>The columns of <c>sweep.csv</c>, a row for each run that was made.</summary>
    public const string RunsFileName = "runs.csv";

    /// <summary>Every field of <c>tune.json</c> by path.</summary>
    public static readonly IReadOnlyList<OutputField> Fields =
    [
        new("version", "text", "the version of kruise-sim"),
        new("scenario", "text", "name of the scenario"),
        new("variant", "text", "name of the variant; null when the scenario has none"),
        new("command", "text", "the command that gives the same again"),
        new("axes[]", "array", "what varies, as in `sweep.json`"),
        new("minimize", "text", "the metric that counts"),
        new("subjectTo[]", "text", "the bounds, in words"),
        new("answer", "text", "the setting to take, in a sentence"),
        new("admissible", "boolean", "whether the best keeps every bound and expectation"),
        new("best", "object", "a setting: `setting` (number), `values[]`, `seeds`, `admissible`, and `metrics` by name, means"),
        new("next", "object", "the best of the others that differ from it in anything; null when there is none"),
        new("present", "object", "the setting of today; null where the budget did not reach it"),
        new(
            "againstNext", "object", "the best less the next over seeds of which the search had seen nothing, where both have them (`fresh`), else over those of the search: " +
            "`mean`, `lower`, `higher`, `pairs`, `probability` (sign test), `fresh`"),
        new(
            "fresh", "object", "the best's runs with seeds of which the search had seen nothing: `seeds`, `kept` (those that keep what is asked), `tried` (settings that were run so), " +
            "`atLeast` (the share of all seeds that keeps it, at 95 %); null where the budget did not allow any"),
        new("runs", "count", "runs made"),
        new("gridRuns", "count", "runs that every combination with all seeds would take"),
        new("budgetUsedUp", "boolean", "whether the budget ended the search"),
        new("settings[]", "array", "every setting that was tried, in that order"),
    ];

    private static readonly JsonSerializerOptions s_options = new(TrialFile.Compact) { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes the report whole or not at all; an existing report in the folder is replaced.</summary>
    /// <exception cref="ReportException">The folder cannot be written; the message says why, in one line.</exception>
    public static void Write(TuneResult result, string folder, bool plots) => ReportFolder.Replace(folder, directory =>
    {
        using (FileStream csv = File.Create(Path.Combine(directory, RunsFileName)))
            SweepCsv.Write(csv, result.Plan, result.Candidates.SelectMany(candidate => candidate.Trials.Select(trial => (candidate.Number + 1, candidate.Point, trial))));
        File.WriteAllText(Path.Combine(directory, FileName), Json(result).ToJsonString(s_options) + "\n");
        SweepPlot[] drawn = plots ? [.. Enumerable.Range(0, result.Plan.Axes.Count).Select(axis => Plot(result, axis))] : [];
        File.WriteAllText(Path.Combine(directory, RunPage.FileName), Page(result, drawn), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        foreach (SweepPlot plot in drawn) PlotSet.Save(directory, plot.File, plot.Draw());
    });

    private static JsonObject Json(TuneResult result)
    {
        JsonObject Setting(Candidate candidate) => new()
        {
            ["setting"] = candidate.Number + 1,
            ["values"] = new JsonArray([.. candidate.Point.Values.Select(value => (JsonNode?)value)]),
            ["seeds"] = candidate.Trials.Count,
            ["admissible"] = result.Goal.Of(candidate).IsAdmissible,
            ["metrics"] = new JsonObject(result.Plan.Objectives.Select(metric => KeyValuePair.Create(metric, (JsonNode?)result.Mean(candidate, metric)))),
        };
        PairedDifference? difference = result.Outcome.Next is { } next ? result.Against(next) : null;
        return new JsonObject
        {
            ["version"] = result.Plan.Version,
            ["scenario"] = result.Plan.Scenario,
            ["variant"] = result.Plan.Variant,
            ["command"] = result.Plan.Command,
            ["axes"] = JsonSerializer.SerializeToNode(result.Plan.Axes, TrialFile.Compact),
            ["minimize"] = result.Goal.Metric,
            ["subjectTo"] = new JsonArray([.. result.Goal.Constraints.Select(constraint => (JsonNode?)constraint.Text)]),
            ["answer"] = TuneAnswer.Of(result),
            ["admissible"] = result.IsAdmissible,
            ["best"] = Setting(result.Best),
            ["next"] = result.Outcome.Next is { } other ? Setting(other) : null,
            ["present"] = result.Outcome.Present.Trials.Count > 0 ? Setting(result.Outcome.Present) : null,
            ["againstNext"] = difference is null ? null : new JsonObject
            {
                ["mean"] = difference.Mean,
                ["lower"] = difference.Lower,
                ["higher"] = difference.Higher,
                ["pairs"] = difference.Pairs,
                ["probability"] = difference.Probability,
                ["fresh"] = result.IsFresh(result.Outcome.Next!),
            },
            ["fresh"] = result.Fresh.Count == 0 ? null : new JsonObject
            {
                ["seeds"] = result.Fresh.Count,
                ["kept"] = result.Fresh.Count(result.Goal.IsKept),
                ["tried"] = result.Outcome.Confirmations,
                ["atLeast"] = result.KeptShare(result.Fresh.Count(result.Goal.IsKept)),
            },
            ["runs"] = result.Runs,
            ["gridRuns"] = result.GridRuns,
            ["budgetUsedUp"] = result.IsSpent,
            ["settings"] = new JsonArray([.. result.Candidates.Where(candidate => candidate.Trials.Count > 0).Select(Setting)]),
        };
    }

    private static string Page(TuneResult result, SweepPlot[] plots)
    {
        SweepPlan plan = result.Plan;
        StringBuilder page = new();
        page.Paragraph("# " + Markdown.Plain(plan.Scenario) + ": the best " + Markdown.Plain(string.Join(" and ", plan.Axes.Select(axis => axis.Name))));
        string bounds = string.Concat(result.Goal.Constraints.Select(constraint => ", with " + Markdown.Code(constraint.Text)));
        page.Paragraph($"**Question.** Which {string.Join(" and ", plan.Axes.Select(axis => Markdown.Code(axis.Path)))} makes {Markdown.Code(result.Goal.Metric)} best{bounds}?");
        page.Paragraph("**Answer.** " + Markdown.Plain(TuneAnswer.Of(result)) + " " + Markdown.Plain(string.Join(" ", TuneAnswer.Sureness(result))));
        string lines = result.IsAdmissible ? ManifestLines.Of(plan.Axes, result.Best.Point.Values) : "";
        if (lines.Length > 0)
        {
            page.Paragraph("## Lines to change");
            page.Append("```diff\n").Append(lines).Append("```\n\n");
            page.Paragraph("Files are named from the scenario's folder.");
        }

        foreach (SweepPlot plot in plots) RunPage.Plot(page, plot.File);
        page.Paragraph("## What was tried");
        page.Table(
            [.. plan.Axes.Select(axis => ">" + Markdown.Plain(axis.Name)), .. plan.Objectives.Select(metric => ">" + Markdown.Code(metric)), ">seeds", ""],
            ConsoleTune.Ranked(result).Select(candidate => (IReadOnlyList<string>)
            [
                .. candidate.Point.Values.Select(value => Markdown.Plain(value ?? "not set")),
                .. plan.Objectives.Select(metric => Human.Metric(metric, result.Mean(candidate, metric))),
                Human.Count(candidate.Trials.Count),
                ConsoleTune.Remark(result, candidate),
            ]));
        page.Paragraph("Means over the seeds of each; settings that do badly are dropped after few, so their means are less sure.");
        page.Paragraph("## Reproduce");
        RunPage.Command(page, plan.Command);
        page.Append($"Data: [{RunsFileName}]({RunsFileName}), a row per run; [{FileName}]({FileName}).\n");
        return page.ToString();
    }

    // The metric of what was tried, over one of the values.
    private static SweepPlot Plot(TuneResult result, int axis)
    {
        SweepPlan plan = result.Plan;
        string metric = result.Goal.Metric;
        Candidate[] tried = [.. result.Candidates.Where(candidate => candidate.Point.Values[axis] is not null && candidate.Trials.Count > 0 && result.Mean(candidate, metric) is not null)];
        string[] values = [.. tried.Select(candidate => candidate.Point.Values[axis]!).Distinct(StringComparer.Ordinal).OrderBy(value => Amount.Read(value)?.Value ?? 0)];
        var places = new ValueAxis(values);
        double X(Candidate candidate) => places.Place(candidate.Point.Values[axis])!.Value;
        double Y(Candidate candidate) => result.Mean(candidate, metric)!.Value;
        ValueCurve Group(string label, bool admissible) => new(
            label,
            [.. tried.Where(candidate => result.Goal.Of(candidate).IsAdmissible == admissible).Select(candidate => new CurvePoint(X(candidate), Y(candidate), double.NaN, double.NaN))],
            Joined: false);
        ValueCurve[] groups = [.. new[] { Group("keeps what is asked", admissible: true), Group("does not", admissible: false) }.Where(group => group.Points.Count > 0)];
        CurveFlag[] flags =
        [
            .. tried.Where(candidate => candidate == result.Best).Select(candidate => new CurveFlag(X(candidate), Y(candidate), "the best: " + SettingWords.Values(candidate.Point))),
            .. tried.Where(candidate => candidate == result.Outcome.Present && candidate != result.Best).Select(candidate => new CurveFlag(X(candidate), Y(candidate), "now")),
        ];
        var data = new ValueCurves(
            $"{metric} of what was tried, by {plan.Axes[axis].Name} – {plan.Scenario}",
            plan.Axes[axis].Path + (places.Unit.Length > 0 ? $" ({places.Unit})" : ""),
            places.Ticks,
            MetricScale.Of(metric, tried.Select(candidate => result.Mean(candidate, metric)!.Value).DefaultIfEmpty().Max()),
            groups.Length > 0 ? groups : [new ValueCurve("", [])],
            flags);
        return new SweepPlot(new PlotFile(SweepPlot.Name("tried", plan.Axes[axis].Name), $"{metric} of every setting that was tried, by {plan.Axes[axis].Name}."), () => ValueCurvesDrawing.Draw(data));
    }
}
