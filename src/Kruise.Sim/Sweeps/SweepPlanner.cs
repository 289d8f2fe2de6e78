using System.Reflection;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Sweeps;

/// <summary>Makes plans, and says what is wrong with a question before anything runs.</summary>
internal static class SweepPlanner
{
    public static string Version { get; } = typeof(SweepPlanner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The sweep; null when something is wrong, which is written in a line each.</summary>
    public static PlannedSweep? Plan(SweepQuestion question, TextWriter errors)
    {
        if (VariedScenario.Load(question.File, question.Variant, question.Varied, question.Sets, question.Seed, errors) is not { } varied) return null;
        MetricScope scope = MetricScopes.Of(varied.PresentVariant.Scenario.Spec);
        bool good = varied.CheckValues();
        foreach (string metric in question.Minimize)
        {
            if (MetricFindings.Of(metric, scope) is not { } wrong) continue;
            errors.WriteLine($"--minimize {Quote.Bare(metric)}: {wrong}");
            good = false;
        }

        if (question.Sample is null)
        {
            foreach (Axis axis in varied.Axes.Where(axis => axis.Range is not null))
            {
                errors.WriteLine($"--vary {Quote.Bare(axis.Path)}: {new Finding("a range has too many values for every combination", "a list of values, --sample N, or kruise-sim tune")}");
                good = false;
            }
        }

        if (!good) return null;
        IReadOnlyList<int[]>? design = question.Sample is { } count ? Design.Sample(varied.Axes, count) : Design.Grid(varied.Axes);
        if (design is null)
        {
            errors.WriteLine(FormattableString.Invariant($"--vary: these values have more than {Design.MaxPoints:#,0} combinations; name fewer, or add --sample N"));
            return null;
        }

        return Plan(question, varied, scope, design);
    }

    private static PlannedSweep? Plan(SweepQuestion question, VariedScenario varied, MetricScope scope, IReadOnlyList<int[]> design)
    {
        List<string[]> settings = [.. design.Select(point => (string[])[.. point.Select((index, a) => varied.Axes[a].At(index))])];
        List<ScenarioVariant?> variants = [.. settings.Select(varied.With)];
        if (varied.Inputs() is not { } inputs || variants.Contains(null)) return null;
        IReadOnlyList<VariedValue> axes = inputs.Axes;
        List<SweepPoint> points = [.. settings.Select(values => new SweepPoint(values, IsPresent(values, axes)))];
        bool extra = !points.Exists(point => point.IsPresent);
        if (extra)
        {
            // What is recommended is to be held against what there is.
            points.Insert(0, new SweepPoint([.. axes.Select(axis => axis.Present)], IsPresent: true));
            variants.Insert(0, varied.PresentVariant);
        }

        ScenarioSpec spec = varied.PresentVariant.Scenario.Spec;
        IReadOnlyList<string> objectives = question.Minimize.Count > 0 ? [.. question.Minimize.Distinct(StringComparer.Ordinal)] : NormalObjectives.Of(scope);
        var wanted = MetricSelection.Of(spec).Concat(objectives).Concat(Fulfilment.Metrics(scope)).ToHashSet(StringComparer.Ordinal);
        var plan = new SweepPlan
        {
            Version = Version,
            Scenario = varied.PresentVariant.Scenario.Metadata.Name,
            Variant = varied.PresentVariant.Name,
            Question = spec.Question,
            Command = question.Command,
            Inputs = inputs.Hash,
            Seeds = question.Seeds,
            IsSample = question.Sample is not null,
            IsPresentExtra = extra,
            Axes = axes,
            Points = points,
            Metrics = [.. MetricCatalog.Names(scope).Where(wanted.Contains)],
            Objectives = objectives,
            AreObjectivesChosen = question.Minimize.Count > 0,
            Within = question.Within,
            Expected = question.IgnoresExpectations ? [] : [.. spec.Expect.Select(ExpectedMetric.Of)],
        };
        return new PlannedSweep(plan, [.. variants.OfType<ScenarioVariant>()], inputs.Files);
    }

    /// <summary>Whether values are those of today.</summary>
    public static bool IsPresent(IReadOnlyList<string> values, IReadOnlyList<VariedValue> axes) => values.Zip(axes).All(pair =>
        pair.First == (pair.Second.Present ?? "null")
        || (Amount.Read(pair.First) is { } value && pair.Second.Present is { } text && Amount.Read(text) is { } present && value.Kind == present.Kind && value.Value.Equals(present.Value)));
}
