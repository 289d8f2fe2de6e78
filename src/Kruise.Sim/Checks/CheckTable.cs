using Kruise.Sim.Reports;
using Kruise.Sim.Trials;
using Spectre.Console;

namespace Kruise.Sim.Checks;

/// <summary>The verdicts as a table, and below it what is worth a sentence.</summary>
internal static class CheckTable
{
    /// <summary>Scenarios and variants up to which everything expected is listed, not only what failed.</summary>
    private const int ListedWhole = 3;

    public static void Write(IAnsiConsole console, IReadOnlyList<CheckedVariant> runs, IEnumerable<string> onlyInBaseline)
    {
        bool compares = runs.Any(run => run.Baseline is not null);
        Table table = new() { Border = TableBorder.Rounded, UseSafeBorder = true };
        table.AddColumn("scenario").AddColumn(new TableColumn("seeds").RightAligned()).AddColumn("expectations");
        if (compares) table.AddColumn("against the baseline");
        table.AddColumn("verdict");
        foreach (CheckedVariant run in runs)
        {
            List<string> cells = [Markup.Escape(run.Variant.Title), Human.Count(run.Outcomes.Count), Expectations(run)];
            if (compares) cells.Add(Markup.Escape(Compared(run)));
            cells.Add(Coloured(run.Verdict, Word(run.Verdict)));
            table.AddRow([.. cells]);
        }

        console.Write(table);
        foreach (CheckedVariant run in runs)
        {
            foreach ((Verdict? verdict, string text) in Details(run, runs.Count <= ListedWhole))
            {
                string word = verdict is { } of ? Coloured(of, Word(of).PadRight(12)) : $"[yellow]{"note",-12}[/]";
                console.MarkupLine($"{word} {Markup.Escape(run.Variant.Title)}: {Markup.Escape(text)}");
            }
        }

        string[] others = [.. onlyInBaseline];
        if (others.Length > 0)
        {
            console.MarkupLine($"[yellow]{"note",-12}[/] " + Markup.Escape($"in the baseline and not run: {BaselineComparison.Names(others)}"));
        }

        console.MarkupLine(Markup.Escape(Totals(runs)));
    }

    /// <summary>How many passed, failed and were inconclusive.</summary>
    public static string Totals(IReadOnlyList<CheckedVariant> runs)
    {
        int Count(Verdict verdict) => runs.Count(run => run.Verdict == verdict);
        return FormattableString.Invariant($"{Count(Verdict.Passed)} passed, {Count(Verdict.Failed)} failed, {Count(Verdict.Inconclusive)} inconclusive");
    }

    public static string Word(Verdict verdict) => verdict switch { Verdict.Passed => "passed", Verdict.Failed => "FAILED", _ => "inconclusive" };

    /// <summary>The expectations of a run, counted by verdict.</summary>
    public static string Expectations(CheckedVariant run)
    {
        var counts = run.Expectations.GroupBy(e => e.Verdict).OrderBy(group => group.Key).Select(group => FormattableString.Invariant($"{group.Count()} {Word(group.Key)}")).ToList();
        if (run.Violated.Any()) counts.Add("rules VIOLATED");
        return counts.Count == 0 ? "none" : string.Join(", ", counts);
    }

    /// <summary>The metrics compared, counted by what became of them.</summary>
    public static string Compared(CheckedVariant run) =>
        run.Baseline is not { } baseline ? "" : baseline.Metrics.Count == 0 ? (run.IsAccepted ? "new" : "not compared")
        : string.Join(", ", baseline.Metrics.GroupBy(c => c.Change).OrderBy(group => group.Key).Select(group => FormattableString.Invariant($"{group.Count()} {Word(group.Key)}")))
            + (run.GapVerdict == Verdict.Passed ? "" : ", not all");

    /// <summary>What is worth a sentence: all that failed or changed, and with <paramref name="all"/> what passed too; notes have no verdict.</summary>
    public static IEnumerable<(Verdict? Verdict, string Text)> Details(CheckedVariant run, bool all)
    {
        foreach (ExpectationCheck check in run.Expectations.Where(e => all || e.Verdict != Verdict.Passed))
        {
            yield return (check.Verdict, $"{CheckWords.Expected(check.Expectation)}: {CheckWords.Found(check)}");
        }

        foreach ((ulong seed, int count, Measures.Workloads.Violation first) in run.Violated)
        {
            yield return (Verdict.Failed, FormattableString.Invariant($"seed {seed}, {count} violations, the first {first.Text}"));
        }

        if (run.Baseline is not { } baseline) yield break;
        foreach (PairedComparison comparison in baseline.Metrics.Where(c => c.Change != Change.Same))
        {
            yield return (run.VerdictOn(comparison), CheckWords.Sentence(comparison) + (run.IsAccepted && comparison.Change != Change.Better ? "; accepted" : ""));
        }

        // Who updates the baseline closes its gaps.
        foreach (string gap in run.IsAccepted ? [] : baseline.Gaps) yield return (run.GapVerdict, gap);
        foreach (string note in run.IsAccepted ? [] : baseline.Notes) yield return (null, note);
    }

    private static string Word(Change change) => change switch
    {
        Change.Better => "better",
        Change.Worse => "WORSE",
        Change.Other => "changed",
        Change.Inconclusive => "inconclusive",
        _ => "same",
    };

    private static string Coloured(Verdict verdict, string text) => verdict switch
    {
        Verdict.Passed => $"[green]{text}[/]",
        Verdict.Failed => $"[red]{text}[/]",
        _ => $"[yellow]{text}[/]",
    };
}
