using System.Globalization;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Scenarios;

/// <summary>An amount of data, whole bytes. Written <c>27MB</c>, <c>64KiB</c> or as a Kubernetes quantity (<c>128Mi</c>, <c>1G</c>).</summary>
internal readonly record struct DataSize(long Bytes)
{
    public override string ToString() => UnitText.Format(this);
}

/// <summary>A rate of data, bytes per second. Written in bits (<c>10Gbps</c>) or bytes (<c>400MBps</c>, <c>64MiBps</c>).</summary>
internal readonly record struct Bandwidth(double BytesPerSecond)
{
    public override string ToString() => UnitText.Format(this);
}

/// <summary>
/// A delay: constant (<c>5ms</c>; both percentiles are equal) or spread, given by its median and 99th percentile (<c>{p50: 5ms, p99: 50ms}</c>).
/// </summary>
internal readonly record struct Latency(SimTime P50, SimTime P99)
{
    public static Latency Zero => default;

    public bool IsConstant => P50 == P99;

    public static Latency Constant(SimTime value) => new(value, value);

    public override string ToString() =>
        IsConstant ? UnitText.Format(P50) : $"{{p50: {UnitText.Format(P50)}, p99: {UnitText.Format(P99)}}}";
}

/// <summary>A share or a probability, 0 to 1. Written <c>5%</c> or <c>0.05</c>.</summary>
internal readonly record struct Share(double Value)
{
    public override string ToString() => (Value * 100).ToString("0.######", CultureInfo.InvariantCulture) + "%";
}

/// <summary>A number of things, or a share of them (<c>25%</c>): exactly one of the two is set.</summary>
internal readonly record struct CountOrPercent
{
    private CountOrPercent(int? count, double? percent)
    {
        Count = count;
        Percent = percent;
    }

    public int? Count { get; }

    /// <summary>0 to 100.</summary>
    public double? Percent { get; }

    public static CountOrPercent None => OfCount(0);

    public static CountOrPercent OfCount(int count) => new(count, null);

    public static CountOrPercent OfPercent(double percent) => new(null, percent);

    /// <summary>How many of <paramref name="total"/> things: a percentage is rounded up, nothing exceeds the total.</summary>
    public int Of(int total)
    {
        if (Count is { } count)
        {
            return Math.Min(count, total);
        }

        // A hundredth of a percent may not be representable: what is whole within rounding stays whole.
        double share = (Percent ?? 0) * total / 100;
        double nearest = Math.Round(share);
        return Math.Min(total, (int)(Math.Abs(share - nearest) < 1e-9 * Math.Max(1, total) ? nearest : Math.Ceiling(share)));
    }

    public override string ToString() =>
        Percent is { } percent
            ? percent.ToString("0.######", CultureInfo.InvariantCulture) + "%"
            : (Count ?? 0).ToString(CultureInfo.InvariantCulture);
}
