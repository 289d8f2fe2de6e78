using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Kruise.Core.ImagePull;

/// <summary>
/// A reference to an image, normalised by Docker's rules: <c>nginx</c> is <c>docker.io/library/nginx:latest</c>. The grammar is the one
/// of the distribution project (package <c>reference</c>): <c>[host[:port]/]path[:tag][@digest]</c>.
/// </summary>
/// <param name="Domain">The registry with its port, for example <c>docker.io</c> or <c>reg.example:5000</c>.</param>
/// <param name="Path">The repository within the registry, for example <c>library/nginx</c>.</param>
/// <param name="TagOrDigest">The digest (<c>sha256:...</c>) when one was given, else the tag, else <c>latest</c>. A tag beside a digest is dropped.</param>
public sealed record ImageReference(string Domain, string Path, string TagOrDigest)
{
    /// <summary>The registry of names that name none.</summary>
    public const string DefaultDomain = "docker.io";

    /// <summary>The tag of references that carry neither tag nor digest.</summary>
    public const string DefaultTag = "latest";

    private const string LegacyDomain = "index.docker.io";
    private const string OfficialPrefix = "library/";
    private const int MaxNameLength = 255;
    private const int MaxTagLength = 128;
    private const int IdentifierLength = 64;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private static readonly SearchValues<char> Ipv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>The key under which NodeImages list the image: Docker Hub's host and <c>library/</c> are left away.</summary>
    public string FamiliarName { get; } = Domain != DefaultDomain
        ? Domain + "/" + Path
        : Path.StartsWith(OfficialPrefix, StringComparison.Ordinal) && Path.IndexOf('/', OfficialPrefix.Length) < 0
            ? Path[OfficialPrefix.Length..]
            : Path;

    /// <summary>The short form that people write, complete with tag or digest: <c>nginx:latest</c>, <c>reg.example/app@sha256:...</c>.</summary>
    public string FamiliarReference => Pullable(FamiliarName, TagOrDigest);

    /// <summary>Whether the image is named by its digest.</summary>
    public bool IsDigest => TagOrDigest.Contains(':', StringComparison.Ordinal);

    /// <summary>The full reference that a runtime can pull, for example <c>docker.io/library/nginx:1.9.1</c> or <c>reg.example/app@sha256:...</c>.</summary>
    public override string ToString() => Pullable(Domain + "/" + Path, TagOrDigest);

    /// <summary>
    /// Joins what a NodeImage keeps apart: <c>name:tag</c>, or <c>name@sha256:...</c> when the second part is a digest (a tag never
    /// contains a colon, a digest always does).
    /// </summary>
    public static string Pullable(string name, string tagOrDigest) =>
        name + (tagOrDigest.Contains(':', StringComparison.Ordinal) ? "@" : ":") + tagOrDigest;

    /// <summary>Reads a reference.</summary>
    /// <exception cref="FormatException">The text is not a reference; the message says what is wrong.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out ImageReference? reference, out string problem) ? reference : throw new FormatException($"\"{text}\": {problem}");

    /// <summary>Reads a reference, or says what is wrong with it and what is allowed.</summary>
    /// <param name="text">The reference.</param>
    /// <param name="reference">The reference in full; null when the text is none.</param>
    /// <param name="problem">What is wrong; empty when nothing is.</param>
    /// <param name="defaultDomain">The registry of names that name none; Docker Hub, except in a list that belongs to one registry.</param>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out ImageReference? reference, out string problem, string defaultDomain = DefaultDomain)
    {
        reference = null;
        if (string.IsNullOrEmpty(text))
        {
            problem = "an image reference must not be empty";
            return false;
        }

        string name = text;
        string? digest = null;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            digest = text[(at + 1)..];
            name = text[..at];
            if (DigestProblem(digest) is { } wrongDigest)
            {
                problem = wrongDigest;
                return false;
            }
        }

        string? tag = null;
        int colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf('/'))
        {
            tag = name[(colon + 1)..];
            name = name[..colon];
            if (!IsTag(tag))
            {
                problem = $"tag \"{tag}\" must be 1 to {MaxTagLength} letters, digits, '_', '.' and '-', not beginning with '.' or '-'";
                return false;
            }
        }

        (string domain, string path) = SplitDomain(name, defaultDomain);
        problem = NameProblem(domain, path) ?? "";
        if (problem.Length > 0)
        {
            return false;
        }

        reference = new ImageReference(domain, path, digest ?? tag ?? DefaultTag);
        return true;
    }

    /// <summary>
    /// Whether references can name a registry by this text: a host with an optional port that could be no part of a path, as it has a dot,
    /// a colon or capitals, or is <c>localhost</c>. Docker Hub has one name only, <see cref="DefaultDomain"/>.
    /// </summary>
    public static bool IsRegistry(string text) => LooksLikeDomain(text) && text != LegacyDomain && IsDomain(text);

    private static bool LooksLikeDomain(string text) =>
        text.AsSpan().ContainsAny('.', ':') || text == "localhost" || text.Any(char.IsAsciiLetterUpper);

    // The first component is a host only when it looks like one; else the whole is a path on the default registry.
    private static (string Domain, string Path) SplitDomain(string name, string defaultDomain)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : name[..slash];
        bool isHost = LooksLikeDomain(first);
        string domain = isHost ? first : defaultDomain;
        string path = isHost ? name[(slash + 1)..] : name;
        if (domain == LegacyDomain)
        {
            domain = DefaultDomain;
        }

        return domain == DefaultDomain && !path.Contains('/', StringComparison.Ordinal) ? (domain, OfficialPrefix + path) : (domain, path);
    }

    private static string? NameProblem(string domain, string path)
    {
        ReadOnlySpan<char> bare = domain == DefaultDomain && path.StartsWith(OfficialPrefix, StringComparison.Ordinal)
            ? path.AsSpan(OfficialPrefix.Length)
            : path;
        if (bare.IsEmpty)
        {
            return "the repository name is missing";
        }

        if (domain == DefaultDomain && bare.Length == IdentifierLength && !bare.ContainsAnyExcept(LowerHex))
        {
            return "a name of 64 hexadecimal digits is an image id, not a repository";
        }

        if (!IsDomain(domain))
        {
            return $"registry \"{domain}\" must be a host name or address, optionally with a port";
        }

        if (!IsPath(path))
        {
            return IsPath(path.ToLowerInvariant())
                ? $"repository \"{bare}\" must be lower case"
                : $"repository \"{bare}\" must be components of lower-case letters and digits, joined within by '.', '_', '__' or '-', separated by '/'";
        }

        return domain.Length + 1 + path.Length > MaxNameLength ? $"the name must have at most {MaxNameLength} characters" : null;
    }

    private static bool IsPath(ReadOnlySpan<char> path)
    {
        foreach (Range range in path.Split('/'))
        {
            if (!IsPathComponent(path[range]))
            {
                return false;
            }
        }

        return true;
    }

    // Runs of letters and digits, joined by one '.', one or two '_' or any number of '-'.
    private static bool IsPathComponent(ReadOnlySpan<char> text)
    {
        int i = 0;
        while (true)
        {
            int start = i;
            while (i < text.Length && (char.IsAsciiLetterLower(text[i]) || char.IsAsciiDigit(text[i])))
            {
                i++;
            }

            if (i == start)
            {
                return false;
            }

            if (i == text.Length)
            {
                return true;
            }

            int separator = i;
            while (i < text.Length && text[i] == text[separator])
            {
                i++;
            }

            int limit = text[separator] switch { '.' => 1, '_' => 2, '-' => int.MaxValue, _ => 0 };
            if (i - separator > limit)
            {
                return false;
            }
        }
    }

    private static bool IsDomain(string domain)
    {
        ReadOnlySpan<char> host = domain;
        int close = host.LastIndexOf(']');
        int colon = host.LastIndexOf(':');
        if (colon > close)
        {
            ReadOnlySpan<char> port = host[(colon + 1)..];
            if (port.IsEmpty || port.ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }

            host = host[..colon];
        }

        if (close >= 0)
        {
            return host.Length > 2 && host[0] == '[' && host[^1] == ']' && !host[1..^1].ContainsAnyExcept(Ipv6);
        }

        foreach (Range range in host.Split('.'))
        {
            ReadOnlySpan<char> label = host[range];
            if (label.IsEmpty || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (char c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool IsTag(string tag)
    {
        if (tag.Length is 0 or > MaxTagLength || tag[0] is '.' or '-')
        {
            return false;
        }

        return tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
    }

    private static string? DigestProblem(string digest)
    {
        int colon = digest.IndexOf(':', StringComparison.Ordinal);
        int length = (colon < 0 ? "" : digest[..colon]) switch { "sha256" => 64, "sha384" => 96, "sha512" => 128, _ => 0 };
        if (length == 0)
        {
            return $"digest \"{digest}\" must begin with sha256:, sha384: or sha512:";
        }

        return digest.Length - colon - 1 != length || digest.AsSpan(colon + 1).ContainsAnyExcept(LowerHex)
            ? $"digest \"{digest}\" must have {length} lower-case hexadecimal digits"
            : null;
    }
}
