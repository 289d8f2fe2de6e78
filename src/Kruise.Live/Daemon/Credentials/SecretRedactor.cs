using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Kruise.Core.ImagePull.Credentials;

namespace Kruise.Live.Daemon.Credentials;

/// <summary>
/// Takes secrets out of a text that came from outside: the credentials that were used, in every form in which they travel; in addresses,
/// what stands before an <c>@</c>, and queries (signatures of redirected downloads).
/// </summary>
internal sealed class SecretRedactor
{
    private const string Mask = "***";

    // What is shorter stands in any text by chance: masking it would tell more than it hides.
    private const int ShortestSecret = 4;

    private static readonly SearchValues<char> AddressEnds = SearchValues.Create(" \t\r\n\"'<>");

    private readonly List<string> _secrets = [];

    public SecretRedactor(IEnumerable<RegistryCredential> credentials)
    {
        var forms = new HashSet<string>(StringComparer.Ordinal);
        foreach (RegistryCredential credential in credentials)
        {
            AddForms(forms, credential.Password);
            AddForms(forms, credential.IdentityToken);
            AddForms(forms, credential.RegistryToken);
            if (credential.Password.Length > 0)
            {
                AddForms(forms, credential.Username + ":" + credential.Password);
            }
        }

        // The longest first: a shorter one may be a part of it.
        _secrets.AddRange(forms.OrderByDescending(f => f.Length));
    }

    public string Redact(string text)
    {
        foreach (string secret in _secrets)
        {
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        }

        return RedactAddresses(text);
    }

    private static void AddForms(HashSet<string> forms, string secret)
    {
        if (secret.Length < ShortestSecret)
        {
            return;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(secret);
        string base64 = Convert.ToBase64String(bytes);
        forms.Add(secret);
        forms.Add(base64);
        forms.Add(base64.TrimEnd('='));
        forms.Add(Base64Url.EncodeToString(bytes));
        forms.Add(Uri.EscapeDataString(secret));
        forms.Add(JsonEncodedText.Encode(secret).ToString());
        forms.Add(secret.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)); // as Go quotes it
    }

    private static string RedactAddresses(string text)
    {
        var safe = new StringBuilder(text.Length);
        int copied = 0;
        for (int scheme; (scheme = text.IndexOf("://", copied, StringComparison.Ordinal)) >= 0;)
        {
            int begin = scheme + 3;
            int length = text.AsSpan(begin).IndexOfAny(AddressEnds);
            int end = length < 0 ? text.Length : begin + length;
            safe.Append(text, copied, begin - copied).Append(Bare(text[begin..end]));
            copied = end;
        }

        return copied == 0 ? text : safe.Append(text, copied, text.Length - copied).ToString();
    }

    private static string Bare(string address)
    {
        int authorityEnd = address.AsSpan().IndexOfAny('/', '?');
        int at = address.LastIndexOf('@', (authorityEnd < 0 ? address.Length : authorityEnd) - 1);
        if (at >= 0)
        {
            address = Mask + address[at..];
        }

        int query = address.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? address : address[..(query + 1)] + Mask;
    }
}
