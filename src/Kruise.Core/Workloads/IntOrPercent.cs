using System.Globalization;
using k8s.Models;

namespace Kruise.Core.Workloads;

/// <summary>A number of pods, or a percentage of the pods there should be.</summary>
/// <param name="Amount">Pods, or percent; never negative.</param>
/// <param name="IsPercent">Whether <paramref name="Amount"/> is a percentage.</param>
public readonly record struct IntOrPercent(int Amount, bool IsPercent)
{
    /// <summary>
    /// Reads a whole number >= 0 or a percentage <c>N%</c>. v0.8.0 read the text <c>"5"</c> as 5% (trap 81). Here it is five: the model keeps
    /// numbers as text, so the two cannot be told apart; the CRD's schema is what refuses a text without <c>%</c>, as later versions do.
    /// </summary>
    /// <returns>False when the value is neither, or absent: what is absent has a default of its own.</returns>
    public static bool TryParse(IntOrString? value, out IntOrPercent parsed)
    {
        parsed = default;
        if (value is null)
        {
            return false;
        }

        ReadOnlySpan<char> text = value.ToString();
        bool percent = text.EndsWith("%");
        if (!int.TryParse(percent ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out int amount))
        {
            return false;
        }

        parsed = new IntOrPercent(amount, percent);
        return true;
    }

    /// <summary>How many of <paramref name="total"/> pods; a number is itself, however many pods there are.</summary>
    public int Of(int total, bool roundUp) =>
        IsPercent ? (int)Math.Clamp((((long)Amount * total) + (roundUp ? 99 : 0)) / 100, 0, int.MaxValue) : Amount;
}
