using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Binding;

namespace Kruise.Sim.Scenarios.Reference;

/// <summary>What a field of the scenario file takes, in words: from the types that files are read by.</summary>
internal static class FieldText
{
    private static readonly JsonSerializerOptions _options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is allowed, short enough for a table: units are called by their names, mappings have tables of their own.</summary>
    public static string Type(FieldShape field) =>
        field.Info.Format == TextFormat.Constant ? $"always `{field.Default}`"
        : field.Info.Only is { } only ? "one of " + string.Join(", ", only)
        : Type(field.Type, field.Info);

    /// <summary>What is allowed, in full.</summary>
    public static string Allowed(FieldShape field) => field.Type switch
    {
        UnitType<DataSize> size => size.Allowed(field.Info) + Range(size.Range(field.Info)),
        UnitType<Bandwidth> bandwidth => bandwidth.Allowed(field.Info) + Range(bandwidth.Range(field.Info)),
        UnitType<SimTime> duration => duration.Allowed(field.Info) + Range(duration.Range(field.Info)),
        LatencyType latency => latency.Allowed(field.Info) + Range(LatencyType.Range(field.Info)),
        TextType when field.Info.Format != TextFormat.Constant && TextForms.Words(field.Info.Format) is { } words => words,
        _ => Type(field),
    };

    /// <summary>What an absent field means.</summary>
    public static string Default(FieldShape field) =>
        field.IsRequired ? "required"
        : field.Info.WhenAbsent is { } absent ? absent
        : field.Default is { } value && field.Type.DefaultText(value) is { } text ? text is JsonValue plain && plain.TryGetValue(out string? word) ? word : text.ToJsonString(_options)
        : field.Type is RecordType ? "its fields' defaults"
        : "none";

    /// <summary>The words that may stand there, each with what it stands for; none where it is no word.</summary>
    public static IReadOnlyList<(string Word, string Description)> Words(FieldShape field) =>
        field.Type is WordType type && field.Info.Only is null ? [.. type.Words] : [];

    private static string Type(FieldType type, FieldAttribute info) => type switch
    {
        UnitType<DataSize> size => size.Name + size.Range(info),
        UnitType<Bandwidth> bandwidth => bandwidth.Name + bandwidth.Range(info),
        UnitType<SimTime> duration => duration.Name + duration.Range(info),
        LatencyType => "latency" + LatencyType.Range(info),
        TextType when info.Format is TextFormat.DnsLabel or TextFormat.DnsSubdomain => "name",
        TextType when info.Format == TextFormat.ImageReference => "image reference",
        TextType when info.Format == TextFormat.RegistryHost => "registry host",
        TextType when info.Format == TextFormat.LabelKey => "label key",
        RecordType { Shape.Shorthand: { } shorthand } => Type(shorthand.Type, shorthand.Info) + ", or a mapping",
        RecordType => "mapping",
        MergePatchType => "merge patch",
        MapType when info.Format == TextFormat.Labels => "labels",
        MapType map => "mapping of names to: " + Type(map.Element, new FieldAttribute("")),
        ListType list => "list of: " + Type(list.Element, new FieldAttribute("") { Format = info.Format }) + Length(info),
        WordType word => "one of " + word.Allowed(info),
        _ => type.Allowed(info),
    };

    private static string Length(FieldAttribute info) => (double.IsNaN(info.Min), double.IsNaN(info.Max)) switch
    {
        (true, true) => "",
        (false, true) => FormattableString.Invariant($" (at least {info.Min:0})"),
        (true, false) => FormattableString.Invariant($" (at most {info.Max:0})"),
        _ => FormattableString.Invariant($" ({info.Min:0} to {info.Max:0})"),
    };

    private static string Range(string range) => range.Length == 0 ? "" : ";" + range;
}
