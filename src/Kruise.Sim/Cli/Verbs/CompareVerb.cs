using System.CommandLine;
using System.Globalization;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim compare</c>.</summary>
internal static class CompareVerb
{
    public static Command Create(TextWriter output, TextWriter errors)
    {
        var a = new Argument<string>("A") { Description = "A scenario file, or the folder of a run." };
        var b = new Argument<string?>("B") { Description = "What it is compared with; without it the same file, with another variant or other values.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> variantA = CommonOptions.Variant("--variant-a"), variantB = CommonOptions.Variant("--variant-b");
        variantA.Description = "The variant of A; without it the first.";
        variantB.Description = "The variant of B; without it the first, or the second of the same file.";
        Option<string[]> sets = CommonOptions.Sets(), setsA = Set("--set-a", "A"), setsB = Set("--set-b", "B");
        Option<int> seeds = CommonOptions.Seeds(1);
        Option<ulong?> seed = CommonOptions.Seed();
        Option<string?> outDirectory = new("--out") { Description = "Where the report goes instead of reports/<scenario>-compare.", HelpName = "DIR" };
        var noPlots = new Option<bool>("--no-plots") { Description = "Writes tables only." };
        Option<int> workers = CommonOptions.Workers();
        var command = new Command("compare", "Two runs or two scenarios side by side: every metric, the curves, and where the time moved.")
        {
            a, b, variantA, variantB, sets, setsA, setsB, seeds, seed, outDirectory, noPlots, workers,
        };
        command.SetAction(parsed =>
        {
            List<string> words = ["kruise-sim", "compare", parsed.GetValue(a)!];
            if (parsed.GetValue(b) is { } other) words.Add(other);
            if (parsed.GetValue(variantA) is { } first) words.AddRange(["--variant-a", first]);
            if (parsed.GetValue(variantB) is { } second) words.AddRange(["--variant-b", second]);
            foreach (Option<string[]> option in (ReadOnlySpan<Option<string[]>>)[sets, setsA, setsB])
            {
                foreach (string set in parsed.GetValue(option) ?? []) words.AddRange([option.Name, set]);
            }

            if (parsed.GetValue(seeds) > 1) words.AddRange(["--seeds", parsed.GetValue(seeds).ToString(CultureInfo.InvariantCulture)]);
            if (parsed.GetValue(seed) is { } from) words.AddRange(["--seed", from.ToString(CultureInfo.InvariantCulture)]);
            return new CompareCommand(output, errors).Run(new CompareArguments
            {
                A = parsed.GetValue(a)!,
                B = parsed.GetValue(b),
                VariantA = parsed.GetValue(variantA),
                VariantB = parsed.GetValue(variantB),
                Sets = parsed.GetValue(sets) ?? [],
                SetsA = parsed.GetValue(setsA) ?? [],
                SetsB = parsed.GetValue(setsB) ?? [],
                Seeds = parsed.GetValue(seeds),
                Seed = parsed.GetValue(seed),
                Out = parsed.GetValue(outDirectory),
                Plots = !parsed.GetValue(noPlots),
                Workers = parsed.GetValue(workers),
                Command = ShellWords.Join(words),
            });
        });
        return command;
    }

    private static Option<string[]> Set(string name, string side) => CommonOptions.Sets(name, $"Replaces a value of {side} alone. May be repeated.");
}
