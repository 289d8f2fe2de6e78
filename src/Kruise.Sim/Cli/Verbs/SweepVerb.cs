using System.CommandLine;
using System.Globalization;
using Kruise.Core.ImagePull;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Cli.Verbs;

/// <summary><c>kruise-sim sweep</c>.</summary>
internal static class SweepVerb
{
    public const int NormalSeeds = 5;

    public static Command Create(TextWriter output, TextWriter errors)
    {
        Argument<string> file = CommonOptions.File();
        Option<string[]> vary = CommonOptions.Vary("What varies and its values, for example timeline[0].apply.spec.parallelism=10,20,50. May be repeated: every combination is run.");
        Option<int?> sample = new("--sample")
        {
            Description = "Draws so many settings instead of taking every combination, spread evenly over each value (a Latin hypercube); a value may then be a range, path=low..high.",
            HelpName = "N",
            CustomParser = result => CommonOptions.ParseWhole("--sample", result, 1, Sweeps.Design.MaxPoints),
        };
        Option<string?> variant = CommonOptions.Variant("--variant");
        Option<int> seeds = CommonOptions.Seeds(NormalSeeds);
        Option<ulong?> seed = CommonOptions.Seed();
        Option<string[]> sets = CommonOptions.Sets();
        Option<string[]> minimize = CommonOptions.OfMetrics(new Option<string[]>("--minimize")
        {
            Description = "A metric to make better; the first named counts most. Without any, those that suit the scenario: time, registry peak, pods unavailable, API writes.",
            HelpName = "METRIC",
            AllowMultipleArgumentsPerToken = true,
        });
        Option<CommonOptions.Portion> within = CommonOptions.ShareOption("--within", "How much worse than the best in the first metric a setting may be and still be recommended for what it saves in the others.", 0.1);
        Option<bool> noExpect = CommonOptions.NoExpect();
        Option<string?> outDirectory = new("--out") { Description = "Where the report goes instead of reports/<scenario>-sweep; with --shard also -, standard output.", HelpName = "DIR" };
        Option<bool> resume = CommonOptions.Resume("Goes on with a sweep that was stopped: runs that it has made are not made again.");
        Option<(int Part, int Parts)?> shard = new("--shard")
        {
            Description = "Runs only the i-th of n parts and leaves a file for kruise-sim merge. job/n takes the part from JOB_COMPLETION_INDEX, as Kubernetes gives it to the pods of an indexed Job.",
            HelpName = "i/n",
            CustomParser = result => ReadShard(result.Tokens[0].Value, result),
        };
        Option<int?> emitJob = new("--emit-job")
        {
            Description = "Prints an indexed Job that runs the sweep in so many parts on a Kubernetes cluster, with all that it needs, and runs nothing.",
            HelpName = "N",
            CustomParser = result => CommonOptions.ParseWhole("--emit-job", result, 1, 1000),
        };
        Option<string?> image = new("--image") { Description = "The container image whose kruise-sim the Job runs.", HelpName = "IMAGE" };
        Option<string?> claim = new("--claim") { Description = "The PersistentVolumeClaim that takes the Job's results; without one they are in the pods' logs.", HelpName = "NAME" };
        var noPlots = new Option<bool>("--no-plots") { Description = "Writes tables only." };
        Option<int> workers = CommonOptions.Workers();
        var command = new Command("sweep", "Runs a scenario with many settings over several seeds, and says which to take, by what margin, and which lines to change.")
        {
            file, vary, sample, variant, seeds, seed, sets, minimize, within, noExpect, outDirectory, resume, shard, emitJob, image, claim, noPlots, workers,
        };
        command.Validators.Add(result =>
        {
            bool job = result.GetResult(emitJob) is not null;
            if (job && result.GetValue(image) is null) result.AddError("--emit-job needs --image IMAGE");
            if (!job && result.GetValue(image) is not null) result.AddError("--image: only --emit-job makes a Job that runs one");
            if (!job && result.GetValue(claim) is not null) result.AddError("--claim: only --emit-job makes a Job that uses one");
            if (result.GetValue(image) is { } name && !ImageReference.TryParse(name, out _, out string problem)) result.AddError($"--image {Quote.Text(name)}: {problem}");
            if (result.GetValue(claim) is { } volume && TextForms.Check(volume, TextFormat.DnsSubdomain) is { } wrong) result.AddError($"--claim: {wrong}");
            if (result.GetValue(outDirectory) == "-" && result.GetValue(resume)) result.AddError("--resume: of what goes to standard output nothing is kept to go on with");
            if (result.GetValue(outDirectory) == "-" && result.GetResult(shard) is null) result.AddError("--out -: a report is a folder; only a part (--shard) goes to standard output");
            if (result.GetResult(emitJob) is not null && result.GetResult(shard) is not null) result.AddError("--emit-job and --shard exclude each other");
        });
        command.SetAction(parsed => new SweepCommand(output, errors).Run(new SweepArguments
        {
            File = parsed.GetValue(file)!,
            Varied = parsed.GetValue(vary)!,
            Sample = parsed.GetValue(sample),
            Variant = parsed.GetValue(variant),
            Seeds = parsed.GetValue(seeds),
            Seed = parsed.GetValue(seed),
            Sets = parsed.GetValue(sets) ?? [],
            Minimize = parsed.GetValue(minimize) ?? [],
            Within = parsed.GetValue(within).Value,
            IgnoresExpectations = parsed.GetValue(noExpect),
            Out = parsed.GetValue(outDirectory),
            Resume = parsed.GetValue(resume),
            Shard = parsed.GetValue(shard),
            JobParts = parsed.GetValue(emitJob),
            Image = parsed.GetValue(image),
            Claim = parsed.GetValue(claim),
            Plots = !parsed.GetValue(noPlots),
            Workers = parsed.GetValue(workers),
        }));
        return command;
    }

    private static (int Part, int Parts)? ReadShard(string text, System.CommandLine.Parsing.ArgumentResult result)
    {
        string[] halves = text.Split('/');
        if (halves.Length == 2 && int.TryParse(halves[1], NumberStyles.None, CultureInfo.InvariantCulture, out int parts) && parts is >= 1 and <= 10_000)
        {
            string? index = halves[0] == "job" ? Environment.GetEnvironmentVariable("JOB_COMPLETION_INDEX") : null;
            if (int.TryParse(index ?? halves[0], NumberStyles.None, CultureInfo.InvariantCulture, out int part) && part + (index is null ? 0 : 1) is var number && number >= 1 && number <= parts)
            {
                return (number, parts);
            }

            if (halves[0] == "job")
            {
                result.AddError($"--shard: {Quote.Text(text)} needs JOB_COMPLETION_INDEX in the environment, 0 to {halves[1]} less one; it is {(index is null ? "not set" : Quote.Text(index))}");
                return null;
            }
        }

        result.AddError($"--shard: {Quote.Text(text)} is not allowed; allowed: i/n with i from 1 to n and n up to 10000, or job/n");
        return null;
    }
}
