using System.Text;
using Kruise.Sim.Reports;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Checks;

/// <summary>What GitHub shows of a check: annotations in the diff (workflow commands on standard output) and a summary on the job's page.</summary>
internal static class GitHubOutput
{
    /// <summary>The variable with the file to which a step's summary is appended.</summary>
    public const string SummaryVariable = "GITHUB_STEP_SUMMARY";

    /// <summary>The variable with the folder that the paths of annotations are relative to.</summary>
    public const string WorkspaceVariable = "GITHUB_WORKSPACE";

    /// <summary>One line for each thing that failed or was not decided.</summary>
    /// <param name="runs">What was checked.</param>
    /// <param name="again">The commands that show a failure again.</param>
    /// <param name="workspace">The folder of the repository; null or empty where it is not known.</param>
    public static IEnumerable<string> Annotations(IReadOnlyList<CheckedVariant> runs, Reproduction again, string? workspace)
    {
        string Command(Verdict verdict, CheckedVariant run, int line, string message, string title = "Rollout check needs more seeds")
        {
            string place = "file=" + Property(InWorkspace(run.File, workspace)) + (line > 0 ? FormattableString.Invariant($",line={line}") : "");
            return $"::{(verdict == Verdict.Failed ? "error" : "warning")} {place},title={Property(verdict == Verdict.Failed ? "Rollout check failed" : title)}::{Data(message)}";
        }

        foreach (CheckedVariant run in runs)
        {
            foreach (ExpectationCheck check in run.Expectations.Where(e => e.Verdict != Verdict.Passed))
            {
                string seed = check.Breaking.Select(b => "\n" + again.OfSeed(run, b.Seed)).FirstOrDefault("");
                yield return Command(check.Verdict, run, check.At.Line, $"{run.Variant.Title}: expected {CheckWords.Expected(check.Expectation)}; {CheckWords.Found(check)}{seed}");
            }

            foreach ((ulong seed, _, Measures.Workloads.Violation first) in run.Violated.Take(1))
            {
                yield return Command(Verdict.Failed, run, 0, $"{run.Variant.Title}: {first.Text}\n{again.OfSeed(run, seed)}");
            }

            if (run.Baseline is not { } baseline) continue;
            foreach (PairedComparison comparison in baseline.Metrics.Where(c => run.VerdictOn(c) != Verdict.Passed))
            {
                string title = comparison.IsDivided ? "Rollout check needs a look" : "Rollout check needs more seeds";
                yield return Command(run.VerdictOn(comparison), run, 0, $"{run.Variant.Title}: {CheckWords.Sentence(comparison)}\n{again.OfComparison(run)}", title);
            }

            foreach (string gap in run.GapVerdict == Verdict.Passed ? [] : baseline.Gaps)
            {
                yield return Command(run.GapVerdict, run, 0, $"{run.Variant.Title}: {gap}", "Rollout check does not compare everything");
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
                Markdown.Plain(run.Variant.Title), Human.Count(run.Outcomes.Count), CheckTable.Expectations(run), CheckTable.Compared(run),
                run.Verdict == Verdict.Passed ? "passed" : $"**{CheckTable.Word(run.Verdict)}**",
            }));
        string[] lines = [.. runs.SelectMany(run => CheckTable.Details(run, all: false).Select(line => $"- {Markdown.Plain(run.Variant.Title)}: {Markdown.Plain(line.Text)}"))];
        if (lines.Length > 0) page.Paragraph(string.Join('\n', lines));
        return page.ToString();
    }

    // A step may work in a folder of the repository; what lies outside of it has no line in a diff.
    private static string InWorkspace(string file, string? workspace)
    {
        string within = string.IsNullOrEmpty(workspace) ? file : Path.GetRelativePath(workspace, file);
        return (within.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(within) ? file : within).Replace('\\', '/');
    }

    private static string Data(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
