using System.CommandLine;
using System.Globalization;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim tune</c>.</summary>
internal static class TuneVerb
{
    private const int NormalSeeds = 12;

    private const int NormalBudget = 250;

    public static Command Create(TextWriter output, TextWriter errors)
    {
        Argument<string> file = CommonOptions.File();
        Option<string[]> vary = CommonOptions.Vary("What varies: path=low..high or path=v1,v2,... May be repeated.");
        Option<string> minimize = CommonOptions.OfMetrics(
            new Option<string>("--minimize") { Description = "The metric to make least (or most, where more is better).", HelpName = "METRIC", Required = true });
        Option<string[]> subject = CommonOptions.OfMetrics(new Option<string[]>("--subject-to")
        {
            Description = "A bound that every seed must keep, METRIC<=VALUE or METRIC>=VALUE, for example 'registries.docker.io.peakBytesPerSecond<=5Gbps'. May be repeated; what the scenario expects counts too.",
            HelpName = "BOUND",
            AllowMultipleArgumentsPerToken = false,
        });
        Option<int> budget = CommonOptions.Whole("--budget", "The most runs to make.", 1, 1_000_000, NormalBudget);
        Option<string?> variant = CommonOptions.Variant("--variant");
        Option<int> seeds = CommonOptions.Whole(
            "--seeds", "The seeds with which the best settings are told apart; the first look takes two, and what is found is tried with as many again that took no part in the search.",
            1, 10_000, NormalSeeds);
        Option<ulong?> seed = CommonOptions.Seed();
        Option<string[]> sets = CommonOptions.Sets();
        Option<bool> noExpect = CommonOptions.NoExpect();
        Option<string?> outDirectory = new("--out") { Description = "Where the report goes instead of reports/<scenario>-tune.", HelpName = "DIR" };
        Option<bool> resume = CommonOptions.Resume("Goes on with a search that was stopped: runs that it has made are not made again.");
        var noPlots = new Option<bool>("--no-plots") { Description = "Writes tables only." };
        Option<int> workers = CommonOptions.Workers();
        var command = new Command("tune", "Looks for the best setting under constraints with fewer runs than a sweep, and says how sure it is.")
        {
            file, vary, minimize, subject, noExpect, budget, variant, seeds, seed, sets, outDirectory, resume, noPlots, workers,
        };
        command.SetAction(parsed =>
        {
            string[] varied = parsed.GetValue(vary)!, bounds = parsed.GetValue(subject) ?? [], replaced = parsed.GetValue(sets) ?? [];
            List<string> words = ["kruise-sim", "tune", parsed.GetValue(file)!];
            foreach (string one in varied) words.AddRange(["--vary", one]);
            words.AddRange(["--minimize", parsed.GetValue(minimize)!]);
            foreach (string one in bounds) words.AddRange(["--subject-to", one]);
            if (parsed.GetValue(noExpect)) words.Add("--no-expect");
            if (parsed.GetValue(budget) != NormalBudget) words.AddRange(["--budget", parsed.GetValue(budget).ToString(CultureInfo.InvariantCulture)]);
            if (parsed.GetValue(seeds) != NormalSeeds) words.AddRange(["--seeds", parsed.GetValue(seeds).ToString(CultureInfo.InvariantCulture)]);
            if (parsed.GetValue(variant) is { } name) words.AddRange(["--variant", name]);
            if (parsed.GetValue(seed) is { } first) words.AddRange(["--seed", first.ToString(CultureInfo.InvariantCulture)]);
            foreach (string one in replaced) words.AddRange(["--set", one]);
            return new TuneCommand(output, errors).Run(new TuneArguments
            {
                File = parsed.GetValue(file)!,
                Varied = varied,
                Minimize = parsed.GetValue(minimize)!,
                SubjectTo = bounds,
                IgnoresExpectations = parsed.GetValue(noExpect),
                Budget = parsed.GetValue(budget),
                Variant = parsed.GetValue(variant),
                Seeds = parsed.GetValue(seeds),
                Seed = parsed.GetValue(seed),
                Sets = replaced,
                Out = parsed.GetValue(outDirectory),
                Resume = parsed.GetValue(resume),
                Plots = !parsed.GetValue(noPlots),
                Workers = parsed.GetValue(workers),
                Command = ShellWords.Join(words),
            });
        });
        return command;
    }
}
