using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios.Manifests;
using Kruise.Sim.Scenarios.Reading;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>A type that fields have: how a node becomes a value, what messages say is allowed, and what the schema says. One object does all three.</summary>
internal abstract class FieldType
{
    private static readonly ConcurrentDictionary<Type, FieldType> _types = new();

    /// <summary>What is allowed, as a noun phrase.</summary>
    public abstract string Allowed(FieldAttribute info);

    /// <summary>Makes a value of a node; what is wrong is reported, and then there is no value.</summary>
    public abstract bool TryBind(BindContext context, YamlNode node, FieldPath path, FieldAttribute info, out object? value);

    /// <summary>The type as JSON Schema.</summary>
    public abstract JsonObject Schema(SchemaDefinitions definitions, FieldAttribute info);

    /// <summary>A value as a file would have it, for the schema's defaults; null when it is not worth saying.</summary>
    public virtual JsonNode? DefaultText(object value) => null;

    public static FieldType Of(Type type) => _types.GetOrAdd(Nullable.GetUnderlyingType(type) ?? type, Make);

    protected static bool Fail(BindContext context, YamlNode node, FieldPath path, Finding finding, out object? value)
    {
        context.Error(node, path, finding);
        value = null;
        return false;
    }

    private static FieldType Make(Type type)
    {
        if (type == typeof(string))
        {
            return new TextType();
        }

        if (type == typeof(bool))
        {
            return new BooleanType();
        }

        if (type == typeof(int) || type == typeof(long) || type == typeof(ulong))
        {
            return new WholeNumberType(type);
        }

        if (type == typeof(double))
        {
            return new NumberType();
        }

        if (type == typeof(DataSize))
        {
            return new UnitType<DataSize>("sizes", UnitText.SizeAllowed, UnitText.SizePattern, UnitText.Parse, v => v.Bytes, v => UnitText.Format(new DataSize((long)v)));
        }

        if (type == typeof(Bandwidth))
        {
            return new UnitType<Bandwidth>(
                "bandwidths", UnitText.BandwidthAllowed, UnitText.BandwidthPattern, UnitText.Parse, v => v.BytesPerSecond, v => UnitText.Format(new Bandwidth(v)));
        }

        if (type == typeof(SimTime))
        {
            return new UnitType<SimTime>(
                "durations", UnitText.DurationAllowed, UnitText.DurationPattern, UnitText.Parse, v => v.Seconds, v => UnitText.Format(SimTime.FromSeconds(v)));
        }

        if (type == typeof(CountOrPercent))
        {
            return new CountOrPercentType();
        }

        if (type == typeof(Share))
        {
            return new ShareType();
        }

        if (type == typeof(Latency))
        {
            return new LatencyType();
        }

        if (type == typeof(IntOrString))
        {
            return new IntOrStringType();
        }

        if (type == typeof(ResourceQuantity))
        {
            return new QuantityType();
        }

        if (type == typeof(byte[]))
        {
            return new Base64Type();
        }

        if (type == typeof(AnyValue))
        {
            return new AnyType();
        }

        if (type == typeof(ApplyAction))
        {
            return new ApplyType();
        }

        if (type.IsEnum)
        {
            return new WordType(type);
        }

        if (type.IsGenericType && type.GetGenericArguments() is [{ } element])
        {
            return new ListType(element);
        }

        if (type.IsGenericType && type.GetGenericArguments() is [{ } key, { } item] && key == typeof(string))
        {
            return new MapType(item);
        }

        return !type.IsAbstract ? new RecordType(type) : type.IsDefined(typeof(FormWithAttribute), inherit: false) ? new ChoiceType(type) : new UnionType(type);
    }
}
