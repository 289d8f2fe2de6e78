using System.Globalization;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios;

/// <summary>What is wrong with the meaning of an object, by field path (<c>spec.selector</c>); nothing when it is valid.</summary>
/// <param name="manifest">The object.</param>
/// <param name="sidecarSets">The SidecarSets that there are by then; the object itself may be among them as it was before.</param>
internal delegate IEnumerable<(string FieldPath, string Message)> ManifestValidator(IKubernetesObject<V1ObjectMeta> manifest, IReadOnlyList<SidecarSet> sidecarSets);

/// <summary>Reads scenario files and the manifests they name. Everything that is wrong is collected; no input makes it throw.</summary>
internal sealed partial class ScenarioLoader
{
    private readonly string _path;
    private readonly ManifestValidator? _validate;
    private readonly ProblemList _problems = new();
    private readonly Dictionary<string, IReadOnlyList<YamlNode>> _manifests = new(StringComparer.Ordinal);

    private ScenarioLoader(string path, ManifestValidator? validate)
    {
        _path = path;
        _validate = validate;
    }

    /// <summary>Loads a scenario.</summary>
    /// <param name="path">The scenario file.</param>
    /// <param name="sets">Values to replace, each <c>path=value</c>; they go before those of variants.</param>
    /// <param name="seed">Replaces the scenario's seed.</param>
    /// <param name="validate">Validates the meaning of manifests.</param>
    public static LoadResult Load(string path, IReadOnlyList<string> sets, ulong? seed, ManifestValidator? validate = null) =>
        new ScenarioLoader(path, validate).Load(sets, seed);

    private LoadResult Load(IReadOnlyList<string> sets, ulong? seed)
    {
        var variants = new List<ScenarioVariant>();
        if (ReadRoot() is { } root)
        {
            List<(string Path, YamlNode Value, SourcePosition Blame)> replacements = ParseSets(sets);
            if (seed is { } given)
            {
                var option = new SourcePosition("--seed", 0, 0);
                replacements.Add(("spec.seed", new ScalarNode(option, given.ToString(CultureInfo.InvariantCulture), isPlain: true), option));
            }

            root = Replace(root, replacements);
            variants.AddRange(VariantTrees(root, replacements).Select(tree => Bind(tree.Root, tree.Name)).OfType<ScenarioVariant>());
        }

        return new LoadResult(_problems.ErrorCount == 0 ? variants : [], _problems.ToSorted()) { Manifests = [.. _manifests.Keys.Order(StringComparer.Ordinal)] };
    }

    private YamlNode? ReadRoot()
    {
        var file = new SourcePosition(_path, 0, 0);
        if (SourceText.Read(_path, file, "", "a YAML file with a scenario", _problems) is not { } text || YamlReader.ReadDocuments(text, _path, _problems) is not { } documents)
        {
            return null;
        }

        switch (documents.Count)
        {
            case 0:
                _problems.Error(new SourcePosition(_path, 1, 1), new Finding("the file is empty", "a scenario"));
                return null;
            case 1 when KindOf(documents[0]) is { IsNull: false } kind && kind.Value != Scenario.KindText:
                _problems.Error(kind.Position, new Finding($"kind: {kind.Describe()} is not known here", Scenario.KindText, Nearest.Of(kind.Value, [Scenario.KindText])));
                return null;
            case 1:
                return documents[0];
            default:
                _problems.Error(documents[1].Position, new Finding("a second document", "one scenario in a file"));
                return null;
        }
    }

    // A file of another kind would be wrong in every line.
    private static ScalarNode? KindOf(YamlNode root) => (root as MappingNode)?.Find("kind")?.Value as ScalarNode;

    private List<(string Path, YamlNode Value, SourcePosition Blame)> ParseSets(IReadOnlyList<string> sets)
    {
        var replacements = new List<(string, YamlNode, SourcePosition)>();
        foreach (string set in sets)
        {
            var blame = new SourcePosition("--set " + Quote.Bare(set), 0, 0);
            int equals = set.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                _problems.Error(blame, new Finding("there is no path and value", "path=value, such as spec.cluster.nodePools[0].count=5000"));
            }
            else if (string.IsNullOrWhiteSpace(set[(equals + 1)..]))
            {
                _problems.Error(blame, new Finding("has no value; write null to remove it"));
            }
            else if (YamlReader.ReadValue(set[(equals + 1)..], blame.Source, _problems) is { } value)
            {
                replacements.Add((set[..equals], value, blame));
            }
        }

        return replacements;
    }

    private YamlNode Replace(YamlNode root, IEnumerable<(string Path, YamlNode Value, SourcePosition Blame)> replacements)
    {
        foreach ((string path, YamlNode value, SourcePosition blame) in replacements)
        {
            root = PathSetter.Set(root, path, value, blame, OpenManifest, _problems);
        }

        return root;
    }

    // One tree for each variant, or the tree itself. What was replaced by hand stays replaced in every variant.
    private IEnumerable<(string? Name, YamlNode Root)> VariantTrees(YamlNode root, List<(string Path, YamlNode Value, SourcePosition Blame)> replacements)
    {
        YamlNode? spec = (root as MappingNode)?.Find("spec")?.Value;
        if ((spec as MappingNode)?.Find("variants")?.Value is not SequenceNode { Items.Count: > 0 } list)
        {
            yield return (null, root);
            yield break;
        }

        var context = new BindContext(_problems);
        FieldPath path = FieldPath.Root.Field("spec").Field("variants");
        int errors = _problems.ErrorCount;
        FieldShape field = RecordShape.Of(typeof(ScenarioSpec)).Find("variants")!;
        field.Type.TryBind(context, list, path, field.Info, out object? bound);
        if (_problems.ErrorCount != errors)
        {
            // The rest of the file is still looked at, as it stands.
            yield return (null, root);
            yield break;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (VariantSpec variant in (IReadOnlyList<VariantSpec>)bound!)
        {
            if (!names.Add(variant.Name))
            {
                _problems.Error(context.PositionOf(variant, "name"), new Finding($"spec.variants: there are two of the variant {Quote.Text(variant.Name)}", "names that differ"));
            }

            var set = ((MappingNode)context.NodeOf(variant)).Find("set")?.Value as MappingNode;
            YamlNode tree = set is null ? root : Replace(root, set.Entries.Select(entry => (entry.Key.Value, entry.Value, entry.Key.Position)));
            yield return (variant.Name, Replace(tree, replacements));
        }
    }

    private ScenarioVariant? Bind(YamlNode root, string? name)
    {
        var context = new BindContext(_problems);
        FieldType type = FieldType.Of(typeof(Scenario));
        if (!type.TryBind(context, OpenManifests(root), FieldPath.Root, new FieldAttribute(""), out object? bound))
        {
            return null;
        }

        var scenario = (Scenario)bound!;
        ScenarioChecks.Run(scenario, context, _validate);
        return new ScenarioVariant(name, scenario) { ExpectedAt = [.. (scenario.Spec?.Expect ?? []).Select(expectation => context.PositionOf(expectation, "metric"))] };
    }

    // Puts manifests in the place of the paths that name them.
    private YamlNode OpenManifests(YamlNode root)
    {
        if (root is not MappingNode scenario
            || scenario.Find("spec") is not { Value: MappingNode spec } specEntry
            || spec.Find("timeline") is not { Value: SequenceNode timeline } timelineEntry)
        {
            return root;
        }

        var entries = timeline.Items.Select(item => item is MappingNode mapping && mapping.Find("apply") is { } apply ? mapping.With(apply.Key, Opened(apply.Value)) : item);
        return scenario.With(specEntry.Key, spec.With(timelineEntry.Key, new SequenceNode(timeline.Position, [.. entries])));
    }

    private YamlNode Opened(YamlNode apply) => apply switch
    {
        ScalarNode { IsNull: false } path => OpenManifest(path),
        SequenceNode list => new SequenceNode(list.Position, [.. list.Items.Select(item => item is ScalarNode { IsNull: false } path ? OpenManifest(path) : item)]),
        _ => apply,
    };

    private ManifestNode OpenManifest(ScalarNode path)
    {
        string file = Path.Combine(Path.GetDirectoryName(_path) ?? "", path.Value).Replace('\\', '/');
        if (!_manifests.TryGetValue(file, out IReadOnlyList<YamlNode>? documents))
        {
            int errors = _problems.ErrorCount;
            string? text = SourceText.Read(file, path.Position, "the manifest: ", "a YAML file with Kubernetes objects, by its path from the scenario's folder", _problems);
            documents = (text is null ? null : YamlReader.ReadDocuments(text, file, _problems)) ?? [];
            if (documents.Count == 0 && _problems.ErrorCount == errors)
            {
                _problems.Error(path.Position, new Finding($"the manifest {Quote.Text(file)} holds no object", "a file with Kubernetes objects"));
            }

            _manifests.Add(file, documents);
        }

        return new ManifestNode(path, documents);
    }
}
