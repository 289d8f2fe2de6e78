using System.Reflection;
using Kruise.Sim.Measures;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Trials;

namespace Kruise.Sim.Sweeps;

/// <summary>What is asked of the command, of which a plan is made.</summary>
internal sealed record SweepQuestion
{
    public required string File { get; init; }

    public string? Variant { get; init; }

    public required IReadOnlyList<string> Varied { get; init; }

    /// <summary>Settings to draw; null for all combinations.</summary>
    public int? Sample { get; init; }

    public required int Seeds { get; init; }

    public ulong? Seed { get; init; }

    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>Metrics to make better; empty for those that suit the scenario.</summary>
    public IReadOnlyList<string> Minimize { get; init; } = [];

    public double Within { get; init; } = 0.1;

    /// <summary>Whether what the scenario expects judges no setting.</summary>
    public bool IgnoresExpectations { get; init; }

    /// <summary>The command that asks it.</summary>
    public required string Command { get; init; }
}

/// <summary>A scenario file whose values are varied: its variant as it is, and with other values in place.</summary>
internal sealed class VariedScenario
{
    private readonly Dictionary<string, ScenarioVariant?> _loaded = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly IReadOnlyList<string> _sets;
    private readonly ulong? _seed;
    private readonly string? _name;
    private readonly TextWriter _errors;

    private VariedScenario(string path, IReadOnlyList<string> sets, ulong? seed, string? name, IReadOnlyList<Axis> axes, ScenarioVariant present, TextWriter errors)
    {
        _path = path;
        _sets = sets;
        _seed = seed;
        _name = name;
        _errors = errors;
        Axes = axes;
        PresentVariant = present;
    }

    public IReadOnlyList<Axis> Axes { get; }

    /// <summary>As the files have it.</summary>
    public ScenarioVariant PresentVariant { get; }

    /// <summary>Loads the file; null when something is wrong, which is written in a line each.</summary>
    public static VariedScenario? Load(string path, string? variant, IReadOnlyList<string> varied, IReadOnlyList<string> sets, ulong? seed, TextWriter errors)
    {
        bool good = true;
        List<Axis> axes = [];
        foreach (string text in varied)
        {
            (Axis? axis, Finding? wrong) = Axis.Read(text);
            if (axis is null || axes.Exists(other => other.Path == axis.Path))
            {
                errors.WriteLine($"--vary {Quote.Bare(text)}: {wrong ?? new Finding("the path is varied already", "one --vary for a path")}");
                good = false;
            }
            else
            {
                axes.Add(axis);
            }
        }

        if (ScenarioFiles.Load([path], sets, seed, errors) is not [var file])
        {
            return null;
        }

        if (file.Choose(variant, 0, "--variant", errors) is not { } present) return null;
        return good ? new VariedScenario(path, sets, seed, present.Name, axes, present, errors) : null;
    }

    /// <summary>Whether every value of every axis is one that the scenario may have; what is wrong is written.</summary>
    public bool CheckValues()
    {
        bool good = true;
        for (int a = 0; a < Axes.Count; a++)
        {
            foreach (string value in Axes[a].Values) good &= Load([(a, value)]) is not null;
        }

        return good;
    }

    /// <summary>The variant with a value for each axis; null when that is not allowed, which is written.</summary>
    public ScenarioVariant? With(IReadOnlyList<string> values) => Load([.. values.Select((value, i) => (i, value))]);

    /// <summary>Where the axes' values stand today, with the scenario's files: names from its folder, and contents.</summary>
    public (IReadOnlyList<VariedValue> Values, IReadOnlyList<(string Name, byte[] Content)> Files) Written()
    {
        (IReadOnlyList<WrittenValue?> values, IReadOnlyList<string> files) = ScenarioLoader.Written(_path, _sets, _name, [.. Axes.Select(axis => axis.Path)]);
        IReadOnlyList<string> names = PathNames.Of([.. Axes.Select(axis => axis.Path)]);
        return (
            [.. Axes.Select((axis, i) => new VariedValue(axis.Path, names[i], values[i]?.Text, FromFolder(values[i]?.At.Source ?? _path), values[i]?.At.Line ?? 0, values[i]?.PathInFile ?? axis.Path))],
            [.. files.Select(file => (FromFolder(file), File.ReadAllBytes(file)))]);
    }

    /// <summary>A hash of all that a run depends on besides the axes' values.</summary>
    public string HashOf(IEnumerable<(string Name, byte[] Content)> files) => SweepPlan.HashOf(files, [.. _sets, FormattableString.Invariant($"seed {_seed}"), "variant " + _name]);

    private string FromFolder(string file)
    {
        // A value given on the command line stands in no file.
        if (!File.Exists(file)) return file;
        string folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        return Path.GetRelativePath(folder, Path.GetFullPath(file)).Replace('\\', '/');
    }

    private ScenarioVariant? Load(IReadOnlyList<(int Axis, string Value)> values)
    {
        List<string> own = [.. values.Select(v => $"{Axes[v.Axis].Path}={v.Value}")];
        string key = string.Join('\n', own);
        if (_loaded.TryGetValue(key, out ScenarioVariant? known)) return known;
        LoadResult loaded = ScenarioFiles.Load(_path, [.. _sets, .. own], _seed);
        foreach (Problem problem in loaded.Problems)
        {
            // The option that the user has written, and each thing once however many settings have it.
            string? vary = own.Find(set => problem.Source == "--set " + Quote.Bare(set));
            string line = (vary is null ? problem : problem with { Source = "--vary " + Quote.Bare(vary) }).ToString();
            if (_told.Add(line)) _errors.WriteLine(line);
        }

        return _loaded[key] = loaded.Variants.FirstOrDefault(variant => variant.Name == _name);
    }
}

/// <summary>A sweep that may be run: its plan, and what to run for each setting.</summary>
internal sealed record PlannedSweep(SweepPlan Plan, IReadOnlyList<ScenarioVariant> Variants, IReadOnlyList<(string Name, byte[] Content)> Files)
{
    /// <summary>One of the plan's trials.</summary>
    public Trial Trial(int number)
    {
        (int point, int seed) = Math.DivRem(number, Plan.Seeds);
        return Trials.Trial.OverSeeds(Variants[point], Plan.Metrics, seed + 1).Last();
    }
}

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
            if (MetricNames.Check(metric, scope) is not { } wrong) continue;
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
        (IReadOnlyList<VariedValue> axes, IReadOnlyList<(string Name, byte[] Content)> files) = varied.Written();
        List<SweepPoint> points = [.. design.Select(point => point.Select((index, a) => varied.Axes[a].At(index)).ToList()).Select(values => new SweepPoint(values, IsPresent(values, axes)))];
        List<ScenarioVariant?> variants = [.. points.Select(point => varied.With([.. point.Values.Select(value => value!)]))];
        if (variants.Contains(null)) return null;
        bool extra = !points.Exists(point => point.IsPresent);
        if (extra)
        {
            // What is recommended is to be held against what there is.
            points.Insert(0, new SweepPoint([.. axes.Select(axis => axis.Present)], IsPresent: true));
            variants.Insert(0, varied.PresentVariant);
        }

        ScenarioSpec spec = varied.PresentVariant.Scenario.Spec;
        IReadOnlyList<string> objectives = question.Minimize.Count > 0 ? [.. question.Minimize.Distinct(StringComparer.Ordinal)] : MetricNames.Objectives(scope);
        var wanted = MetricSelection.Of(spec).Concat(objectives).ToHashSet(StringComparer.Ordinal);
        var plan = new SweepPlan
        {
            Version = Version,
            Scenario = varied.PresentVariant.Scenario.Metadata.Name,
            Variant = varied.PresentVariant.Name,
            Question = spec.Question,
            Command = question.Command,
            Inputs = varied.HashOf(files),
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
        return new PlannedSweep(plan, [.. variants.OfType<ScenarioVariant>()], files);
    }

    /// <summary>Whether values are those of today.</summary>
    public static bool IsPresent(IReadOnlyList<string> values, IReadOnlyList<VariedValue> axes) => values.Zip(axes).All(pair =>
        pair.First == (pair.Second.Present ?? "null")
        || (Amount.Read(pair.First) is { } value && pair.Second.Present is { } text && Amount.Read(text) is { } present && value.Kind == present.Kind && value.Value.Equals(present.Value)));
}
