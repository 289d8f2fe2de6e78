using System.CommandLine;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim check</c>.</summary>
internal static class CheckVerb
{
    public static Command Create(TextWriter output, TextWriter errors)
    {
        Argument<string[]> files = CommonOptions.Files();
        files.Description = "Scenario files, or folders of them.";
        Option<int> seeds = CommonOptions.Seeds(10);
        Option<ulong?> seed = CommonOptions.Seed();
        seed.Description = "Replaces the scenarios' first seed; the others follow it.";
        Option<string[]> sets = CommonOptions.Sets();
        var baseline = new Option<string?>("--baseline") { Description = "A file with the figures to compare with, on the same seeds.", HelpName = "FILE" };
        var update = new Option<bool>("--update-baseline") { Description = "Writes the figures of these runs into the baseline; those of other scenarios stay." };
        Option<string[]> metrics = CommonOptions.OfMetrics(new Option<string[]>("--metric")
        {
            Description = "Compares this metric instead of the headline metrics and those expected. May be repeated.",
            HelpName = "METRIC",
            AllowMultipleArgumentsPerToken = false,
        });
        Option<CommonOptions.Portion> floor = CommonOptions.ShareOption("--floor", "The relative change up to which a metric counts as the same.", 0.01);
        Option<CommonOptions.Portion> confidence = CommonOptions.ShareOption("--confidence", "How sure a verdict on a changed metric must be, over all metrics of a scenario together.", 0.95);
        var junit = new Option<string?>("--junit") { Description = "Writes the verdicts as JUnit XML.", HelpName = "FILE" };
        var github = new Option<bool>("--github") { Description = "Prints GitHub annotations, and appends a summary to $GITHUB_STEP_SUMMARY." };
        var allow = new Option<bool>("--allow-inconclusive") { Description = "Exits with 0 where the seeds decide nothing, and nothing failed." };
        Option<int> workers = CommonOptions.Workers();
        var command = new Command("check", "Runs scenarios over several seeds and says whether they pass, fail or leave it open; with a baseline also what got better or worse.")
        {
            files, seeds, seed, sets, baseline, update, metrics, floor, confidence, junit, github, allow, workers,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(update) && result.GetValue(baseline) is null) result.AddError("--update-baseline needs --baseline FILE");
        });
        command.SetAction(parsed => new CheckCommand(output, errors).Run(new CheckArguments
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
}
