using System.IO.Enumeration;

namespace Kruise.Core.ImagePull.Credentials;

/// <summary>
/// For what a credential was given: the key of an entry of a Docker configuration, <c>[scheme://]host[:port][/v1/|/v2/][path]</c>. As for the
/// kubelet, the port has to be the same, a host may hold <c>*</c> and <c>?</c>, which stand for text without dots, and a path limits the
/// entry to the repositories below it. Other than for the kubelet a path ends with a whole component: what was given for <c>team</c> is not
/// shown for <c>team2</c>.
/// </summary>
public sealed record CredentialScope
{
    private const string HubAlias = "index.docker.io";

    private CredentialScope(string host, string port, string path)
    {
        Host = host;
        Port = port;
        Path = path;
    }

    /// <summary>The host, which may hold wildcards.</summary>
    public string Host { get; }

    /// <summary>Empty when the key names none.</summary>
    public string Port { get; }

    /// <summary>Without slashes around it; empty for the whole host.</summary>
    public string Path { get; }

    /// <summary>Whether the host stands for several.</summary>
    public bool HasWildcard => Host.AsSpan().ContainsAny('*', '?');

    /// <summary>Reads a key; null when it names no host.</summary>
    public static CredentialScope? Parse(string key)
    {
        string rest = key.Trim();
        int scheme = rest.IndexOf("://", StringComparison.Ordinal);
        bool isUrl = scheme >= 0;
        if (isUrl)
        {
            if (!rest.AsSpan(0, scheme).Equals("https", StringComparison.OrdinalIgnoreCase)
                && !rest.AsSpan(0, scheme).Equals("http", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            rest = rest[(scheme + 3)..];
        }

        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        (string host, string port) = SplitPort(slash < 0 ? rest : rest[..slash]);
        if (host.Length == 0 || host.AsSpan().ContainsAny('@', ' ', '\\') || (port.Length > 0 && port.AsSpan().ContainsAnyExceptInRange('0', '9')))
        {
            return null;
        }

        if (host.Equals(HubAlias, StringComparison.OrdinalIgnoreCase))
        {
            host = ImageReference.DefaultDomain;
        }

        string path = slash < 0 ? "" : rest[slash..];
        bool isHub = host.Equals(ImageReference.DefaultDomain, StringComparison.OrdinalIgnoreCase);
        if (path.StartsWith("/v1/", StringComparison.Ordinal) || path.StartsWith("/v2/", StringComparison.Ordinal))
        {
            path = path[3..];
        }
        else if ((isUrl || isHub) && path is "/v1" or "/v2")
        {
            path = "";
        }

        return new CredentialScope(host, port, path.Trim('/'));
    }

    /// <summary>Whether it was given for an image's repository.</summary>
    public bool Covers(ImageReference image)
    {
        (string host, string port) = SplitPort(image.Domain);
        return port == Port && CoversHost(host) && CoversPath(image.Path);
    }

    /// <summary>The key without scheme and version.</summary>
    public override string ToString() => Host + (Port.Length > 0 ? ":" + Port : "") + (Path.Length > 0 ? "/" + Path : "");

    private bool CoversHost(string host)
    {
        if (!HasWildcard)
        {
            return host.Equals(Host, StringComparison.OrdinalIgnoreCase);
        }

        // Component by component: "*" stands for one of them, whole or in part.
        string[] wanted = Host.Split('.');
        string[] given = host.Split('.');
        if (wanted.Length != given.Length)
        {
            return false;
        }

        for (int i = 0; i < wanted.Length; i++)
        {
            if (!FileSystemName.MatchesSimpleExpression(wanted[i], given[i]))
            {
                return false;
            }
        }

        return true;
    }

    private bool CoversPath(string path) =>
        Path.Length == 0 || path == Path || (path.StartsWith(Path, StringComparison.Ordinal) && path[Path.Length] == '/');

    private static (string Host, string Port) SplitPort(string authority)
    {
        int colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']') ? (authority[..colon], authority[(colon + 1)..]) : (authority, "");
    }
}
