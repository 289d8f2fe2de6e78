using System.Globalization;
using static System.FormattableString;

namespace Kruise.Sim.Reports;

/// <summary>Numbers as people read them; English separators on every machine.</summary>
internal static class Human
{
    /// <summary>Two units at most: <c>350 ms</c>, <c>12.3 s</c>, <c>12 min 3 s</c>, <c>2 h 5 min</c>, <c>3 d 4 h</c>.</summary>
    public static string Duration(double seconds)
    {
        if (seconds < 0) return "-" + Duration(-seconds);
        if (seconds == 0) return "0 s";
        if (seconds < 0.9995) return seconds < 0.000_999_5 ? Invariant($"{seconds * 1e6:0.#} µs") : seconds < 0.00995 ? Invariant($"{seconds * 1e3:0.0} ms") : Invariant($"{seconds * 1e3:0} ms");
        if (seconds < 9.995) return Invariant($"{seconds:0.00} s");
        if (seconds < 59.95) return Invariant($"{seconds:0.0} s");
        long whole = (long)Math.Round(seconds);
        if (whole < 3600) return Pair(whole / 60, "min", whole % 60, "s");
        long minutes = (long)Math.Round(seconds / 60);
        if (minutes < 48 * 60) return Pair(minutes / 60, "h", minutes % 60, "min");
        long hours = (long)Math.Round(seconds / 3600);
        return Pair(hours / 24, "d", hours % 24, "h");
    }

    /// <summary><c>12 min 3 s (723.412 s)</c>; the exact seconds are left out where the words already say them.</summary>
    public static string DurationAndSeconds(double seconds) =>
        seconds < 59.95 ? Seconds(seconds) : Duration(seconds) + " (" + Seconds(seconds) + ")";

    /// <summary>Seconds to the millisecond, with separators.</summary>
    public static string Seconds(double seconds) => seconds is > 0 and < 0.001 ? Duration(seconds) : Invariant($"{seconds:#,0.###} s");

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>So many of a thing whose plural has an s: <c>1 seed</c>, <c>5 seeds</c>.</summary>
    public static string Count(long count, string thing) => Count(count) + " " + thing + (count == 1 ? "" : "s");

    /// <summary>Up to six decimals, with separators; a dash for none.</summary>
    public static string Number(double? value) => value is { } number ? number.ToString("#,0.######", CultureInfo.InvariantCulture) : "–";

    /// <summary>The same with its unit, which plain numbers (<c>1</c>) do not have.</summary>
    public static string Number(double? value, string? unit) => Number(value) + (value is null || unit is null or "1" ? "" : " " + unit);

    /// <summary>A metric of the catalog in the words of its unit; a dash for none, and "never" for what stands for a run that did not get that far, which is infinite.</summary>
    public static string Metric(string name, double? value) => value is not { } number || double.IsNaN(number) ? "–"
    : double.IsInfinity(number) ? "never"
    : Measures.MetricCatalog.Find(name)?.Metric.Unit switch
    {
        "s" => Duration(number),
        "B" => Bytes(number),
        "B/s" => BitRate(number),
        _ => number.ToString(Math.Abs(number) >= 1000 ? "#,0" : Math.Abs(number) >= 10 ? "0.#" : "0.###", CultureInfo.InvariantCulture),
    };

    /// <summary>A difference of a metric, with its sign: <c>+3.20 s</c>, <c>−50</c>, <c>0 s</c>.</summary>
    public static string Difference(string metric, double difference) => (difference < 0 ? "−" : difference > 0 ? "+" : "") + Metric(metric, Math.Abs(difference));

    /// <summary>A relative difference, with its sign: <c>+14.7 %</c>, <c>−0.041 %</c>, <c>+∞</c>; 0 only where there is none.</summary>
    public static string RelativeDifference(double share)
    {
        if (double.IsInfinity(share)) return share > 0 ? "+∞" : "−∞";
        double percent = Math.Abs(share) * 100;
        // What would be rounded to nothing keeps two digits.
        string format = percent is > 0 and < 0.1 ? "0." + new string('#', 1 - (int)Math.Floor(Math.Log10(percent))) : "#,0.#";
        return (share < 0 ? "−" : "+") + percent.ToString(format, CultureInfo.InvariantCulture) + " %";
    }

    public static string Percent(double share) => share is > 0 and < 0.0005 ? "< 0.1 %" : Invariant($"{share * 100:0.0} %");

    public static string Bytes(double bytes) => Scaled(bytes, 1000, ["B", "kB", "MB", "GB", "TB", "PB"]);

    /// <summary>Network rates in bits, as links are sold.</summary>
    public static string BitRate(double bytesPerSecond) =>
        double.IsInfinity(bytesPerSecond) ? "unlimited" : Scaled(bytesPerSecond * 8, 1000, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"]);

    /// <summary>Three significant digits: <c>8.21×</c>, <c>82.1×</c>, <c>1,204×</c>.</summary>
    public static string Factor(double factor) =>
        factor < 9.995 ? Invariant($"{factor:0.00}×") : factor < 99.95 ? Invariant($"{factor:0.0}×") : Invariant($"{factor:#,0}×");

    private static string Pair(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? Invariant($"{large} {largeUnit}") : Invariant($"{large} {largeUnit} {small} {smallUnit}");

    private static string Scaled(double value, double step, string[] units)
    {
        int unit = 0;
        while (value >= step * 0.9995 && unit < units.Length - 1)
        {
            value /= step;
            unit++;
        }

        return value < 9.995 && unit > 0 ? Invariant($"{value:0.00} {units[unit]}") : value < 99.95 && unit > 0 ? Invariant($"{value:0.0} {units[unit]}") : Invariant($"{value:#,0} {units[unit]}");
    }
}
