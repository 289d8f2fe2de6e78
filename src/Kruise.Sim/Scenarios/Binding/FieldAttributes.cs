using System.Reflection;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>
/// Describes a field of the scenario file. The binder, its messages and the JSON Schema are driven by it alone, so they cannot disagree.
/// A field's name is the property's in camel case; it is required when the property is; its default is what the property is initialised to.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FieldAttribute(string description) : Attribute
{
    public string Description { get; } = description;

    /// <summary>The name in files where it is not the property's in camel case.</summary>
    public string? Name { get; init; }

    /// <summary>What an absent value means, where that is not a plain default: <c>from the preset</c>.</summary>
    public string? WhenAbsent { get; init; }

    /// <summary>The least value allowed, in the unit that the value's type is measured in (bytes, bytes per second, seconds); of a list, its least length.</summary>
    public double Min { get; init; } = double.NaN;

    /// <summary>The greatest value allowed; of a list, its greatest length.</summary>
    public double Max { get; init; } = double.NaN;

    /// <summary>Whether the value must be greater than <see cref="Min"/>.</summary>
    public bool AboveMin { get; init; }

    /// <summary>Whether the value must be less than <see cref="Max"/>.</summary>
    public bool BelowMax { get; init; }

    /// <summary>What a text (or each text of a list) must look like.</summary>
    public TextFormat Format { get; init; }

    /// <summary>The only values allowed, as files have them; null when the type alone decides.</summary>
    public string[]? Only { get; init; }

    /// <summary>Of a merge patch: the record that it changes.</summary>
    public Type? PatchOf { get; init; }
}

/// <summary>What a text must look like.</summary>
internal enum TextFormat
{
    /// <summary>Any text, even an empty one.</summary>
    Any,

    /// <summary>Any text but the empty one.</summary>
    NonEmpty,

    /// <summary>A DNS-1123 label: lower-case letters, digits and '-', at most 63.</summary>
    DnsLabel,

    /// <summary>A DNS-1123 subdomain: labels joined by '.', at most 253.</summary>
    DnsSubdomain,

    /// <summary>A registry's host, with a port if it has one.</summary>
    RegistryHost,

    /// <summary>An image reference.</summary>
    ImageReference,

    /// <summary>Of a map: its keys and values are those of Kubernetes labels.</summary>
    Labels,

    /// <summary>The key of a Kubernetes label or taint.</summary>
    LabelKey,

    /// <summary>One certain text, the only one allowed: what the property is initialised to.</summary>
    Constant,
}

/// <summary>The word for an enum's value in files.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class WordAttribute(string word, string description) : Attribute
{
    public string Word { get; } = word;

    public string Description { get; } = description;

    /// <summary>The word for a value, for whoever looks things up by it.</summary>
    public static string Of(Enum value) => At(value).Word;

    /// <summary>What a value stands for.</summary>
    public static string Meaning(Enum value) => At(value).Description;

    private static WordAttribute At(Enum value) => value.GetType().GetField(value.ToString())!.GetCustomAttribute<WordAttribute>()!;
}

/// <summary>The field that may be written alone in place of its record: <c>27MB</c> for <c>{size: 27MB}</c>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ShorthandAttribute(string field) : Attribute
{
    public string Field { get; } = field;
}

/// <summary>Of these fields a record has exactly one.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ExactlyOneOfAttribute(params string[] fields) : Attribute
{
    public string[] Fields { get; } = fields;
}

/// <summary>Of these fields a record has at least one.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AtLeastOneOfAttribute(params string[] fields) : Attribute
{
    public string[] Fields { get; } = fields;
}

/// <summary>A form of an abstract record, chosen by the word in its field <c>kind</c>.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class FormAttribute(string kind, Type type, string description) : Attribute
{
    public string Kind { get; } = kind;

    public Type Type { get; } = type;

    public string Description { get; } = description;
}

/// <summary>A form of an abstract record, chosen by a field that of all forms it alone has.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class FormWithAttribute(string field, Type type) : Attribute
{
    public string Field { get; } = field;

    public Type Type { get; } = type;
}
