using System.Globalization;
using System.Text;

namespace Kruise.Sim.Scenarios;

/// <summary>What is wrong with a value: what was found, what is allowed, and the nearest that would have been right.</summary>
internal readonly record struct Finding(string Found, string? Allowed = null, string? Suggestion = null)
{
    public override string ToString()
    {
        var text = new StringBuilder(Found);
        if (Allowed is not null)
        {
            text.Append("; allowed: ").Append(Allowed);
        }

        if (Suggestion is not null)
        {
            text.Append("; did you mean ").Append(Quote.Text(Suggestion)).Append('?');
        }

        return text.ToString();
    }
}

/// <summary>Text of a user's inside a message: one line, of a length that leaves the message legible.</summary>
internal static class Quote
{
    private const int MaxLength = 80;

    public static string Text(string text) => '"' + Bare(text) + '"';

    /// <summary>The text without quotes.</summary>
    public static string Bare(string text)
    {
        var quoted = new StringBuilder(Math.Min(text.Length, MaxLength) + 8);
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            _ = c switch
            {
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                _ when char.IsControl(c) || char.IsSurrogate(c) => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return text.Length > MaxLength ? quoted.Append("...").ToString() : quoted.ToString();
    }
}
