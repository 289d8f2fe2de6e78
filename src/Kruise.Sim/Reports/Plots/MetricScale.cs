using System.Globalization;
using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports.Plots;

/// <summary>An axis of a metric, in the unit that suits its greatest value.</summary>
/// <param name="Name">The metric.</param>
/// <param name="Unit">The unit; empty for plain numbers.</param>
/// <param name="Factor">What a value is multiplied with.</param>
internal sealed record MetricScale(string Name, string Unit, double Factor)
{
    public string Label => Unit.Length == 0 ? Name : $"{Name} ({Unit})";

    public static MetricScale Of(string metric, double greatest) => MetricCatalog.Find(metric)?.Metric.Unit switch
    {
        "s" => Seconds(metric, TimeAxis.Until(greatest)),
        "B" => Thousands(metric, greatest, 1, ["B", "kB", "MB", "GB", "TB"]),
        "B/s" => Thousands(metric, greatest, 8, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"]),
        _ => new MetricScale(metric, "", 1),
    };

    public double Scale(double value) => value * Factor;

    /// <summary>A value in the axis' unit, with three digits that count.</summary>
    public string Text(double value)
    {
        double scaled = Scale(value);
        return scaled.ToString(Math.Abs(scaled) >= 100 ? "#,0" : scaled == Math.Round(scaled) ? "0" : Math.Abs(scaled) >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
    }

    private static MetricScale Seconds(string metric, TimeAxis axis) => new(metric, axis.Unit, 1 / axis.UnitSeconds);

    private static MetricScale Thousands(string metric, double greatest, double factor, string[] units)
    {
        int unit = 0;
        for (double value = greatest * factor; value >= 1000 && unit < units.Length - 1; value /= 1000)
        {
            unit++;
            factor /= 1000;
        }

        return new MetricScale(metric, units[unit], factor);
    }
}
