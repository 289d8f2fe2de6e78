using System.Globalization;
using System.Text.RegularExpressions;
using Kruise.Sim.Engine;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Sweeps;

/// <summary>A number as settings have it, with its unit: <c>10</c>, <c>20%</c>, <c>100Mbps</c>, <c>1.5GiB</c>, <c>30s</c>.</summary>
/// <param name="Number">What stands before the unit.</param>
/// <param name="Unit">As written; empty for plain numbers.</param>
/// <param name="Kind">What may be compared with what.</param>
/// <param name="Value">In the kind's own unit: bytes, bytes per second, seconds, percent.</param>
/// <param name="Decimals">Digits after the point, as written.</param>
internal sealed partial record Amount(decimal Number, string Unit, AmountKind Kind, double Value, int Decimals)
{
    /// <summary>What a text stands for; null when it is no number with a unit that scenarios know.</summary>
    public static Amount? Read(string text)
    {
        Match match = Form().Match(text);
        if (!match.Success || !decimal.TryParse(match.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal number))
        {
            return null;
        }

        string unit = match.Groups["unit"].Value;
        int point = match.Groups["number"].ValueSpan.IndexOf('.');
        int decimals = point < 0 ? 0 : match.Groups["number"].Length - point - 1;
        return OfUnit(text, unit, (double)number) is { } read ? new Amount(number, unit, read.Kind, read.Value, decimals) : null;
    }

    private static (AmountKind Kind, double Value)? OfUnit(string text, string unit, double number) =>
        unit.Length == 0 ? (AmountKind.Plain, number)
        : unit == "%" ? (AmountKind.Percent, number)
        // Of "m" alone the loader makes minutes where it reads a duration; a quantity of thousandths is none of a scenario's numbers.
        : UnitText.Parse(text, out SimTime time) is null ? (AmountKind.Time, time.Seconds)
        : UnitText.Parse(text, out Bandwidth rate) is null ? (AmountKind.Rate, rate.BytesPerSecond)
        : UnitText.Parse(text, out DataSize size) is null ? (AmountKind.Size, size.Bytes)
        : null;

    [GeneratedRegex(@"^(?<number>-?[0-9]+(\.[0-9]+)?)(?<unit>[A-Za-zµμ%]*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Form();
}

/// <summary>What an amount is of.</summary>
internal enum AmountKind
{
    Plain,
    Percent,
    Time,
    Rate,
    Size,
}
