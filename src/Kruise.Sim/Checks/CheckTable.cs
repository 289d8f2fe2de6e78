using Kruise.Sim.Reports;
using Kruise.Sim.Trials;
using Spectre.Console;

namespace Kruise.Sim.Checks;

/// <summary>The verdicts as a table, and below it what is worth a sentence.</summary>
internal static class CheckTable
{
    /// <summary>Scenarios and variants up to which everything expected is listed, not only what failed.</summary>
    private const int ListedWhole = 3;

    private const int OthersNamed = 3;

    public static void Write(IAnsiConsole console, IReadOnlyList<CheckedVariant> runs, IEnumerable<string> onlyInBaseline)
    {
        bool compares = runs.Any(run => run.Comparisons.Count > 0 || run.NotCompared is not null);
        Table table = new() { Border = TableBorder.Rounded, UseSafeBorder = true };
        table.AddColumn("scenario").AddColumn(new TableColumn("seeds").RightAligned()).AddColumn("expectations");
        if (compares) table.AddColumn("against the baseline");
        table.AddColumn("verdict");
        foreach (CheckedVariant run in runs)
        {
            List<string> cells = [Markup.Escape(run.Title), Human.Count(run.Outcomes.Count), Expectations(run)];
            if (compares) cells.Add(Markup.Escape(Compared(run)));
            cells.Add(Coloured(run.Verdict, Word(run.Verdict)));
            table.AddRow([.. cells]);
        }

        console.Write(table);
        foreach (CheckedVariant run in runs)
        {
            foreach ((Verdict verdict, string text) in Details(run, runs.Count <= ListedWhole))
            {
                console.MarkupLine($"{Coloured(verdict, Word(verdict).PadRight(12))} {Markup.Escape(run.Title)}: {Markup.Escape(text)}");
            }
        }

        string[] others = [.. onlyInBaseline];
        if (others.Length > 0)
        {
            string rest = others.Length > OthersNamed ? FormattableString.Invariant($" and {others.Length - OthersNamed} more") : "";
            console.MarkupLine($"[yellow]{"note",-12}[/] " + Markup.Escape($"in the baseline and not run: {string.Join(", ", others.Take(OthersNamed))}{rest}"));
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
        run.NotCompared ?? (run.Comparisons.Count == 0 ? "" : string.Join(", ", run.Comparisons.GroupBy(c => c.Change).OrderBy(group => group.Key).Select(group =>
            FormattableString.Invariant($"{group.Count()} {Word(group.Key)}"))));

    /// <summary>What is worth a sentence: all that failed or changed, and with <paramref name="all"/> what passed too.</summary>
    public static IEnumerable<(Verdict Verdict, string Text)> Details(CheckedVariant run, bool all)
    {
        foreach (ExpectationCheck check in run.Expectations.Where(e => all || e.Verdict != Verdict.Passed))
        {
            yield return (check.Verdict, $"{CheckWords.Expected(check.Expectation)}: {CheckWords.Found(check)}");
        }

        foreach ((ulong seed, int count, Measures.Workloads.Violation first) in run.Violated)
        {
            yield return (Verdict.Failed, FormattableString.Invariant($"seed {seed}, {count} violations, the first {first.Text}"));
        }

        foreach (PairedComparison comparison in run.Comparisons.Where(c => c.Change != Change.Same))
        {
            Verdict verdict = comparison.Change switch { Change.Worse => Verdict.Failed, Change.Inconclusive => Verdict.Inconclusive, _ => Verdict.Passed };
            yield return (verdict, CheckWords.Sentence(comparison));
        }
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
