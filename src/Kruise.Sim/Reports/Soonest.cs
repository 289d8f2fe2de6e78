using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports;

/// <summary>Which variant has a thing done first and which last, in a sentence.</summary>
internal static class Soonest
{
    /// <summary>Factors below this are none to a reader.</summary>
    private const double LeastFactor = 1.005;

    /// <param name="does">What it does, as a verb: <c>is through</c>.</param>
    /// <param name="variants">The variants that did it and the seconds that it took them, in any order.</param>
    /// <param name="link">A variant's time as it is to be shown: to the row that it came from.</param>
    /// <returns>Empty when none did it.</returns>
    public static string Of(string does, IEnumerable<(RunResult Run, double Seconds)> variants, Func<RunResult, string, string> link)
    {
        (RunResult Run, double Seconds)[] ordered = [.. variants.OrderBy(variant => variant.Seconds)];
        if (ordered is not [var first, .. _]) return "";
        (RunResult Run, double Seconds) last = ordered[^1];
        string sentence = $"{Name(first.Run)} {does} soonest, in {Duration(first)}";
        if (ordered.Length > 1)
        {
            sentence += last.Seconds.Equals(first.Seconds) ? ordered.Length == 2 ? $", {Name(last.Run)} as soon" : ", the others as soon"
                : $"; {Name(last.Run)} takes longest, {Duration(last)}" + (first.Seconds > 0 && last.Seconds / first.Seconds >= LeastFactor ? $" ({Human.Factor(last.Seconds / first.Seconds)} as long)" : "");
        }

        return sentence + ".";

        string Duration((RunResult Run, double Seconds) variant) => link(variant.Run, Human.DurationAndSeconds(Math.Round(variant.Seconds, 3)));
    }

    private static string Name(RunResult run) => Markdown.Plain(run.Variant ?? "");
}
