using System.Text.RegularExpressions;
using Kruise.Core.ImagePull;

namespace Kruise.Sim.Scenarios.Binding;

/// <summary>Checks texts against the forms that Kubernetes and registries give them.</summary>
internal static partial class TextForms
{
    public const string DnsLabelPattern = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
    public const string DnsSubdomainPattern = @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    public const string LabelValuePattern = "^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$";

    private const string DnsLabelAllowed = "1 to 63 lower-case letters, digits and '-', not first or last (a DNS-1123 label)";
    private const string DnsSubdomainAllowed = "up to 253 lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit (a DNS-1123 subdomain)";
    private const string LabelKeyAllowed = "a label's key: 1 to 63 letters, digits, '-', '_' and '.', with a DNS-1123 subdomain and '/' before it if need be";
    private const string LabelValueAllowed = "a label's value: up to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit";
    private const string RegistryHostPattern = @"^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$";
    private const string RegistryHostAllowed = "a host with a dot or a port, as image references have it: docker.io, registry.example.com:5000";
    private const int MaxSubdomain = 253;

    /// <summary>What is wrong with a text of that form; null when nothing is.</summary>
    public static Finding? Check(string text, TextFormat format) => format switch
    {
        TextFormat.NonEmpty when text.Trim().Length == 0 => new Finding("the text is empty", "some text"),
        TextFormat.DnsLabel when !DnsLabel().IsMatch(text) => new Finding($"{Quote.Text(text)} is not a name", DnsLabelAllowed, Mended(text, DnsLabel())),
        TextFormat.DnsSubdomain when text.Length > MaxSubdomain || !DnsSubdomain().IsMatch(text) =>
            new Finding($"{Quote.Text(text)} is not a name", DnsSubdomainAllowed, Mended(text, DnsSubdomain())),
        TextFormat.RegistryHost when !ImageReference.IsRegistry(text) =>
            new Finding($"{Quote.Text(text)} is not a registry's host", RegistryHostAllowed, HostOf(text)),
        TextFormat.LabelKey => CheckLabelKey(text),
        TextFormat.ImageReference when !ImageReference.TryParse(text, out _, out string problem) =>
            new Finding($"{Quote.Text(text)} is not an image reference: {problem}"),
        _ => null,
    };

    public static Finding? CheckLabelKey(string key)
    {
        int slash = key.LastIndexOf('/');
        string prefix = slash < 0 ? "a" : key[..slash];
        string name = key[(slash + 1)..];
        bool valid = name.Length > 0 && LabelValue().IsMatch(name) && prefix.Length <= MaxSubdomain && DnsSubdomain().IsMatch(prefix);
        return valid ? null : new Finding($"{Quote.Text(key)} is not a label's key", LabelKeyAllowed);
    }

    public static Finding? CheckLabelValue(string value) =>
        LabelValue().IsMatch(value) ? null : new Finding($"{Quote.Text(value)} is not a label's value", LabelValueAllowed);

    /// <summary>The form in words; null when any text has it.</summary>
    public static string? Words(TextFormat format) => format switch
    {
        TextFormat.NonEmpty => "some text",
        TextFormat.DnsLabel => DnsLabelAllowed,
        TextFormat.DnsSubdomain => DnsSubdomainAllowed,
        TextFormat.RegistryHost => RegistryHostAllowed,
        TextFormat.ImageReference => "an image reference: [host[:port]/]path[:tag][@digest]",
        TextFormat.LabelKey => LabelKeyAllowed,
        TextFormat.Labels => "labels: " + LabelKeyAllowed + "; " + LabelValueAllowed,
        _ => null,
    };

    /// <summary>The form as a pattern for the schema; null when it has none that is simple.</summary>
    public static string? Pattern(TextFormat format) => format switch
    {
        TextFormat.NonEmpty => @"\S",
        TextFormat.DnsLabel => DnsLabelPattern,
        TextFormat.DnsSubdomain => DnsSubdomainPattern,
        TextFormat.RegistryHost => RegistryHostPattern,
        TextFormat.ImageReference => @"^\S+$",
        _ => null,
    };

    private static string? Mended(string text, Regex form)
    {
        string mended = text.Trim().ToLowerInvariant().Replace('_', '-').Replace(' ', '-');
        return form.IsMatch(mended) ? mended : null;
    }

    // What an address names, by the name that references have for it.
    private static string? HostOf(string text)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        string host = (scheme < 0 ? text : text[(scheme + 3)..]).Split('/')[0];
        return ImageReference.IsRegistry(host) ? host
            : ImageReference.TryParse(host + "/image", out ImageReference? image, out _, host) && image.Domain != host ? image.Domain
            : null;
    }

    [GeneratedRegex(DnsLabelPattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(DnsSubdomainPattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex DnsSubdomain();

    [GeneratedRegex(LabelValuePattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex LabelValue();
}
