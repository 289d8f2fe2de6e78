using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Sweeps;

/// <summary>A scenario file whose values are varied: its variant as it is, and with other values in place.</summary>
internal sealed class VariedScenario
{
    private readonly Dictionary<string, ScenarioVariant?> _loaded = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _manifests;
    private readonly string _path;
    private readonly IReadOnlyList<string> _sets;
    private readonly ulong? _seed;
    private readonly string? _name;
    private readonly TextWriter _errors;

    private VariedScenario(ScenarioFile file, IReadOnlyList<string> sets, ulong? seed, IReadOnlyList<Axis> axes, ScenarioVariant present, TextWriter errors)
    {
        _path = file.Path;
        _manifests = new SortedSet<string>(file.Manifests, StringComparer.Ordinal);
        _sets = sets;
        _seed = seed;
        _name = present.Name;
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
            if (axis is { Path: "seed" or "spec.seed" }) (axis, wrong) = (null, new Finding("all settings have the same seeds", "--seeds N, and --seed for the first of them"));
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
        return good ? new VariedScenario(file, sets, seed, axes, present, errors) : null;
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

    /// <summary>Where the axes' values stand today, and all files that any setting loaded so far is made of. Null where two axes are of one place, which is written.</summary>
    public VariedInputs? Inputs()
    {
        IReadOnlyList<WrittenValue?> values = ScenarioLoader.Written(_path, _sets, _name, [.. Axes.Select(axis => axis.Path)]);
        if (!CheckPlaces(values)) return null;
        IReadOnlyList<string> names = PathNames.Of([.. Axes.Select(axis => axis.Path)]);
        VariedValue[] axes =
            [.. Axes.Select((axis, i) => new VariedValue(axis.Path, names[i], values[i]?.Text, FromFolder(values[i]?.At.Source ?? _path), values[i]?.At.Line ?? 0, values[i]?.PathInFile ?? axis.Path))];
        (string, byte[])[] files = [.. _manifests.Prepend(_path).Select(file => (FromFolder(file), File.ReadAllBytes(file)))];
        return new VariedInputs(axes, files, SweepPlan.HashOf(files, [.. _sets, FormattableString.Invariant($"seed {_seed}"), "variant " + _name]));
    }

    // A path has several spellings, and one that goes on from another is within it.
    private bool CheckPlaces(IReadOnlyList<WrittenValue?> values)
    {
        bool good = true;
        for (int i = 0; i < values.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (values[i] is not { } mine || values[j] is not { } other || mine.At.Source != other.At.Source) continue;
                bool same = mine.PathInFile == other.PathInFile || (mine.Text is not null && other.Text is not null && mine.At == other.At && mine.Text == other.Text);
                if (!same && !IsWithin(mine.PathInFile, other.PathInFile) && !IsWithin(other.PathInFile, mine.PathInFile)) continue;
                string wrong = (same ? "it is the same value as " : "one is within the other, with ") + Quote.Text(Axes[j].Path);
                _errors.WriteLine($"--vary {Quote.Bare(Axes[i].Path)}: {new Finding(wrong, "values apart from each other")}");
                good = false;
            }
        }

        return good;

        static bool IsWithin(string path, string parent) => path.StartsWith(parent, StringComparison.Ordinal) && path[parent.Length..] is ['.' or '[', ..];
    }

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
        _manifests.UnionWith(loaded.Manifests);
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

/// <summary>What a varied scenario is made of.</summary>
/// <param name="Axes">Where the values that vary stand today.</param>
/// <param name="Files">The scenario's files: names from its folder, the scenario first, and contents.</param>
/// <param name="Hash">A hash of all that a run depends on besides the axes' values.</param>
internal sealed record VariedInputs(IReadOnlyList<VariedValue> Axes, IReadOnlyList<(string Name, byte[] Content)> Files, string Hash);
