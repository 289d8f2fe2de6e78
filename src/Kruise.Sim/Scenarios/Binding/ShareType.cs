using System.Globalization;
using System.Text.Json.Nodes;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>A share or a probability: a percentage, or a number from 0 to 1.</summary>
internal sealed class ShareType : ScalarType
{
    public override string Allowed(FieldAttribute info) => "a percentage from 0% to 100%, or a number from 0 to 1";

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        value = null;
        bool percent = scalar.Value.EndsWith('%');
        string digits = percent ? scalar.Value[..^1] : scalar.Value;
        if (!IsNumber(digits))
        {
            return new Finding(scalar.IsNull ? "found nothing" : $"{scalar.Describe()} is not a share", Allowed(info));
        }

        double number = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture) / (percent ? 100 : 1);
        if (!(number >= 0 && number <= 1))
        {
            return new Finding(
                $"{Quote.Bare(scalar.Value)} is {(number < 0 ? "negative" : "out of range")}", Allowed(info), !percent && number is > 1 and <= 100 ? digits + "%" : null);
        }

        value = new Share(number);
        return null;
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => definitions.Refer("share", () => new JsonObject
    {
        ["description"] = "A percentage, or a number from 0 to 1.",
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1 },
            new JsonObject { ["type"] = "string", ["pattern"] = UnitText.PercentPattern }),
    });

    public override JsonNode? DefaultText(object value) => JsonValue.Create(value.ToString());
}
