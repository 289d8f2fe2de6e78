using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>A value that is written as one scalar.</summary>
internal abstract class ScalarType : FieldType
{
    public sealed override bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value)
    {
        Finding? wrong = node is ScalarNode scalar
            ? Parse(scalar, info, out value)
            : Nothing(new Finding($"found {node.Describe()}", Allowed(info)), out value);
        return wrong is null || Fail(context, node, path, wrong.Value, out value);
    }

    protected abstract Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value);

    protected static Finding? Nothing(Finding? finding, out object? value)
    {
        value = null;
        return finding;
    }

    /// <summary>The kind of value that YAML makes of a plain scalar where it is no text; null for texts.</summary>
    protected static string? KindOfPlain(ScalarNode scalar) => !scalar.IsPlain ? null : scalar.Value switch
    {
        "" or "~" or "null" or "Null" or "NULL" => "nothing",
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => "a boolean",
        "yes" or "Yes" or "YES" or "no" or "No" or "NO" or "on" or "On" or "ON" or "off" or "Off" or "OFF" => "a boolean to Kubernetes",
        _ => IsNumber(scalar.Value) ? "a number" : null,
    };

    protected static bool IsNumber(string text) =>
        text.Length > 0
        && (char.IsAsciiDigit(text[^1]) || text[^1] == '.')
        && text.All(c => char.IsAsciiDigit(c) || c is '+' or '-' or '.' or 'e' or 'E')
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    protected static bool InRange(double value, FieldAttribute info) =>
        !(value < info.Min) && !(value > info.Max) && !(info.AboveMin && value <= info.Min) && !(info.BelowMax && value >= info.Max);

    /// <summary>The range of a field in words, with a blank before it; nothing when there is none.</summary>
    protected static string RangeText(FieldAttribute info, Func<double, string> format)
    {
        string from = double.IsNaN(info.Min) ? "" : info.AboveMin ? " above " + format(info.Min) : " from " + format(info.Min);
        string to = double.IsNaN(info.Max) ? "" : info.BelowMax ? " to below " + format(info.Max) : from.Length == 0 || info.AboveMin ? " up to " + format(info.Max) : " to " + format(info.Max);
        return from + to;
    }

    protected static void AddRange(JsonObject schema, FieldAttribute info)
    {
        if (!double.IsNaN(info.Min))
        {
            schema[info.AboveMin ? "exclusiveMinimum" : "minimum"] = Json(info.Min);
        }

        if (!double.IsNaN(info.Max))
        {
            schema[info.BelowMax ? "exclusiveMaximum" : "maximum"] = Json(info.Max);
        }
    }

    protected static JsonNode Json(double value) => value == Math.Truncate(value) && Math.Abs(value) < 1e18 ? JsonValue.Create((long)value) : JsonValue.Create(value);

    protected static string Plain(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}

internal sealed class TextType : ScalarType
{
    public override string Allowed(FieldAttribute info) => "text";

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        value = scalar.Value;
        return KindOfPlain(scalar) is { } kind
            ? new Finding(scalar.IsNull ? "found nothing" : $"{Quote.Bare(scalar.Value)} is {kind}", "text; a text that looks like something else stands in quotes")
            : TextForms.Check(scalar.Value, info.Format);
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (TextForms.Pattern(info.Format) is { } pattern)
        {
            schema["pattern"] = pattern;
        }

        return schema;
    }

    public override JsonNode? DefaultText(object value) => JsonValue.Create((string)value);
}

internal sealed class BooleanType : ScalarType
{
    public override string Allowed(FieldAttribute info) => "true or false";

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        value = scalar.IsPlain ? scalar.Value switch { "true" => true, "false" => false, _ => null } : (object?)null;
        return value is null ? new Finding($"{scalar.Describe()} is not a boolean", Allowed(info), Suggest(scalar.Value)) : null;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => new() { ["type"] = "boolean" };

    public override JsonNode? DefaultText(object value) => JsonValue.Create((bool)value);

    private static string? Suggest(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" or "y" or "1" => "true",
        "false" or "no" or "off" or "n" or "0" => "false",
        _ => Nearest.Of(text, ["true", "false"]),
    };
}

internal sealed class WholeNumberType(Type type) : ScalarType
{
    public override string Allowed(FieldAttribute info) => "a whole number" + RangeText(Bounded(info), Whole);

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        value = null;
        string text = scalar.Value;
        if (!scalar.IsPlain || text.Length == 0 || !text.AsSpan(text[0] is '-' or '+' ? 1 : 0).ContainsAnyInRange('0', '9')
            || text.AsSpan(text[0] is '-' or '+' ? 1 : 0).ContainsAnyExceptInRange('0', '9'))
        {
            bool quoted = !scalar.IsPlain && IsNumber(text);
            string found = scalar.IsNull ? "found nothing" : quoted ? $"{scalar.Describe()} is text because of its quotes" : $"{scalar.Describe()} is not a whole number";
            return new Finding(found, Allowed(info));
        }

        object? parsed = type == typeof(int) ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int i) ? i : null
            : type == typeof(long) ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long l) ? l : null
            : ulong.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out ulong u) ? u : (object?)null;
        if (parsed is null || !InRange(Convert.ToDouble(parsed, CultureInfo.InvariantCulture), info))
        {
            bool negative = text[0] == '-';
            return new Finding($"{Quote.Bare(text)} is " + (negative && Bounded(info).Min >= 0 ? "negative" : "out of range"), Allowed(info));
        }

        value = parsed;
        return null;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info)
    {
        var schema = new JsonObject { ["type"] = "integer" };
        if (type == typeof(ulong))
        {
            schema["minimum"] = 0;
            schema["maximum"] = ulong.MaxValue;
        }
        else
        {
            AddRange(schema, info);
        }

        return schema;
    }

    public override JsonNode? DefaultText(object value) => JsonValue.Create(Convert.ToDecimal(value, CultureInfo.InvariantCulture));

    // The greatest of the type's own is not a double.
    private string Whole(double value) => type == typeof(ulong) && value >= ulong.MaxValue ? ulong.MaxValue.ToString(CultureInfo.InvariantCulture)
        : type == typeof(long) && value >= long.MaxValue ? long.MaxValue.ToString(CultureInfo.InvariantCulture)
        : Plain(value);

    private FieldAttribute Bounded(FieldAttribute info) => !double.IsNaN(info.Min) && !double.IsNaN(info.Max) ? info : new FieldAttribute("")
    {
        Min = !double.IsNaN(info.Min) ? info.Min : type == typeof(int) ? int.MinValue : type == typeof(long) ? long.MinValue : 0,
        Max = !double.IsNaN(info.Max) ? info.Max : type == typeof(int) ? int.MaxValue : type == typeof(long) ? long.MaxValue : ulong.MaxValue,
        AboveMin = info.AboveMin,
        BelowMax = info.BelowMax,
    };
}

internal sealed class NumberType : ScalarType
{
    public override string Allowed(FieldAttribute info) => "a number" + RangeText(info, Plain);

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        value = null;
        if (!scalar.IsPlain || !IsNumber(scalar.Value))
        {
            string found = scalar.IsNull ? "found nothing" : $"{scalar.Describe()} is not a number";
            return new Finding(found, Allowed(info));
        }

        double number = double.Parse(scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number) || !InRange(number, info))
        {
            return new Finding($"{Quote.Bare(scalar.Value)} is " + (number < 0 && info.Min >= 0 ? "negative" : "out of range"), Allowed(info));
        }

        value = number;
        return null;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info)
    {
        var schema = new JsonObject { ["type"] = "number" };
        AddRange(schema, info);
        return schema;
    }

    public override JsonNode? DefaultText(object value) => Json((double)value);
}

internal delegate Finding? ParseUnit<T>(string text, out T value);

/// <summary>A quantity with a unit. Ranges are in the base unit (bytes, bytes per second, seconds).</summary>
internal sealed class UnitType<T>(string plural, string allowed, string pattern, ParseUnit<T> parse, Func<T, double> inBaseUnit, Func<double, string> format) : ScalarType
    where T : struct
{
    /// <summary>What a value is called, in the singular.</summary>
    public string Name => plural[..^1];

    public override string Allowed(FieldAttribute info) => allowed;

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        value = null;
        if (scalar.IsNull)
        {
            return new Finding("found nothing", allowed);
        }

        if (parse(scalar.Value, out T parsed) is { } wrong)
        {
            return wrong;
        }

        value = parsed;
        return InRange(inBaseUnit(parsed), info) ? null : new Finding($"{Quote.Text(scalar.Value)} is out of range", plural + RangeText(info, format));
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info)
    {
        JsonObject schema = definitions.Refer(plural[..^1], () => new JsonObject
        {
            ["description"] = char.ToUpperInvariant(allowed[0]) + allowed[1..] + ".",
            ["anyOf"] = new JsonArray(new JsonObject { ["const"] = 0 }, new JsonObject { ["type"] = "string", ["pattern"] = pattern }),
        });
        return schema;
    }

    /// <summary>The range in words for the schema's description, which cannot say it otherwise.</summary>
    public string Range(FieldAttribute info) => RangeText(info, format);

    public override JsonNode? DefaultText(object value) => JsonValue.Create(format(inBaseUnit((T)value)));
}

internal sealed class CountOrPercentType : ScalarType
{
    public override string Allowed(FieldAttribute info) => UnitText.CountOrPercentAllowed;

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        Finding? wrong = UnitText.Parse(scalar.Value, out CountOrPercent parsed);
        value = parsed;
        return wrong;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => definitions.Refer("countOrPercent", () => new JsonObject
    {
        ["description"] = "A whole number, or a percentage from 0% to 100%.",
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = int.MaxValue },
            new JsonObject { ["type"] = "string", ["pattern"] = UnitText.PercentPattern }),
    });

    public override JsonNode? DefaultText(object value) =>
        value is CountOrPercent { Count: { } count } ? JsonValue.Create(count) : JsonValue.Create(value.ToString());
}

/// <summary>One word of an enum.</summary>
internal sealed class WordType : ScalarType
{
    private readonly IReadOnlyList<(string Word, string Description, object Value)> _words;

    public WordType(Type type) => _words =
    [
        .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (field.GetCustomAttribute<WordAttribute>()!, field.GetValue(null)!))
            .Select(pair => (pair.Item1.Word, pair.Item1.Description, pair.Item2)),
    ];

    /// <summary>The words, each with what it stands for.</summary>
    public IEnumerable<(string Word, string Description)> Words => _words.Select(w => (w.Word, w.Description));

    public override string Allowed(FieldAttribute info) => string.Join(", ", _words.Select(w => w.Word));

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        foreach ((string word, _, object member) in _words)
        {
            if (word == scalar.Value)
            {
                value = member;
                return null;
            }
        }

        value = null;
        string found = scalar.IsNull ? "found nothing" : $"{scalar.Describe()} is none of the words known here";
        return new Finding(found, Allowed(info), Nearest.Of(scalar.Value, _words.Select(w => w.Word)));
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => new()
    {
        ["oneOf"] = new JsonArray([.. _words.Select(w => (JsonNode)new JsonObject { ["const"] = w.Word, ["description"] = w.Description })]),
    };

    public override JsonNode? DefaultText(object value) => JsonValue.Create(WordAttribute.Of((Enum)value));
}

/// <summary>Kubernetes' IntOrString: a plain number is a number, anything else a text. What the text may be is for validation to say.</summary>
internal sealed class IntOrStringType : ScalarType
{
    public override string Allowed(FieldAttribute info) => "a whole number or a percentage such as 25%";

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        value = null;
        if (scalar.IsPlain && int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            value = (IntOrString)number;
            return null;
        }

        if (KindOfPlain(scalar) is { } kind)
        {
            return new Finding(scalar.IsNull ? "found nothing" : $"{scalar.Describe()} is {(kind == "a number" ? "not a whole number" : kind)}", Allowed(info));
        }

        // The model keeps both forms as text: a number in quotes would be taken for a number, which a cluster does not do.
        if (int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            return new Finding($"{scalar.Describe()} is text because of its quotes", Allowed(info));
        }

        value = (IntOrString)scalar.Value;
        return null;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => new()
    {
        ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string", ["pattern"] = UnitText.PercentPattern }),
    };
}

internal sealed class Base64Type : ScalarType
{
    public override string Allowed(FieldAttribute info) => "text in base64";

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        var bytes = new byte[scalar.Value.Length];
        bool valid = Convert.TryFromBase64String(scalar.Value, bytes, out int length);
        value = valid ? bytes[..length] : null;
        return valid ? null : new Finding("the value is not base64", Allowed(info));
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => new() { ["type"] = "string", ["contentEncoding"] = "base64" };
}
