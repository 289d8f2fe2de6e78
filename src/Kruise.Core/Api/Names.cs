using Kruise.Core.Selectors;

namespace Kruise.Core.Api;

/// <summary>What Kubernetes takes as names.</summary>
internal static class Names
{
    private const int MaxLabelLength = 63;
    private const int MaxPortNameLength = 15;

    /// <summary>RFC 1123: lower-case letters, digits and '-', not at either end.</summary>
    public static bool IsDnsLabel(string name) =>
        name.Length <= MaxLabelLength && LabelSelectorValidation.IsDnsSubdomain(name) && !name.Contains('.', StringComparison.Ordinal);

    public static bool IsDnsSubdomain(string name) => LabelSelectorValidation.IsDnsSubdomain(name);

    /// <summary>RFC 6335 service names.</summary>
    public static bool IsPortName(string name)
    {
        bool letter = false;
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            letter |= char.IsAsciiLetterLower(c);
            bool dash = c == '-' && i > 0 && i < name.Length - 1 && name[i - 1] != '-';
            if (!dash && !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return letter && name.Length <= MaxPortNameLength;
    }

    /// <summary>Letters, digits, '-', '_' and '.', not beginning with a digit; neither "." nor beginning with "..".</summary>
    public static bool IsEnvironmentName(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || name == "." || name.StartsWith("..", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }
}
