using System.Globalization;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Tuning;

/// <summary>A bound that every run must keep: <c>registries.docker.io.peakBytesPerSecond&lt;=5Gbps</c>.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="AtMost">Whether the bound is the greatest value allowed, else it is the least.</param>
/// <param name="Bound">In the metric's unit.</param>
internal sealed record Constraint(string Metric, bool AtMost, double Bound)
{
    public string Text => $"{Metric} {(AtMost ? "at most" : "at least")} {Human.Metric(Metric, Bound)}";

    /// <summary>Reads <c>METRIC&lt;=VALUE</c> or <c>METRIC&gt;=VALUE</c>; the value may have a unit that suits the metric's.</summary>
    public static (Constraint? Constraint, Finding? Wrong) Read(string text, MetricScope scope)
    {
        int sign = text.IndexOf("<=", StringComparison.Ordinal);
        bool atMost = sign > 0;
        if (!atMost) sign = text.IndexOf(">=", StringComparison.Ordinal);
        if (sign <= 0) return (null, new Finding("there is no bound", "METRIC<=VALUE or METRIC>=VALUE"));
        string metric = text[..sign].Trim();
        string value = text[(sign + 2)..].Trim();
        if (MetricFindings.Of(metric, scope) is { } wrong) return (null, wrong);
        Metric known = MetricCatalog.Find(metric)!.Value.Metric;
        (AmountKind Kind, string Allowed) unit = known.Unit switch
        {
            "s" => (AmountKind.Time, "seconds, or a duration such as 90s or 5m"),
            "B" => (AmountKind.Size, "bytes, or a size such as 20GB"),
            "B/s" => (AmountKind.Rate, "bytes per second, or a bandwidth such as 5Gbps"),
            // The catalog's only measures without a unit are shares.
            _ when known.Nature == MetricNature.Measure => (AmountKind.Percent, "a share, 0 to 1, or a percentage"),
            _ => (AmountKind.Plain, "a number"),
        };
        double? bound = Amount.Read(value) is { } amount && amount.Kind == unit.Kind ? amount.Kind == AmountKind.Percent ? amount.Value / 100 : amount.Value
            : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number
            : null;
        return bound is { } b ? (new Constraint(metric, atMost, b), null) : (null, new Finding($"{Quote.Text(value)} is no bound of {metric}", unit.Allowed));
    }

    /// <summary>By how much a value misses the bound, as a part of it: 0 when it keeps it, at least a millionth when it does not, infinite when there is none.</summary>
    public double Excess(double? value)
    {
        if (value is not { } v) return double.PositiveInfinity;
        double over = AtMost ? v - Bound : Bound - v;
        return over <= 0 ? 0 : Math.Max(1e-6, over / Math.Max(Math.Abs(Bound), 1e-9));
    }
}
