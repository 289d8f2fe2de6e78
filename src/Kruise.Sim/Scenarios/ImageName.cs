using System.Text.RegularExpressions;

namespace Kruise.Sim.Scenarios;

/// <summary>
/// An image reference in full, by Docker's rules: <c>nginx</c> is <c>docker.io/library/nginx:latest</c>. A digest stands in the tag's place, and a tag
/// beside a digest is dropped.
/// </summary>
internal readonly partial record struct ImageName(string Host, string Repository, string Tag)
{
    public const string DefaultHost = "docker.io";
    public const string Allowed = "an image reference such as nginx:1.9.1 or registry.example.com/team/app:2.0";

    private const int MaxNameLength = 255;

    /// <summary>As people write it: without the default registry and its <c>library/</c>.</summary>
    public string Familiar
    {
        get
        {
            string repository = Host != DefaultHost ? Host + "/" + Repository
                : Repository.StartsWith("library/", StringComparison.Ordinal) ? Repository["library/".Length..]
                : Repository;
            return repository + (Tag.Contains(':', StringComparison.Ordinal) ? "@" : ":") + Tag;
        }
    }

    public override string ToString() => Familiar;

    public static ImageName? TryParse(string reference)
    {
        (string? host, string rest) = SplitHost(reference);
        return TryParseIn(host ?? DefaultHost, rest);
    }

    /// <summary>A reference inside a registry's own list, in which the host may be left out; null when it is none, or one of another host.</summary>
    public static ImageName? TryParseAt(string host, string reference)
    {
        (string? own, string rest) = SplitHost(reference);
        return own is null || Canonical(own) == Canonical(host) ? TryParseIn(host, rest) : null;
    }

    /// <summary>The host of registries that go by several names.</summary>
    public static string Canonical(string host) => host == "index.docker.io" ? DefaultHost : host;

    private static ImageName? TryParseIn(string host, string rest)
    {
        if (rest.Length > MaxNameLength * 2 || RepositoryTagDigest().Match(rest) is not { Success: true } match)
        {
            return null;
        }

        host = Canonical(host);
        string repository = match.Groups["repository"].Value;
        if (host == DefaultHost && !repository.Contains('/', StringComparison.Ordinal))
        {
            repository = "library/" + repository;
        }

        if (host.Length + 1 + repository.Length > MaxNameLength)
        {
            return null;
        }

        string tag = match.Groups["digest"] is { Success: true } digest ? digest.Value
            : match.Groups["tag"] is { Success: true } given ? given.Value
            : "latest";
        return new ImageName(host, repository, tag);
    }

    // The first part is a host when it could be no part of a repository's path, by its '.', ':' or capitals, or is localhost.
    private static (string? Host, string Path) SplitHost(string reference)
    {
        int slash = reference.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0)
        {
            return (null, reference);
        }

        string first = reference[..slash];
        bool isHost = first == "localhost" || first.Any(c => c is '.' or ':' || char.IsAsciiLetterUpper(c));
        return isHost && HostForm().IsMatch(first) ? (first, reference[(slash + 1)..]) : (null, reference);
    }

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    public static partial Regex HostForm();

    [GeneratedRegex(
        @"^(?<repository>[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)(:(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@(?<digest>[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,128}))?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex RepositoryTagDigest();
}
