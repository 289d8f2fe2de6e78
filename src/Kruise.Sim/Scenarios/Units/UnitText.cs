using System.Globalization;
using System.Text;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Scenarios;

/// <summary>
/// Values with units as text, both ways. Numbers are decimal and exact; what is left of a byte or of a nanosecond is rounded, half away from zero.
/// </summary>
internal static class UnitText
{
    public const string SizePattern = @"^(0|[0-9]+(\.[0-9]+)?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB|k|M|G|T|Ki|Mi|Gi|Ti))$";
    public const string BandwidthPattern = @"^(0|[0-9]+(\.[0-9]+)?(bps|kbps|Mbps|Gbps|Tbps|Bps|kBps|MBps|GBps|TBps|KiBps|MiBps|GiBps|TiBps))$";
    public const string DurationPattern = @"^(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+)$";
    public const string PercentPattern = @"^[0-9]+(\.[0-9]+)?%$";

    public const string SizeAllowed =
        "a number with a unit: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB, or a Kubernetes quantity (k, M, G, T, Ki, Mi, Gi, Ti)";

    public const string BandwidthAllowed =
        "a number with a unit: bps, kbps, Mbps, Gbps (bits per second) or Bps, kBps, MBps, GBps, KiBps, MiBps, GiBps (bytes per second)";

    public const string DurationAllowed = "a duration: numbers with the units h, m, s, ms, us, ns, such as 1h30m or 250ms";

    public const string CountOrPercentAllowed = "a whole number from 0, or a percentage from 0% to 100%";

    private const int MaxDigits = 24;

    private static readonly (string Unit, decimal Factor)[] _sizes =
    [
        ("B", 1), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776),
        ("k", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000),
        ("Ki", 1024), ("Mi", 1_048_576), ("Gi", 1_073_741_824), ("Ti", 1_099_511_627_776),
    ];

    private static readonly (string Unit, decimal Factor)[] _bandwidths =
    [
        ("bps", 0.125m), ("kbps", 125), ("Mbps", 125_000), ("Gbps", 125_000_000), ("Tbps", 125_000_000_000),
        ("Bps", 1), ("kBps", 1_000), ("MBps", 1_000_000), ("GBps", 1_000_000_000), ("TBps", 1_000_000_000_000),
        ("KiBps", 1024), ("MiBps", 1_048_576), ("GiBps", 1_073_741_824), ("TiBps", 1_099_511_627_776),
    ];

    // Largest first, as durations are written.
    private static readonly (string Unit, decimal Factor)[] _durations =
    [
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ns", 1),
    ];

    /// <summary>Reads an amount of data; null when it was read, else what is wrong.</summary>
    public static Finding? Parse(string text, out DataSize value)
    {
        Finding? wrong = Scale(text, "a size", SizeAllowed, _sizes, out decimal bytes);
        value = default;
        if (wrong is null)
        {
            if (bytes > long.MaxValue)
            {
                return new Finding($"{Quote.Text(text)} is too large", "sizes below 8 EiB");
            }

            value = new DataSize((long)Math.Round(bytes, MidpointRounding.AwayFromZero));
        }

        return wrong;
    }

    /// <summary>Reads a rate of data; null when it was read, else what is wrong.</summary>
    public static Finding? Parse(string text, out Bandwidth value)
    {
        Finding? wrong = Scale(text, "a bandwidth", BandwidthAllowed, _bandwidths, out decimal bytesPerSecond);
        value = new Bandwidth((double)bytesPerSecond);
        return wrong;
    }

    /// <summary>Reads a duration as Go writes it; null when it was read, else what is wrong.</summary>
    public static Finding? Parse(string text, out SimTime value)
    {
        value = default;
        ReadOnlySpan<char> rest = text;
        if (rest is "0")
        {
            return null;
        }

        if (rest.StartsWith('-'))
        {
            return new Finding($"{Quote.Text(text)} is negative", DurationAllowed);
        }

        decimal nanoseconds = 0;
        bool any = false;
        while (!rest.IsEmpty)
        {
            int digits = NumberLength(rest);
            if (digits == 0 || !TryNumber(rest[..digits], out decimal number))
            {
                return new Finding($"{Quote.Text(text)} is not a duration", DurationAllowed);
            }

            rest = rest[digits..];
            int unitLength = 0;
            while (unitLength < rest.Length && !char.IsAsciiDigit(rest[unitLength]) && rest[unitLength] != '.')
            {
                unitLength++;
            }

            string unit = rest[..unitLength].ToString();
            if (unit.Length == 0)
            {
                return new Finding($"{Quote.Text(text)} has no unit", DurationAllowed, any ? null : text + "s");
            }

            decimal factor = FactorOf(_durations, unit);
            if (factor == 0)
            {
                string? nearest = NearestUnit(_durations, unit);
                return new Finding(
                    $"{Quote.Text(text)} has the unknown unit {Quote.Text(unit)}",
                    DurationAllowed,
                    nearest is null || any || unitLength != rest.Length ? null : text[..^unitLength] + nearest);
            }

            nanoseconds += number * factor;
            if (nanoseconds > long.MaxValue)
            {
                return new Finding($"{Quote.Text(text)} is too long", "durations below 292 years");
            }

            any = true;
            rest = rest[unitLength..];
        }

        if (!any)
        {
            return new Finding($"{Quote.Text(text)} is not a duration", DurationAllowed);
        }

        value = new SimTime((long)Math.Round(nanoseconds, MidpointRounding.AwayFromZero));
        return null;
    }

    /// <summary>Reads a number of things or a percentage; null when it was read, else what is wrong.</summary>
    public static Finding? Parse(string text, out CountOrPercent value)
    {
        value = default;
        if (text.EndsWith('%'))
        {
            ReadOnlySpan<char> number = text.AsSpan(0, text.Length - 1);
            if (NumberLength(number) == number.Length && TryNumber(number, out decimal percent) && percent <= 100)
            {
                value = CountOrPercent.OfPercent((double)percent);
                return null;
            }
        }
        else if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            value = CountOrPercent.OfCount(count);
            return null;
        }

        return new Finding($"{Quote.Text(text)} is neither a count nor a percentage", CountOrPercentAllowed);
    }

    public static string Format(DataSize size) => Shortest(size.Bytes, _sizes.AsSpan(0, 9));

    public static string Format(Bandwidth bandwidth) =>
        bandwidth.BytesPerSecond is >= 0 and < 1e27 ? Shortest((decimal)bandwidth.BytesPerSecond, _bandwidths) : "unlimited";

    public static string Format(SimTime time)
    {
        if (time.Nanoseconds == 0)
        {
            return "0s";
        }

        var text = new StringBuilder(time.Nanoseconds < 0 ? "-" : "");
        decimal rest = Math.Abs((decimal)time.Nanoseconds);
        if (rest < 1_000_000_000)
        {
            (string unit, decimal factor) = _durations.First(u => rest >= u.Factor);
            return text.Append((rest / factor).ToString("0.######", CultureInfo.InvariantCulture)).Append(unit).ToString();
        }

        foreach ((string unit, decimal factor) in _durations.AsSpan(0, 2))
        {
            decimal whole = decimal.Truncate(rest / factor);
            rest -= whole * factor;
            if (whole > 0)
            {
                text.Append(whole.ToString(CultureInfo.InvariantCulture)).Append(unit);
            }
        }

        return rest == 0 ? text.ToString() : text.Append((rest / 1_000_000_000).ToString("0.#########", CultureInfo.InvariantCulture)).Append('s').ToString();
    }

    private static Finding? Scale(string text, string what, string allowed, (string Unit, decimal Factor)[] units, out decimal value)
    {
        value = 0;
        if (text == "0")
        {
            return null;
        }

        if (text.StartsWith('-') && text.Length > 1 && NumberLength(text.AsSpan(1)) > 0)
        {
            return new Finding($"{Quote.Text(text)} is negative", allowed);
        }

        int digits = NumberLength(text);
        if (digits == 0 || !TryNumber(text.AsSpan(0, digits), out decimal number))
        {
            return new Finding($"{Quote.Text(text)} is not {what}", allowed);
        }

        string unit = text[digits..].TrimStart(' ');
        if (unit.Length == 0)
        {
            return new Finding($"{Quote.Text(text)} has no unit", allowed);
        }

        decimal factor = FactorOf(units, unit);
        if (factor == 0 || text.Length != digits + unit.Length)
        {
            string? nearest = factor != 0 ? unit : NearestUnit(units, unit);
            return new Finding(
                factor != 0 ? $"{Quote.Text(text)} has a space before its unit" : $"{Quote.Text(text)} has the unknown unit {Quote.Text(unit)}",
                allowed,
                nearest is null ? null : text[..digits] + nearest);
        }

        value = number * factor;
        return null;
    }

    private static decimal FactorOf((string Unit, decimal Factor)[] units, string unit)
    {
        foreach ((string name, decimal factor) in units)
        {
            if (name == unit)
            {
                return factor;
            }
        }

        return 0;
    }

    // What was meant by a unit that does not exist: a rate without its "per second", a longer word for it (min, sec), or a misspelling.
    private static string? NearestUnit((string Unit, decimal Factor)[] units, string unit)
    {
        unit = unit.Trim();
        if (FactorOf(units, unit) != 0)
        {
            return unit;
        }

        if (FactorOf(units, unit + "ps") != 0)
        {
            return unit + "ps";
        }

        return Nearest.Of(unit, units.Select(u => u.Unit), alone: true)
            ?? units.Select(u => u.Unit).Where(u => unit.StartsWith(u, StringComparison.OrdinalIgnoreCase)).MaxBy(u => u.Length);
    }

    // The length of a decimal number without sign or exponent at the start of a text.
    private static int NumberLength(ReadOnlySpan<char> text)
    {
        int length = 0;
        bool point = false;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || (text[length] == '.' && !point)))
        {
            point |= text[length] == '.';
            length++;
        }

        return length;
    }

    // Below 10^16 a product with any unit's factor stays inside what a decimal holds.
    private static bool TryNumber(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        return text.Length <= MaxDigits
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && number < 10_000_000_000_000_000m;
    }

    // The shortest exact writing with at most three decimals; the smallest unit when there is none.
    private static string Shortest(decimal value, ReadOnlySpan<(string Unit, decimal Factor)> units)
    {
        string? best = null;
        foreach ((string unit, decimal factor) in units)
        {
            decimal scaled = value / factor;
            if (decimal.Round(scaled, 3) == scaled)
            {
                string text = scaled.ToString("0.###", CultureInfo.InvariantCulture) + unit;
                if (best is null || text.Length < best.Length)
                {
                    best = text;
                }
            }
        }

        return best ?? value.ToString("0.######", CultureInfo.InvariantCulture) + "Bps";
    }
}
