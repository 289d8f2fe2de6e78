using System.Security.Cryptography;
using Kruise.Core.ImagePull;

namespace Kruise.Sim.Import;

/// <summary>Digests of content, <c>sha256:...</c>.</summary>
internal static class ContentDigest
{
    /// <summary>Whether a text is a digest, by the rules of image references.</summary>
    public static bool IsOne(string text) => ImageReference.TryParse("image@" + text, out _, out _);

    /// <summary>Whether content has a digest.</summary>
    /// <exception cref="ArgumentException">The text is no digest.</exception>
    public static bool Matches(string digest, ReadOnlySpan<byte> content)
    {
        int colon = digest.IndexOf(':', StringComparison.Ordinal);
        byte[] hash = (colon < 0 ? "" : digest[..colon]) switch
        {
            "sha256" => SHA256.HashData(content),
            "sha384" => SHA384.HashData(content),
            "sha512" => SHA512.HashData(content),
            _ => throw new ArgumentException($"{digest} is no digest.", nameof(digest)),
        };
        return Convert.ToHexStringLower(hash) == digest[(colon + 1)..];
    }
}
