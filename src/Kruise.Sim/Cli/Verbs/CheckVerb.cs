using System.CommandLine;
using System.Globalization;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim check</c>.</summary>
internal static class CheckVerb
{
    public const string Name = "check";

    private const int NormalSeeds = 10;

    private const double NormalFloor = 0.01, NormalConfidence = 0.95;

    public static Command Create(TextWriter output, TextWriter errors, Func<string, string?> environment)
    {
        Argument<string[]> files = CommonOptions.Files();
        files.Description = "Scenario files, or folders of them; sub-folders are not looked into.";
        Option<int> seeds = CommonOptions.Seeds(NormalSeeds);
        Option<ulong?> seed = CommonOptions.Seed();
        seed.Description = "Replaces the scenarios' first seed; the others follow it.";
        Option<string[]> sets = CommonOptions.Sets();
        var baseline = new Option<string?>("--baseline") { Description = "A file with the figures to compare with, on the same seeds.", HelpName = "FILE" };
        var update = new Option<bool>("--update-baseline") { Description = "Writes the figures of these runs into the baseline; those of other scenarios stay, and with --metric those of other metrics." };
        Option<string[]> metrics = CommonOptions.OfMetrics(new Option<string[]>("--metric")
        {
            Description = "Compares this metric instead of the headline metrics, those expected and those in the baseline. May be repeated.",
            HelpName = "METRIC",
            AllowMultipleArgumentsPerToken = false,
        });
        Option<CommonOptions.Portion> floor = CommonOptions.ShareOption("--floor", "The relative change up to which a metric counts as the same.", NormalFloor);
        Option<CommonOptions.Portion> confidence = CommonOptions.ShareOption(
            "--confidence", "How sure a verdict on a changed metric must be, over all metrics of a scenario (or of one of its variants) together.", NormalConfidence);
        var junit = new Option<string?>("--junit") { Description = "Writes the verdicts as JUnit XML.", HelpName = "FILE" };
        var github = new Option<bool>("--github") { Description = "Prints GitHub annotations, and appends a summary to $GITHUB_STEP_SUMMARY." };
        var allow = new Option<bool>("--allow-inconclusive") { Description = "Exits with 0 where the seeds or the baseline decide nothing, and nothing failed." };
        Option<int> workers = CommonOptions.Workers();
        var command = new Command(Name, "Runs scenarios over several seeds and says whether they pass, fail or leave it open; with a baseline also what got better or worse.")
        {
            files, seeds, seed, sets, baseline, update, metrics, floor, confidence, junit, github, allow, workers,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(update) && result.GetValue(baseline) is null) result.AddError("--update-baseline needs --baseline FILE");
        });
        command.SetAction(parsed => new CheckCommand(output, errors, environment).Run(new CheckArguments
        {
            Paths = parsed.GetValue(files)!,
            Seeds = parsed.GetValue(seeds),
            Seed = parsed.GetValue(seed),
            Sets = parsed.GetValue(sets) ?? [],
            Baseline = parsed.GetValue(baseline),
            UpdateBaseline = parsed.GetValue(update),
            Metrics = parsed.GetValue(metrics) ?? [],
            Floor = parsed.GetValue(floor).Value,
            Confidence = parsed.GetValue(confidence).Value,
            JUnit = parsed.GetValue(junit),
            GitHub = parsed.GetValue(github),
            AllowInconclusive = parsed.GetValue(allow),
            Workers = parsed.GetValue(workers),
        }));
        return command;
    }

    /// <summary>The options that make a check what it is, as a command line has them: what changes only where and how fast it runs is left out.</summary>
    public static IReadOnlyList<string> Words(CheckArguments arguments)
    {
        List<string> words = [];
        if (arguments.Seeds != NormalSeeds) words.AddRange(["--seeds", arguments.Seeds.ToString(CultureInfo.InvariantCulture)]);
        if (arguments.Seed is { } seed) words.AddRange(["--seed", seed.ToString(CultureInfo.InvariantCulture)]);
        foreach (string set in arguments.Sets) words.AddRange(["--set", set]);
        if (arguments.Baseline is { } baseline) words.AddRange(["--baseline", baseline]);
        foreach (string metric in arguments.Metrics) words.AddRange(["--metric", metric]);
        if (arguments.Floor != NormalFloor) words.AddRange(["--floor", arguments.Floor.ToString("R", CultureInfo.InvariantCulture)]);
        if (arguments.Confidence != NormalConfidence) words.AddRange(["--confidence", arguments.Confidence.ToString("R", CultureInfo.InvariantCulture)]);
        return words;
    }
}
