using System.Globalization;
using k8s.Models;

namespace Kruise.Core.ImagePull;

/// <summary>How many nodes a job may work on at a time: a number of nodes, or a percentage of its targets.</summary>
/// <param name="Amount">Nodes, or percent; never negative.</param>
/// <param name="IsPercent">Whether <paramref name="Amount"/> is a percentage.</param>
public readonly record struct Parallelism(int Amount, bool IsPercent)
{
    /// <summary>One node at a time: what an absent value means (inventory §7.1).</summary>
    public static Parallelism Default { get; } = new(1, false);

    /// <summary>No node at all: the job pauses.</summary>
    public static Parallelism Paused { get; } = new(0, false);

    /// <summary>
    /// Reads a whole number >= 0 (also as text: <c>"10"</c> is ten nodes) or a percentage <c>N%</c>. Absent means <see cref="Default"/>.
    /// </summary>
    /// <returns>False when the value is neither.</returns>
    public static bool TryParse(IntOrString? value, out Parallelism parallelism)
    {
        if (value is null)
        {
            parallelism = Default;
            return true;
        }

        ReadOnlySpan<char> text = value.ToString();
        bool percent = text.EndsWith("%");
        if (!int.TryParse(percent ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out int amount))
        {
            parallelism = default;
            return false;
        }

        parallelism = new Parallelism(amount, percent);
        return true;
    }

    /// <summary>The limit in nodes. A percentage is rounded up, so that anything above 0% works on at least one node.</summary>
    public int Of(int targets) => IsPercent ? (int)Math.Min(int.MaxValue, (((long)Amount * targets) + 99) / 100) : Amount;
}
