using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s.Models;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>A Kubernetes quantity (<c>500m</c>, <c>4</c>, <c>64Gi</c>), not below zero.</summary>
internal sealed partial class QuantityType : ScalarType
{
    private const string Pattern = @"^[0-9]{1,15}(\.[0-9]{1,9})?(n|u|m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$";

    public override string Allowed(FieldAttribute info) => "a Kubernetes quantity: a number, alone or with n, u, m, k, M, G, T, P, Ki, Mi, Gi, Ti, Pi, such as 500m or 64Gi";

    protected override Finding? Parse(ScalarNode scalar, FieldAttribute info, out object? value)
    {
        value = null;
        if (scalar.IsNull)
        {
            return new Finding("found nothing", Allowed(info));
        }

        if (!Form().IsMatch(scalar.Value))
        {
            string mended = scalar.Value.EndsWith('B') ? scalar.Value[..^1] : "";
            return new Finding($"{Quote.Text(scalar.Value)} is not a quantity", Allowed(info), Form().IsMatch(mended) ? mended : null);
        }

        value = new ResourceQuantity(scalar.Value);
        double number = ((ResourceQuantity)value).ToDouble();
        return InRange(number, info) ? null : new Finding($"{Quote.Text(scalar.Value)} is out of range", "quantities" + RangeText(info, Plain));
    }

    public override JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info) => definitions.Refer("quantity", () => new JsonObject
    {
        ["description"] = "A Kubernetes quantity: a number, alone or with a unit.",
        ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "number", ["minimum"] = 0 }, new JsonObject { ["type"] = "string", ["pattern"] = Pattern }),
    });

    public override JsonNode? DefaultText(object value) => JsonValue.Create(value.ToString());

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Form();
}
