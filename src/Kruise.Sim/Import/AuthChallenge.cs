namespace Kruise.Sim.Import;

/// <summary>What a registry asks for in <c>WWW-Authenticate</c>: a scheme with its parameters (RFC 9110, section 11).</summary>
internal sealed record AuthChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public const string Basic = "Basic";
    public const string Bearer = "Bearer";

    /// <summary>The challenge in one value of the header; null when it is none.</summary>
    public static AuthChallenge? Parse(string header)
    {
        int blank = header.IndexOf(' ', StringComparison.Ordinal);
        string scheme = blank < 0 ? header : header[..blank];
        if (scheme.Length == 0 || !scheme.All(char.IsAsciiLetter))
        {
            return null;
        }

        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        ReadOnlySpan<char> rest = blank < 0 ? "" : header.AsSpan(blank + 1);
        while (!(rest = rest.TrimStart(" ,\t")).IsEmpty)
        {
            int equals = rest.IndexOf('=');
            if (equals <= 0)
            {
                break;
            }

            string name = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..].TrimStart(' ');
            parameters[name] = rest.StartsWith('"') ? Quoted(ref rest) : Token(ref rest);
        }

        return new AuthChallenge(scheme, parameters);
    }

    private static string Token(ref ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOfAny(',', ' ');
        string value = (end < 0 ? rest : rest[..end]).ToString();
        rest = end < 0 ? [] : rest[end..];
        return value;
    }

    private static string Quoted(ref ReadOnlySpan<char> rest)
    {
        var value = new System.Text.StringBuilder();
        int i = 1;
        for (; i < rest.Length && rest[i] != '"'; i++)
        {
            i += rest[i] == '\\' && i + 1 < rest.Length ? 1 : 0;
            value.Append(rest[i]);
        }

        rest = rest[Math.Min(i + 1, rest.Length)..];
        return value.ToString();
    }
}
