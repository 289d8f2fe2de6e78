using Kruise.Sim.Comparisons;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Reports.Comparisons;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Cli;

internal sealed record CompareArguments
{
    public required string A { get; init; }

    /// <summary>Null for the same file.</summary>
    public string? B { get; init; }

    public string? VariantA { get; init; }

    public string? VariantB { get; init; }

    public IReadOnlyList<string> Sets { get; init; } = [];

    public IReadOnlyList<string> SetsA { get; init; } = [];

    public IReadOnlyList<string> SetsB { get; init; } = [];

    public required int Seeds { get; init; }

    public ulong? Seed { get; init; }

    public string? Out { get; init; }

    public bool Plots { get; init; } = true;

    public int Workers { get; init; } = 1;

    public required string Command { get; init; }
}

/// <summary>Puts two runs, or two scenarios on the same seeds, beside each other.</summary>
internal sealed class CompareCommand(TextWriter output, TextWriter errors)
{
    public int Run(CompareArguments arguments)
    {
        try
        {
            bool folderA = Directory.Exists(arguments.A), folderB = Directory.Exists(arguments.B ?? arguments.A);
            if (folderA != folderB)
            {
                errors.WriteLine($"compare: '{(folderA ? arguments.A : arguments.B)}' is the folder of a run and the other is not; compare two scenarios, or the folders of two runs");
                return ExitCode.BadInput;
            }

            return folderA ? Folders(arguments) : Scenarios(arguments);
        }
        catch (ReportException e)
        {
            errors.WriteLine(e.Message);
            return ExitCode.BadInput;
        }
    }

    private int Folders(CompareArguments arguments)
    {
        if (arguments.Sets.Count + arguments.SetsA.Count + arguments.SetsB.Count > 0 || arguments.Seeds > 1 || arguments.Seed is not null)
        {
            errors.WriteLine("compare: runs that are over have the seed and the values that they had; --seeds, --seed and --set are for scenarios");
            return ExitCode.BadInput;
        }

        if (Path.GetFullPath(arguments.B ?? arguments.A) == Path.GetFullPath(arguments.A) && arguments.VariantA == arguments.VariantB)
        {
            errors.WriteLine("compare: both sides are the same; name the folder of another run, or another variant (--variant-b)");
            return ExitCode.BadInput;
        }

        ComparedSide a = FolderSide.Read(arguments.A, arguments.VariantA, "--variant-a"), b = FolderSide.Read(arguments.B ?? arguments.A, arguments.VariantB, "--variant-b");
        return Report(arguments, a, b);
    }

    private int Scenarios(CompareArguments arguments)
    {
        bool one = arguments.B is null || arguments.B == arguments.A;
        // Of one file without more the first two variants.
        int second = one && arguments.SetsA.Count + arguments.SetsB.Count == 0 ? 1 : 0;
        if (ScenarioSide.Load(arguments.A, arguments.VariantA, 0, "--variant-a", arguments.Sets, arguments.SetsA, arguments.Seed, errors) is not { } a) return ExitCode.BadInput;
        // Both draw the same luck.
        ulong seed = arguments.Seed ?? a.Variant.Scenario.Spec.Seed;
        if (ScenarioSide.Load(arguments.B ?? arguments.A, arguments.VariantB, second, "--variant-b", arguments.Sets, arguments.SetsB, seed, errors) is not { } b) return ExitCode.BadInput;
        if (one && a.Variant.Name == b.Variant.Name && arguments.SetsA.SequenceEqual(arguments.SetsB, StringComparer.Ordinal))
        {
            errors.WriteLine("compare: both sides are the same; name another file, another variant (--variant-b) or another value (--set-b path=value)");
            return ExitCode.BadInput;
        }

        ReportWriter.CheckWritable(Folder(arguments, a.Variant.Scenario.Metadata.Name));
        using var interruption = new Interruption(errors);
        if (Run(arguments, [a, b], interruption) is not [var sideA, var sideB])
        {
            errors.WriteLine("interrupted: nothing was compared");
            return ExitCode.Interrupted;
        }

        return Report(arguments, sideA, sideB);
    }

    // The first seed of each is kept whole for its curves; of the others only figures.
    private ComparedSide[]? Run(CompareArguments arguments, ScenarioSide[] sides, Interruption interruption)
    {
        var whole = new RunResult?[sides.Length];
        string[][] metrics = [.. sides.Select(side => Metrics(side.Variant))];
        Trial[] more = [.. sides.SelectMany((side, i) => Trial.OverSeeds(side.Variant, metrics[i], arguments.Seeds).Skip(1))];
        IReadOnlyList<TrialOutcome?> outcomes = [];
        bool interactive = Screen.IsInteractive(errors);
        new TrialProgress(Screen.For(errors, !interactive), interactive).Run(sides.Length + more.Length, tell =>
        {
            for (int i = 0; i < sides.Length; i++)
            {
                whole[i] = TrialRunner.Whole(sides[i].Variant, () => interruption.Requested);
                tell(sides[i].Label);
            }

            outcomes = new TrialRunner(arguments.Workers, () => interruption.Requested).Run(more, (i, _) => tell(sides[i / (arguments.Seeds - 1)].Label));
        });
        if (whole.Contains(null) || outcomes.Contains(null)) return null;
        return
        [
            .. sides.Select((side, i) =>
            {
                List<TrialOutcome> all = [TrialOutcome.Of(whole[i]!, metrics[i]), .. outcomes.Skip(i * (arguments.Seeds - 1)).Take(arguments.Seeds - 1).OfType<TrialOutcome>()];
                var values = new Dictionary<string, IReadOnlyList<double?>>(StringComparer.Ordinal);
                for (int m = 0; m < metrics[i].Length; m++)
                {
                    int metric = m;
                    values[metrics[i][m]] = [.. all.Select(outcome => outcome.Values[metric])];
                }

                return new ComparedSide { Label = side.Label, Source = side.Source, Scenario = side.Variant.Scenario.Metadata.Name, Values = values, Run = whole[i] };
            }),
        ];
    }

    // All of which the scenario has anything: what one side alone has is not compared, but counts its nodes and pods.
    private static string[] Metrics(ScenarioVariant variant)
    {
        MetricScope scope = MetricScopes.Of(variant.Scenario.Spec);
        return [.. MetricCatalog.Names(scope).Where(name => MetricSelection.Concerns(name, scope))];
    }

    private static string Folder(CompareArguments arguments, string scenario) => arguments.Out ?? Path.Combine("reports", scenario + "-compare");

    private int Report(CompareArguments arguments, ComparedSide a, ComparedSide b)
    {
        if (a.Label == b.Label) (a, b) = a.Source == b.Source ? (a with { Label = "A" }, b with { Label = "B" }) : (a with { Label = a.Source }, b with { Label = b.Source });
        var comparison = Comparison.Of(a, b, arguments.Command);
        string folder = Folder(arguments, a.Scenario.Length > 0 ? a.Scenario : "run");
        CompareReport.Write(comparison, folder, arguments.Plots);
        ConsoleCompare.Write(Screen.For(output, Console.IsOutputRedirected), comparison, folder);
        return ExitCode.Fine;
    }
}
