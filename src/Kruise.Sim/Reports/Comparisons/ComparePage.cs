using Kruise.Sim.Comparisons;
using static System.FormattableString;

namespace Kruise.Sim.Reports.Comparisons;

/// <summary>What the report of a comparison says: what differs, where the time moved, and every metric.</summary>
internal static class ComparePage
{
    public static ReportText Of(Comparison comparison)
    {
        string a = Markdown.Plain(comparison.A.Label), b = Markdown.Plain(comparison.B.Label);
        return new ReportText
        {
            Title = $"{comparison.A.Label} and {comparison.B.Label}",
            Question = $"What differs between {Markdown.Code(comparison.A.Source)} and {Markdown.Code(comparison.B.Source)}?",
            Answer = Markdown.Plain(CompareWords.Answer(comparison)),
            Before = comparison.Moved.Count == 0 ? [] : [Moved(comparison, a, b)],
            OfDrawn = comparison.Seeds > 1 ? "The curves are of the first seed." : "",
            After = [Metrics(comparison, a, b)],
            Reproduce = ReportText.Of(page => RunPage.Command(page, comparison.Command)),
            Data = $"[{CompareReport.FileName}]({CompareReport.FileName})",
        };
    }

    private static ReportSection Moved(Comparison comparison, string a, string b) => new("moved", "Where the time moved", ReportText.Of(page =>
    {
        page.Table(
            ["cause", "whose", ">" + a, ">" + b, ">difference"],
            comparison.Moved.Select(moved => (IReadOnlyList<string>)
                [moved.Cause, CompareWords.A(moved.Whose), Human.Duration(moved.A), Human.Duration(moved.B), (moved.Difference > 0 ? "+" : "−") + Human.Duration(Math.Abs(moved.Difference))]));
        page.Paragraph("Seconds by cause of all nodes that a job wants (of all pods that a set has), for each of them, mean over the seeds.");
    }))
    {
        ShortTitle = "Time moved",
        SortKeys = [null, null, Keys(comparison.Moved, moved => moved.A), Keys(comparison.Moved, moved => moved.B), Keys(comparison.Moved, moved => moved.Difference)],
    };

    private static ReportSection Metrics(Comparison comparison, string a, string b) => new("metrics", "Every metric", ReportText.Of(page =>
    {
        page.Table(
            ["metric", ">" + a, ">" + b, ">difference", ">interval", "verdict"],
            comparison.Metrics.Select(compared => (IReadOnlyList<string>)
            [
                Markdown.Code(compared.Name), Human.Metric(compared.Name, compared.Before), Human.Metric(compared.Name, compared.Now),
                CompareWords.Difference(compared), CompareWords.Interval(compared), CompareWords.Verdict(compared),
            ]));
        page.Paragraph(comparison.Seeds == 1
            ? $"One seed: the verdict says which way a figure goes, from {Human.Percent(Comparison.Floor)} on, and nothing of chance; --seeds N does."
            : Invariant($"{comparison.Seeds} seeds, the same for both. Times and amounts: medians, and the shift of the seeds that differ with its interval (signed ranks); counts: means (sign test). ")
                + $"A verdict is sure at {Human.Percent(Comparison.Confidence)} over all headline metrics together, and over all others together (Holm), to which the "
                + $"intervals are held too, and from {Human.Percent(Comparison.Floor)} on.");
    }))
    {
        ShortTitle = "Metrics",
        // Metrics of different units are put in order by how far they differ for their size.
        SortKeys =
        [
            null, Keys(comparison.Metrics, compared => compared.Before), Keys(comparison.Metrics, compared => compared.Now),
            Keys(comparison.Metrics, compared => compared.Moves == (0, 0) ? 0 : compared.RelativeShift), Keys(comparison.Metrics, compared => compared.Interval?.Low), null,
        ],
    };

    private static double?[] Keys<T>(IEnumerable<T> rows, Func<T, double?> key) => [.. rows.Select(key)];
}
