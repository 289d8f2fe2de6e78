using System.Text;
using Kruise.Sim.Reports;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Checks;

/// <summary>What GitHub shows of a check: annotations in the diff (workflow commands on standard output) and a summary on the job's page.</summary>
internal static class GitHubOutput
{
    /// <summary>The variable with the file to which a step's summary is appended.</summary>
    public const string SummaryVariable = "GITHUB_STEP_SUMMARY";

    /// <summary>One line for each thing that failed or was not decided.</summary>
    public static IEnumerable<string> Annotations(IReadOnlyList<CheckedVariant> runs, IReadOnlyList<string> sets)
    {
        foreach (CheckedVariant run in runs)
        {
            foreach (ExpectationCheck check in run.Expectations.Where(e => e.Verdict != Verdict.Passed))
            {
                string again = check.Breaking.Select(b => "\n" + run.Reproduce(b.Seed, sets)).FirstOrDefault("");
                yield return Command(check.Verdict, run, check.At.Line, $"{run.Title}: expected {CheckWords.Expected(check.Expectation)}; {CheckWords.Found(check)}{again}");
            }

            foreach ((ulong seed, _, Measures.Workloads.Violation first) in run.Violated.Take(1))
            {
                yield return Command(Verdict.Failed, run, 0, $"{run.Title}: {first.Text}\n{run.Reproduce(seed, sets)}");
            }

            foreach (PairedComparison comparison in run.Comparisons.Where(c => c.Change is Change.Worse or Change.Inconclusive))
            {
                yield return Command(comparison.Change == Change.Worse ? Verdict.Failed : Verdict.Inconclusive, run, 0, $"{run.Title}: {CheckWords.Sentence(comparison)}");
            }
        }
    }

    /// <summary>The job summary, in Markdown.</summary>
    public static string Summary(IReadOnlyList<CheckedVariant> runs)
    {
        StringBuilder page = new();
        page.Paragraph($"## Rollout check: {CheckTable.Totals(runs)}");
        page.Table(
            ["scenario", ">seeds", "expectations", "against the baseline", "verdict"],
            runs.Select(run => new[]
            {
                Markdown.Plain(run.Title), Human.Count(run.Outcomes.Count), CheckTable.Expectations(run), CheckTable.Compared(run), run.Verdict == Verdict.Passed ? "passed" : $"**{CheckTable.Word(run.Verdict)}**",
            }));
        string[] lines = [.. runs.SelectMany(run => CheckTable.Details(run, all: false).Select(line => $"- {Markdown.Plain(run.Title)}: {Markdown.Plain(line.Text)}"))];
        if (lines.Length > 0) page.Paragraph(string.Join('\n', lines));
        return page.ToString();
    }

    private static string Command(Verdict verdict, CheckedVariant run, int line, string message)
    {
        string place = "file=" + Property(run.File.Replace('\\', '/')) + (line > 0 ? FormattableString.Invariant($",line={line}") : "");
        return $"::{(verdict == Verdict.Failed ? "error" : "warning")} {place},title={Property(verdict == Verdict.Failed ? "Rollout check failed" : "Rollout check needs more seeds")}::{Data(message)}";
    }

    private static string Data(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
