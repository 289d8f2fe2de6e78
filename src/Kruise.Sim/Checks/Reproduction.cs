using System.Globalization;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Checks;

/// <summary>The commands that show a verdict again.</summary>
/// <param name="Sets">What was given with --set.</param>
/// <param name="Check">The words that make a check what it is, without its files.</param>
internal sealed record Reproduction(IReadOnlyList<string> Sets, IReadOnlyList<string> Check)
{
    /// <summary>Runs one seed of a scenario, all its variants.</summary>
    public string OfSeed(CheckedVariant run, ulong seed) =>
        ShellWords.Join(["kruise-sim", "run", run.File, "--seed", seed.ToString(CultureInfo.InvariantCulture), .. Sets.SelectMany(set => (string[])["--set", set])]);

    /// <summary>Compares a scenario with the baseline again, which a single run cannot.</summary>
    public string OfComparison(CheckedVariant run) => ShellWords.Join(["kruise-sim", "check", run.File, .. Check]);
}
