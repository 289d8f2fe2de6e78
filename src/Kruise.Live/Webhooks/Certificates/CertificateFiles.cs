using k8s.Models;

namespace Kruise.Live.Webhooks.Certificates;

/// <summary>What the Secret holds, PEM. Not a record: its text would show the keys.</summary>
internal sealed class CertificateFiles(string? authorityKey, string authorities, string key, string certificate)
{
    private const string AuthorityKeyName = "ca-key.pem";
    private const string AuthoritiesName = "ca-cert.pem";

    // The pair is there under two names each, as upstream writes it.
    private static readonly string[] _keyNames = ["key.pem", "tls.key"];
    private static readonly string[] _certificateNames = ["cert.pem", "tls.crt"];

    /// <summary>The key of the first authority; null when it is not there: its certificates can be used, but not renewed.</summary>
    public string? AuthorityKey { get; } = authorityKey;

    /// <summary>The certificates of the authorities, the current one first; after a change those before it, as long as they may be in use.</summary>
    public string Authorities { get; } = authorities;

    public string Key { get; } = key;

    public string Certificate { get; } = certificate;

    /// <summary>Reads a Secret; null when it does not hold all that is needed to serve.</summary>
    public static CertificateFiles? Read(V1Secret secret)
    {
        string? authorities = Text(AuthoritiesName);
        string? key = _keyNames.Select(Text).FirstOrDefault(text => text is not null);
        string? certificate = _certificateNames.Select(Text).FirstOrDefault(text => text is not null);
        return authorities is null || key is null || certificate is null ? null : new CertificateFiles(Text(AuthorityKeyName), authorities, key, certificate);

        string? Text(string name) =>
            secret.Data?.TryGetValue(name, out byte[]? bytes) == true && bytes is { Length: > 0 } ? System.Text.Encoding.UTF8.GetString(bytes) : null;
    }

    /// <summary>The Secret's data with these files in it; what else it holds stays.</summary>
    public Dictionary<string, byte[]> MergeInto(IDictionary<string, byte[]>? data)
    {
        var merged = new Dictionary<string, byte[]>(data ?? new Dictionary<string, byte[]>(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            [AuthorityKeyName] = Bytes(AuthorityKey ?? ""),
            [AuthoritiesName] = Bytes(Authorities),
        };
        foreach (string name in _keyNames)
        {
            merged[name] = Bytes(Key);
        }

        foreach (string name in _certificateNames)
        {
            merged[name] = Bytes(Certificate);
        }

        return merged;

        static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
    }
}
