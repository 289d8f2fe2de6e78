using Kruise.Core.Reconciling;

namespace Kruise.Sim.Cluster;

/// <summary>Names of objects: what is allowed, and how they are generated.</summary>
internal static class ObjectName
{
    /// <summary>RFC 1123 subdomain as apimachinery bounds it (<c>util/validation</c>, <c>DNS1123SubdomainMaxLength</c>).</summary>
    public const int MaxLength = 253;

    // apiserver's names.SimpleNameGenerator: five characters after at most 58, so that the name also fits a DNS label (63).
    private const int SuffixLength = 5;
    private const int MaxBaseLength = 63 - SuffixLength;

    /// <summary>apimachinery's <c>util/rand</c> alphabet: no vowels and nothing that looks like another character.</summary>
    private const string SafeAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static string Generate(string baseName, RandomStream random)
    {
        int length = Math.Min(baseName.Length, MaxBaseLength);
        Span<char> suffix = stackalloc char[SuffixLength];
        for (int i = 0; i < suffix.Length; i++)
        {
            suffix[i] = SafeAlphabet[(int)random.Next(SafeAlphabet.Length)];
        }

        return string.Concat(baseName.AsSpan(0, length), suffix);
    }

    /// <summary>Lower-case letters, digits, '-' and '.'; every part between dots begins and ends with a letter or digit.</summary>
    public static bool IsDns1123Subdomain(string name)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return false;
        }

        bool afterEdge = true;
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            bool alphanumeric = c is >= 'a' and <= 'z' or >= '0' and <= '9';
            bool beforeEdge = i + 1 == name.Length || name[i + 1] == '.';
            if (!alphanumeric && (c is not ('-' or '.') || (c == '-' && (afterEdge || beforeEdge)) || (c == '.' && (afterEdge || beforeEdge))))
            {
                return false;
            }

            afterEdge = c == '.';
        }

        return true;
    }
}
