using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports;

/// <summary>Which variant has a thing done first and which last, in a sentence.</summary>
internal static class Soonest
{
    /// <summary>Factors below this are none to a reader.</summary>
    private const double LeastFactor = 1.005;

    /// <param name="does">What it does, as a verb: <c>is through</c>.</param>
    /// <param name="variants">The variants that did it and the seconds that it took them, in any order.</param>
    /// <returns>Empty when none did it.</returns>
    public static string Of(string does, IEnumerable<(RunResult Run, double Seconds)> variants)
    {
        (RunResult Run, double Seconds)[] ordered = [.. variants.OrderBy(variant => variant.Seconds)];
        if (ordered is not [var first, .. _]) return "";
        (RunResult last, double most) = ordered[^1];
        string sentence = $"{Name(first.Run)} {does} soonest, in {Duration(first.Seconds)}";
        if (ordered.Length > 1)
        {
            sentence += most.Equals(first.Seconds) ? ordered.Length == 2 ? $", {Name(last)} as soon" : ", the others as soon"
                : $"; {Name(last)} takes longest, {Duration(most)}" + (first.Seconds > 0 && most / first.Seconds >= LeastFactor ? $" ({Human.Factor(most / first.Seconds)} as long)" : "");
        }

        return sentence + ".";
    }

    private static string Name(RunResult run) => Markdown.Plain(run.Variant ?? "");

    private static string Duration(double seconds) => Human.DurationAndSeconds(Math.Round(seconds, 3));
}
