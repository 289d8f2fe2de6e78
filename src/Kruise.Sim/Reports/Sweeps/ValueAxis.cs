using System.Globalization;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>Where values lie on an axis: numbers of one unit by their size (by ratio, where they go over more than an order of magnitude), all others side by side.</summary>
internal sealed class ValueAxis
{
    /// <summary>A ratio of the ends from which equal ratios are equal distances.</summary>
    private const double LogarithmicFrom = 20;

    private readonly IReadOnlyList<string> _values;
    private readonly bool _logarithmic;

    public ValueAxis(IReadOnlyList<string> values)
    {
        _values = values;
        Amount?[] amounts = [.. values.Select(Amount.Read)];
        IsNumeric = amounts.Length > 0 && Array.TrueForAll(amounts, amount => amount is not null && amount.Unit == amounts[0]!.Unit);
        if (!IsNumeric)
        {
            Ticks = [.. values.Select((value, i) => ((double)i, value))];
            return;
        }

        Unit = amounts[0]!.Unit;
        double least = amounts.Min(amount => (double)amount!.Number), most = amounts.Max(amount => (double)amount!.Number);
        _logarithmic = least > 0 && most / least >= LogarithmicFrom;
        if (_logarithmic) Ticks = [.. Steps(least, most).Select(value => (Math.Log10(value), value.ToString("#,0.####", CultureInfo.InvariantCulture)))];
    }

    /// <summary>Whether values have sizes.</summary>
    public bool IsNumeric { get; }

    /// <summary>The unit of numbers; empty for plain ones and for what is none.</summary>
    public string Unit { get; } = "";

    /// <summary>Marks on the axis; none where it marks itself.</summary>
    public IReadOnlyList<(double X, string Text)> Ticks { get; } = [];

    /// <summary>Where a value lies; null when it is none of this axis.</summary>
    public double? Place(string? value)
    {
        if (value is null) return null;
        if (!IsNumeric) return _values.Contains(value, StringComparer.Ordinal) ? _values.TakeWhile(other => other != value).Count() : null;
        return Amount.Read(value) is { } amount && amount.Unit == Unit && !(_logarithmic && amount.Number <= 0) ? _logarithmic ? Math.Log10((double)amount.Number) : (double)amount.Number : null;
    }

    // 1, 2 and 5 of every power of ten within the ends, and the ends where nothing is near them.
    private static IEnumerable<double> Steps(double least, double most)
    {
        for (double power = Math.Pow(10, Math.Floor(Math.Log10(least))); power <= most; power *= 10)
        {
            foreach (int factor in (int[])[1, 2, 5])
            {
                if (power * factor >= least && power * factor <= most) yield return power * factor;
            }
        }
    }
}
