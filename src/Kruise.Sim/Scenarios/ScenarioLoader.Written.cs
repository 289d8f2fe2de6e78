using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios;

// What a scenario's files say today, for whoever is to change them.
internal sealed partial class ScenarioLoader
{
    /// <summary>What stands at some paths of a scenario that loads: a value for each, null where it leads nowhere.</summary>
    /// <param name="path">The scenario file.</param>
    /// <param name="sets">Values that are replaced first, each <c>path=value</c>.</param>
    /// <param name="variant">The variant; null where the scenario has none.</param>
    /// <param name="wanted">The paths.</param>
    public static IReadOnlyList<WrittenValue?> Written(string path, IReadOnlyList<string> sets, string? variant, IReadOnlyList<string> wanted)
    {
        var loader = new ScenarioLoader(path, null);
        if (loader.ReadRoot() is not { } root) return [.. wanted.Select(_ => (WrittenValue?)null)];
        List<(string Path, YamlNode Value, SourcePosition Blame)> replacements = loader.ParseSets(sets);
        root = loader.VariantTrees(loader.Replace(root, replacements), replacements).FirstOrDefault(tree => tree.Name == variant).Root ?? root;
        return [.. wanted.Select(want => PathSetter.Find(root, want, new SourcePosition(want, 0, 0), loader.OpenManifest, loader._problems))];
    }
}
