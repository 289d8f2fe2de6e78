using Kruise.Sim.Reports.Sweeps;
using Kruise.Sim.Sweeps;
using Kruise.Sim.Tuning;
using Spectre.Console;

namespace Kruise.Sim.Reports.Tuning;

/// <summary>What a search prints.</summary>
internal static class ConsoleTune
{
    private const int Shown = 12;

    public static void Write(IAnsiConsole console, TuneResult result, string folder)
    {
        SweepPlan plan = result.Plan;
        var table = new SettingTable(plan, [.. plan.Objectives, "seeds"]);
        Candidate[] rows = [.. Ranked(result)];
        foreach (Candidate candidate in rows.Take(Shown))
        {
            IEnumerable<string> means = plan.Objectives.Select(metric => Human.Metric(metric, result.Mean(candidate, metric)));
            table.Add(candidate.Point, [.. means, Human.Count(candidate.Trials.Count)], Remark(result, candidate));
        }

        table.Write(console);
        if (rows.Length > Shown) console.MarkupLine(FormattableString.Invariant($"[grey]and {rows.Length - Shown} more in {TuneReport.RunsFileName}[/]"));
        console.MarkupLine("[bold]" + Markup.Escape(TuneAnswer.Of(result)) + "[/]");
        foreach (string sentence in TuneAnswer.Sureness(result)) console.MarkupLine(Markup.Escape(sentence));
        string lines = result.IsAdmissible ? ManifestLines.Of(plan.Axes, result.Best.Point.Values) : "";
        if (lines.Length > 0) Unbroken.WriteLines(console, lines.TrimEnd('\n'));
        ConsoleReport.WriteWhere(console, folder);
    }

    /// <summary>The best first, then by how long they were in the race and how they did.</summary>
    public static IEnumerable<Candidate> Ranked(TuneResult result) => result.Candidates.Where(candidate => candidate.Trials.Count > 0)
        .OrderBy(candidate => candidate != result.Best).ThenBy(candidate => candidate != result.Outcome.Next).ThenBy(result.Goal.Of).ThenBy(candidate => candidate.Number);

    public static string Remark(TuneResult result, Candidate candidate)
    {
        List<string> remarks = [];
        if (candidate == result.Best) remarks.Add(result.IsAdmissible ? "the best" : "the nearest");
        if (candidate == result.Outcome.Present) remarks.Add("now");
        if (!result.Goal.Of(candidate).IsAdmissible) remarks.Add("not admissible");
        return string.Join(", ", remarks);
    }
}
