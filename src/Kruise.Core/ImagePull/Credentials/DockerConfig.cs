using System.Text;
using System.Text.Json;

namespace Kruise.Core.ImagePull.Credentials;

/// <summary>
/// Reads Docker's configuration files: entries by registry, each with <c>auth</c> (base64 of <c>username:password</c>, which wins over the
/// plain forms as it does for Docker), with <c>username</c> and <c>password</c>, or with a token. What is wrong is told without any of the content.
/// </summary>
public static class DockerConfig
{
    /// <summary>Reads a <c>.dockerconfigjson</c>, whose entries are below <c>auths</c>.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static List<RegistryCredential> ReadConfigJson(byte[] json, string source)
    {
        using JsonDocument document = Parse(json);
        return document.RootElement.TryGetProperty("auths", out JsonElement auths) && auths.ValueKind != JsonValueKind.Null
            ? ReadEntries(auths, source)
            : throw new FormatException("has no \"auths\"");
    }

    /// <summary>Reads a <c>.dockercfg</c>, the older form: the entries alone.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static List<RegistryCredential> ReadConfig(byte[] json, string source)
    {
        using JsonDocument document = Parse(json);
        return ReadEntries(document.RootElement, source);
    }

    private static JsonDocument Parse(byte[] json)
    {
        try
        {
            JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException)
        {
            // Its message quotes the text.
        }

        throw new FormatException("is not a JSON object");
    }

    private static List<RegistryCredential> ReadEntries(JsonElement entries, string source)
    {
        if (entries.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("has registries that are not a JSON object");
        }

        var credentials = new List<RegistryCredential>();
        foreach (JsonProperty entry in entries.EnumerateObject())
        {
            CredentialScope scope = CredentialScope.Parse(entry.Name) ?? throw new FormatException("has a registry that names no host");
            if (entry.Value.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("has a registry's entry that is not a JSON object");
            }

            string username = Text(entry.Value, "username");
            string password = Text(entry.Value, "password");
            if (Text(entry.Value, "auth") is { Length: > 0 } auth)
            {
                (username, password) = Decode(auth);
            }

            var credential = new RegistryCredential(
                source, scope, username, password, Text(entry.Value, "identitytoken"), Text(entry.Value, "registrytoken"));
            if (username.Length > 0 || credential.IdentityToken.Length > 0 || credential.RegistryToken.Length > 0)
            {
                credentials.Add(credential);
            }
        }

        return credentials;
    }

    private static string Text(JsonElement entry, string name)
    {
        if (!entry.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return "";
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FormatException($"has a \"{name}\" that is not a text");
    }

    private static (string Username, string Password) Decode(string auth)
    {
        string text = auth.Trim();
        if (text.Length % 4 != 0)
        {
            text = text.PadRight(text.Length + 4 - (text.Length % 4), '='); // written without padding by some tools
        }

        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out int length))
        {
            throw new FormatException("has an \"auth\" that is not base64");
        }

        string pair = Encoding.UTF8.GetString(bytes, 0, length);
        int colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0
            ? (pair[..colon], pair[(colon + 1)..].TrimEnd('\0'))
            : throw new FormatException("has an \"auth\" that is not base64 of username:password");
    }
}
