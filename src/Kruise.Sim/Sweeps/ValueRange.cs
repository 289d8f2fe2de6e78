using System.Globalization;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Sweeps;

/// <summary>
/// Every value from one number to another in steps of the last digit that the first is written with: <c>1..100</c> has whole numbers, <c>0.50..2</c> hundredths,
/// <c>100Mbps..10Gbps</c> whole megabits. Where the ends are 20 times apart or more it is gone through by ratio, else by difference.
/// </summary>
internal sealed class ValueRange
{
    /// <summary>A ratio of the ends from which values are spread by ratio.</summary>
    private const double LogarithmicFrom = 20;

    private const int MostDecimals = 12;

    private readonly decimal _low;
    private readonly decimal _step;
    private readonly string _unit;
    private readonly int _decimals;

    private ValueRange(decimal low, decimal step, int steps, string unit, int decimals)
    {
        _low = low;
        _step = step;
        Steps = steps;
        _unit = unit;
        _decimals = decimals;
        IsLogarithmic = low > 0 && (double)(High / low) >= LogarithmicFrom;
    }

    /// <summary>Steps from the first value to the last, at least 1; there is one value more.</summary>
    public int Steps { get; }

    /// <summary>Whether equal ratios count as equal distances.</summary>
    public bool IsLogarithmic { get; }

    private decimal High => _low + (_step * Steps);

    /// <summary>Reads <c>low..high</c>; null without a finding where the text is no range at all.</summary>
    public static (ValueRange? Range, Finding? Wrong) Read(string text)
    {
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots <= 0 || Amount.Read(text[..dots]) is not { } low)
        {
            return (null, null);
        }

        if (Amount.Read(text[(dots + 2)..]) is not { } high || high.Kind != low.Kind)
        {
            return (null, new Finding($"{Quote.Text(text)} is not a range", "low..high with units of one kind, such as 1..100 or 100Mbps..10Gbps"));
        }

        if (low.Decimals > MostDecimals) return (null, TooMany(text));
        decimal step = 1;
        for (int i = 0; i < low.Decimals; i++) step /= 10;
        decimal steps;
        try
        {
            // The end in the unit of the beginning.
            decimal end = low.Unit == high.Unit ? high.Number : low.Value == 0 ? (decimal)high.Value : (decimal)(high.Value / low.Value) * low.Number;
            steps = decimal.Floor(Math.Round((end - low.Number) / step, 6));
        }
        catch (OverflowException)
        {
            return (null, TooMany(text));
        }

        return steps < 1 ? (null, new Finding($"{Quote.Text(text)} has no step to go", "a low end below the high one"))
            : steps > int.MaxValue / 2 ? (null, TooMany(text))
            : (new ValueRange(low.Number, step, (int)steps, low.Unit, low.Decimals), null);
    }

    private static Finding TooMany(string text) => new($"{Quote.Text(text)} has too many steps", "a first end with fewer digits, whose last one is the step");

    /// <summary>The value so many steps from the first, as <c>--set</c> takes it.</summary>
    public string At(int step) => (_low + (_step * step)).ToString("F" + _decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + _unit;

    /// <summary>The step at a part of the way.</summary>
    /// <param name="part">0 to 1.</param>
    public int StepAt(double part)
    {
        double low = (double)_low;
        double value = IsLogarithmic ? low * Math.Pow((double)High / low, part) : low + (part * (double)(High - _low));
        return Math.Clamp((int)Math.Round((value - low) / (double)_step, MidpointRounding.AwayFromZero), 0, Steps);
    }

    /// <summary>The step of a sample: as many parts as there are values, which reach from half a step before one to half a step behind it, in the range's own measure.</summary>
    /// <param name="part">0 to below 1.</param>
    public int StepIn(double part)
    {
        double half = (double)_step / 2, low = (double)_low - half, high = (double)High + half;
        double value = IsLogarithmic ? low * Math.Pow(high / low, part) : low + (part * (high - low));
        return Math.Clamp((int)Math.Floor((value - low) / (double)_step), 0, Steps);
    }

    /// <summary>The part of the way, 0 to 1, at which a step lies.</summary>
    public double PartAt(int step)
    {
        double value = (double)(_low + (_step * step));
        return IsLogarithmic ? Math.Log(value / (double)_low) / Math.Log((double)(High / _low)) : (double)step / Steps;
    }
}
