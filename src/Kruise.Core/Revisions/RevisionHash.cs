using System.Globalization;

namespace Kruise.Core.Revisions;

/// <summary>The hash in a revision's name (inventory §6.5).</summary>
public static class RevisionHash
{
    // http://www.isthe.com/chongo/tech/comp/fnv/
    private const uint OffsetBasis = 2166136261;
    private const uint Prime = 16777619;

    // Kubernetes' alphabet for names that people read: no vowels, so no words, and no digits that look like letters.
    internal const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>FNV-1 of the data and of the collision count as decimal text, printed in decimal and made safe for names.</summary>
    public static string Of(ReadOnlySpan<byte> data, int collisionCount)
    {
        Span<byte> digits = stackalloc byte[11];
        collisionCount.TryFormat(digits, out int length, provider: CultureInfo.InvariantCulture);
        return SafeEncode(Fnv1(digits[..length], Fnv1(data)).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>FNV-1 with 32 bits: multiply, then exclusive-or.</summary>
    internal static uint Fnv1(ReadOnlySpan<byte> data, uint hash = OffsetBasis)
    {
        foreach (byte octet in data)
        {
            hash = unchecked(hash * Prime) ^ octet;
        }

        return hash;
    }

    /// <summary>Each character's code modulo 27 as a letter of an alphabet that forms no words.</summary>
    public static string SafeEncode(string text) => string.Create(text.Length, text, static (encoded, text) =>
    {
        for (int i = 0; i < encoded.Length; i++)
        {
            encoded[i] = Alphabet[text[i] % Alphabet.Length];
        }
    });
}
