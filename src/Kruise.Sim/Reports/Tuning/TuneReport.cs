using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Sim.Reports.Html;
using Kruise.Sim.Reports.Plots;
using Kruise.Sim.Reports.Sweeps;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Trials;
using Kruise.Sim.Tuning;

namespace Kruise.Sim.Reports.Tuning;

/// <summary>Writes everything a search leaves behind: <c>tune.json</c>, <c>runs.csv</c>, <c>report.md</c>, <c>report.html</c> and plots.</summary>
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
        ReportText text = TunePage.Of(result);
        SweepPlot[] all = [.. Enumerable.Range(0, result.Plan.Axes.Count).Select(axis => TunePlots.Of(result, axis))], drawn = plots ? all : [];
        SettingCharts.Write(Path.Combine(directory, HtmlPage.FileName), text, all);
        File.WriteAllText(Path.Combine(directory, RunPage.FileName), text.Page([.. drawn.Select(plot => plot.File)]), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
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
}
