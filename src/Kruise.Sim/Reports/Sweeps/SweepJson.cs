using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary><c>sweep.json</c>: what a sweep asked and found, for programs.</summary>
internal static class SweepJson
{
    public const string FileName = "sweep.json";

    private static readonly JsonSerializerOptions s_options = new(TrialFile.Compact) { WriteIndented = true, NewLine = "\n" };

    /// <summary>Every field by path.</summary>
    public static readonly IReadOnlyList<OutputField> Fields =
    [
        new("version", "text", "the version of kruise-sim"),
        new("scenario", "text", "name of the scenario"),
        new("variant", "text", "name of the variant; null when the scenario has none"),
        new("question", "text", "the question that the scenario answers; null when it states none"),
        new("command", "text", "the command that gives the same again"),
        new("fingerprint", "16 hex digits", "a hash of the sweep: scenario, files, settings, seeds, version"),
        new("seeds", "count", "seeds of each setting"),
        new("axes[]", "array", "what varies: `path`, `name` in tables, `present` value (null where none is written), `file` from the scenario's folder, `line`, `pathInFile`"),
        new("objectives[]", "text", "metrics to make better; the first counts most"),
        new("answer", "text", "the recommendation in a sentence"),
        new("recommended", "number", "the setting to take, from 1; null when none may be recommended"),
        new("present", "number", "the setting of today, from 1"),
        new("changes[]", "array", "lines to change: `file`, `line`, `path`, `from` (null where none is written), `to`"),
        new("margins[]", "array", "the recommended setting less another, by metric: `against`, `setting`, `metric`, `mean`, `low` and `high` (95 %), `lower`, `higher`, `pairs`, `probability` (sign test)"),
        new("points[]", "array", "a setting each: `setting`, `values[]`, `present`, `front`, `objections[]`, and `metrics`, by name `mean`, `low`, `high`, `seeds`"),
    ];

    public static byte[] Of(SweepResult result)
    {
        SweepPlan plan = result.Plan;
        PointResult? chosen = result.Recommendation?.Point;
        var json = new JsonObject
        {
            ["version"] = plan.Version,
            ["scenario"] = plan.Scenario,
            ["variant"] = plan.Variant,
            ["question"] = plan.Question,
            ["command"] = plan.Command,
            ["fingerprint"] = plan.Fingerprint(),
            ["seeds"] = plan.Seeds,
            ["axes"] = JsonSerializer.SerializeToNode(plan.Axes, TrialFile.Compact),
            ["objectives"] = Texts(plan.Objectives),
            ["answer"] = SweepAnswer.Of(result),
            ["recommended"] = chosen?.Index + 1,
            ["present"] = plan.Present + 1,
            ["changes"] = Changes(plan, chosen),
            ["margins"] = new JsonArray([.. SweepAnswer.Margins(result).SelectMany(margin => plan.Objectives.Select(metric => Margin(plan, metric, margin.Against, chosen!, margin.Point)))]),
            ["points"] = new JsonArray([.. result.Points.Select(point => Point(plan, point))]),
        };
        return System.Text.Encoding.UTF8.GetBytes(json.ToJsonString(s_options) + "\n");
    }

    private static JsonArray Texts(IEnumerable<string?> texts) => new([.. texts.Select(text => (JsonNode?)text)]);

    private static JsonArray Changes(SweepPlan plan, PointResult? chosen) => new(
    [
        .. plan.Axes.Select((axis, i) => (axis, value: chosen?.Point.Values[i]))
            .Where(change => change.value is not null && change.value != change.axis.Present)
            .Select(change => (JsonNode)new JsonObject { ["file"] = change.axis.File, ["line"] = change.axis.Line, ["path"] = change.axis.PathInFile, ["from"] = change.axis.Present, ["to"] = change.value }),
    ]);

    private static JsonObject Margin(SweepPlan plan, string metric, string against, PointResult chosen, PointResult other)
    {
        PairedDifference? difference = PairedDifference.Of(plan, metric, chosen, other);
        return new JsonObject
        {
            ["against"] = against,
            ["setting"] = other.Index + 1,
            ["metric"] = metric,
            ["mean"] = difference?.Mean,
            ["low"] = JsonFigure.Of(difference?.Low),
            ["high"] = JsonFigure.Of(difference?.High),
            ["lower"] = difference?.Lower,
            ["higher"] = difference?.Higher,
            ["pairs"] = difference?.Pairs,
            ["probability"] = difference?.Probability,
        };
    }

    private static JsonObject Point(SweepPlan plan, PointResult point) => new()
    {
        ["setting"] = point.Index + 1,
        ["values"] = Texts(point.Point.Values),
        ["present"] = point.Point.IsPresent,
        ["front"] = point.IsOnFront,
        ["objections"] = Texts(point.Objections),
        ["metrics"] = new JsonObject(plan.Metrics.Select((metric, i) => KeyValuePair.Create(metric, (JsonNode?)(point.Metrics[i] is not { } value ? null : new JsonObject
        {
            ["mean"] = value.Mean,
            ["low"] = JsonFigure.Of(value.Low),
            ["high"] = JsonFigure.Of(value.High),
            ["seeds"] = value.Measured,
        })))),
    };
}
