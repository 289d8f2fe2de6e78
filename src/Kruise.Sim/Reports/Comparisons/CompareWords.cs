using Kruise.Sim.Comparisons;
using Kruise.Sim.Measures;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Reports.Comparisons;

/// <summary>Differences of two sides in words.</summary>
internal static class CompareWords
{
    private const int Named = 4;

    public static string Difference(PairedComparison compared)
    {
        if (compared.Moves == (0, 0)) return "–";
        int moved = compared.Moves.Up + compared.Moves.Down;
        string shift = double.IsFinite(compared.Shift)
            ? Human.Difference(compared.Name, compared.Shift) + (double.IsFinite(compared.RelativeShift) ? $" ({Human.RelativeDifference(compared.RelativeShift)})" : "")
            : "–";
        // The shift of a measure is that of the seeds that differ.
        return moved == compared.Pairs || compared.Interval is null ? shift : FormattableString.Invariant($"{shift} in {moved} of {compared.Pairs} seeds");
    }

    public static string Interval(PairedComparison compared) => compared.Interval is { } interval && double.IsFinite(interval.Low) && double.IsFinite(interval.High)
        ? $"{Human.Difference(compared.Name, interval.Low)} to {Human.Difference(compared.Name, interval.High)}"
        : "–";

    /// <summary>What the difference is worth; of a single seed only which way it goes.</summary>
    public static string Verdict(PairedComparison compared) => compared.Pairs > 1 ? compared.Change switch
    {
        Change.Same => "same",
        Change.Better => "better",
        Change.Worse => "worse",
        Change.Other => "differs",
        _ => compared.SeedsToDecide is { } seeds ? FormattableString.Invariant($"not decided ({seeds} seeds would)") : "not decided",
    }
    : compared.Moves == (0, 0) || Math.Abs(compared.RelativeShift) <= Comparison.Floor ? "same"
    : compared.Metric.Better == Better.Neither ? "differs"
    : compared.Shift < 0 == (compared.Metric.Better == Better.Lower) ? "better" : "worse";

    /// <summary>The answer in a sentence or two: what of the headline metrics got better and worse, and where the time moved.</summary>
    public static string Answer(Comparison comparison)
    {
        PairedComparison[] headline = [.. comparison.Differing.Where(compared => compared.Metric.IsHeadline)];
        string better = List(headline.Where(compared => Verdict(compared) == "better")), worse = List(headline.Where(compared => Verdict(compared) == "worse"));
        string open = List(headline.Where(compared => Verdict(compared).StartsWith("not decided", StringComparison.Ordinal)));
        string[] parts =
        [
            .. new[]
            {
                better.Length > 0 ? "better in " + better : "",
                worse.Length > 0 ? "worse in " + worse : "",
                open.Length > 0 ? "not decided by so few seeds in " + open : "",
            }.Where(part => part.Length > 0),
        ];
        string text = parts.Length == 0
            ? $"Between {comparison.A.Label} and {comparison.B.Label} no headline figure differs by more than {Human.Percent(Comparison.Floor)} for certain."
            : $"{comparison.B.Label} against {comparison.A.Label}: " + string.Join("; ", parts) + ".";
        if (comparison.Moved is [var most, ..])
            text += $" Most of the time that moved is {most.Cause}: {Human.Duration(most.A)} {A(most.Whose)} and then {Human.Duration(most.B)}.";
        return text;
    }

    private static string List(IEnumerable<PairedComparison> metrics)
    {
        PairedComparison[] all = [.. metrics.OrderByDescending(compared => Math.Abs(compared.RelativeShift))];
        string text = string.Join(", ", all.Take(Named).Select(compared => $"{compared.Name} ({Human.Metric(compared.Name, compared.Before)} → {Human.Metric(compared.Name, compared.Now)})"));
        return all.Length > Named ? FormattableString.Invariant($"{text} and {all.Length - Named} more") : text;
    }

    /// <summary>With its article: <c>a pod</c>, <c>an upgrade</c>.</summary>
    public static string A(string thing) => ("aeiou".Contains(thing[0], StringComparison.Ordinal) ? "an " : "a ") + thing;
}
