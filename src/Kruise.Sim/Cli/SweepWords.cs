using System.Globalization;
using Kruise.Sim.Cli.Verbs;

namespace Kruise.Sim.Cli;

/// <summary>The options that make a sweep what it is, as a command line has them: what changes only where and how fast it runs is left out.</summary>
internal static class SweepWords
{
    public static IReadOnlyList<string> Of(SweepArguments arguments)
    {
        List<string> words = [];
        foreach (string varied in arguments.Varied) words.AddRange(["--vary", varied]);
        if (arguments.Sample is { } sample) words.AddRange(["--sample", sample.ToString(CultureInfo.InvariantCulture)]);
        if (arguments.Variant is { } variant) words.AddRange(["--variant", variant]);
        if (arguments.Seeds != SweepVerb.NormalSeeds) words.AddRange(["--seeds", arguments.Seeds.ToString(CultureInfo.InvariantCulture)]);
        if (arguments.Seed is { } seed) words.AddRange(["--seed", seed.ToString(CultureInfo.InvariantCulture)]);
        foreach (string set in arguments.Sets) words.AddRange(["--set", set]);
        foreach (string metric in arguments.Minimize) words.AddRange(["--minimize", metric]);
        if (arguments.Within != 0.1) words.AddRange(["--within", arguments.Within.ToString("R", CultureInfo.InvariantCulture)]);
        if (arguments.IgnoresExpectations) words.Add("--no-expect");
        return words;
    }
}
