using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Manifests;

namespace Kruise.Sim.Scenarios.Reference;

/// <summary>A field of a kind of object that <c>apply</c> takes.</summary>
/// <param name="Object">The kind.</param>
/// <param name="Path">The way to it from the object's root, <c>[]</c> after lists.</param>
/// <param name="Shape">The field.</param>
internal sealed record ManifestField(ManifestType Object, string Path, FieldShape Shape);

/// <summary>Every field of the objects that a scenario may apply, as manifests are read by.</summary>
internal static class ManifestFields
{
    /// <summary>Where objects stand in a scenario.</summary>
    public const string Place = "spec.timeline[].apply";

    private const string Apply = "apply";
    private const string AnyKey = "<key>";

    private static readonly Lazy<IReadOnlyList<ManifestField>> _all = new(() => [.. ManifestRules.Types.SelectMany(type => Below(type, "", RecordShape.Of(type.Type)))]);

    public static IReadOnlyList<ManifestField> All => _all.Value;

    /// <summary>The fields that a path means, one a kind: <c>timeline[0].apply.spec.parallelism</c> as <c>--set</c> has it, or from the object's root.</summary>
    public static IReadOnlyList<ManifestField> Find(string path)
    {
        string[] asked = ScenarioFields.Segments(path);
        string[] own = asked[(Array.IndexOf(asked, Apply) + 1)..];
        return [.. All.Where(field => Matches(ScenarioFields.Segments(field.Path), own))];
    }

    private static bool Matches(string[] pattern, string[] path) => pattern.Length == path.Length && pattern.Zip(path).All(pair => pair.First == pair.Second || pair.First == AnyKey);

    private static IEnumerable<ManifestField> Below(ManifestType type, string before, RecordShape shape) => shape.Fields.SelectMany(field =>
    {
        string path = before.Length == 0 ? field.Name : before + "." + field.Name;
        return Within(type, path, field.Type).Prepend(new ManifestField(type, path, field));
    });

    private static IEnumerable<ManifestField> Within(ManifestType type, string path, FieldType of) => of switch
    {
        RecordType record => Below(type, path, record.Shape),
        ListType list => Within(type, path + "[]", list.Element),
        MapType map => Within(type, path + "." + AnyKey, map.Element),
        _ => [],
    };
}
