using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Manifests;

namespace Kruise.Sim.Scenarios.Reference;

/// <summary>A mapping of the scenario file with its fields.</summary>
/// <param name="Path">The way to it, <c>[]</c> after lists; empty for the file itself.</param>
/// <param name="Form">What tells it from others at the same place (<c>kind: outage</c>); null where there are none.</param>
/// <param name="Description">What that form is.</param>
/// <param name="Shape">Its fields.</param>
internal sealed record ReferenceRecord(string Path, string? Form, string? Description, RecordShape Shape)
{
    public IEnumerable<ReferenceField> Fields => Shape.Fields.Select(shape => new ReferenceField(this, shape));
}

/// <summary>A field at its place.</summary>
internal sealed record ReferenceField(ReferenceRecord Record, FieldShape Shape)
{
    public string Path => Record.Path.Length == 0 ? Shape.Name : Record.Path + "." + Shape.Name;
}

/// <summary>Every mapping and field of the scenario file by path, from the records that files are bound to. Kubernetes objects are not gone into.</summary>
internal static class ScenarioFields
{
    /// <summary>Stands for a key of the user's own.</summary>
    private const string AnyKey = "<key>";

    /// <summary>The beginnings that may be left out of a path, as with <c>--set</c>.</summary>
    public static IReadOnlyList<string> Optional { get; } = ["", "spec.", "spec.cluster."];

    public static IReadOnlyList<ReferenceRecord> Records { get; } = [.. Below(new ReferenceRecord("", null, null, RecordShape.Of(typeof(Scenario))))];

    public static IEnumerable<ReferenceField> All => Records.SelectMany(record => record.Fields);

    /// <summary>
    /// The fields that a path means; several where forms of a mapping share it. Indices and names in brackets may be left out (<c>spec.cluster.nodePools.count</c>), and so may
    /// <c>spec</c> and <c>spec.cluster</c>, as with <c>--set</c>.
    /// </summary>
    public static IReadOnlyList<ReferenceField> Find(string path)
    {
        string[] asked = Segments(path);
        return Optional.Select(before => All.Where(field => Matches(Segments(field.Path), [.. before.Split('.')[..^1], .. asked])).ToList())
            .FirstOrDefault(found => found.Count > 0, []);
    }

    /// <summary>The mappings behind a field: what it holds, or what each of its items holds.</summary>
    public static IReadOnlyList<ReferenceRecord> Behind(ReferenceField field)
    {
        string[] path = Segments(field.Path);
        return [.. Records.Where(record => Segments(record.Path) is { } own && (Matches(own, path) || (own.Length == path.Length + 1 && own[^1] == AnyKey && Matches(own[..^1], path))))];
    }

    /// <summary>The parts of a path, without what stands in brackets.</summary>
    public static string[] Segments(string path)
    {
        var segments = new List<string>();
        int depth = 0;
        var segment = new System.Text.StringBuilder();
        foreach (char letter in path)
        {
            depth += letter == '[' ? 1 : letter == ']' ? -1 : 0;
            if (depth > 0 || letter == ']')
            {
                continue;
            }

            if (letter == '.')
            {
                segments.Add(segment.ToString());
                segment.Clear();
            }
            else
            {
                segment.Append(letter);
            }
        }

        segments.Add(segment.ToString());
        return [.. segments];
    }

    private static bool Matches(string[] pattern, string[] path) =>
        pattern.Length == path.Length && pattern.Zip(path).All(pair => pair.First == pair.Second || pair.First == AnyKey);

    private static IEnumerable<ReferenceRecord> Below(ReferenceRecord record)
    {
        yield return record;
        foreach (ReferenceRecord below in record.Fields.SelectMany(field => Of(field.Shape.Type, field.Path)))
        {
            yield return below;
        }
    }

    private static IEnumerable<ReferenceRecord> Of(FieldType type, string path) => type switch
    {
        RecordType record => Below(new ReferenceRecord(path, null, null, record.Shape)),
        UnionType union => union.Forms.SelectMany(form => Below(new ReferenceRecord(path, $"{UnionType.Discriminator}: {form.Kind}", form.Description, RecordShape.Of(form.Type)))),
        ChoiceType choice => choice.Shapes.SelectMany(shape => Below(new ReferenceRecord(path, null, null, shape))),
        ListType list => Of(list.Element, path + "[]"),
        MapType map => Of(map.Element, path + "." + AnyKey),
        _ => [],
    };

    /// <summary>The kinds that <c>apply</c> takes.</summary>
    public static string ManifestKinds => string.Join(", ", ManifestRules.Types.Select(type => type.Kind));
}
