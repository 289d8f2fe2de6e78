using System.Reflection;
using System.Text.Json.Nodes;
using Kruise.Live.Install.Templates;

namespace Kruise.Live.Install;

/// <summary>
/// What a cluster needs, in the order in which it is best applied: what others refer to comes first, and webhooks, which can refuse things, come last.
/// </summary>
internal static class InstallManifests
{
    private const string Prefix = "chart/";

    /// <summary>The templates in order. The CRDs stand for every template in their folder.</summary>
    private static readonly string[] _order =
        ["namespaces", "crds/", "service-accounts", "manager-rbac", "daemon-rbac", "services", "manager", "daemon", "webhooks"];

    /// <summary>The chart's templates by name without extension, as they were when this program was built.</summary>
    public static IReadOnlyDictionary<string, string> Embedded()
    {
        Assembly assembly = typeof(InstallManifests).Assembly;
        var templates = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            string name = resource.Replace('\\', '/');
            if (name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                templates[Path.ChangeExtension(name[Prefix.Length..], null)] = reader.ReadToEnd();
            }
        }

        return templates;
    }

    public static IReadOnlyList<Manifest> Render(JsonObject values) => Render(Embedded(), values);

    public static IReadOnlyList<Manifest> Render(IReadOnlyDictionary<string, string> templates, JsonObject values)
    {
        var manifests = new List<Manifest>();
        foreach (string name in templates.Keys.OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal))
        {
            foreach (string document in Documents(ChartTemplate.Render(name, templates[name], values)))
            {
                manifests.Add(new Manifest(name, document));
            }
        }

        return manifests;
    }

    /// <summary>One stream of documents.</summary>
    public static string Join(IEnumerable<Manifest> manifests) => string.Join("---\n", manifests.Select(manifest => manifest.Text));

    private static int Rank(string name)
    {
        int rank = Array.FindIndex(_order, part => part == name || (part.EndsWith('/') && name.StartsWith(part, StringComparison.Ordinal)));
        return rank >= 0 ? rank : throw new FormatException($"the template '{name}' has no place in the order of installation");
    }

    private static IEnumerable<string> Documents(string text) =>
        ("\n" + text).Split("\n---\n")
            .Select(document => document.Trim('\n') + "\n")
            .Where(document => document.Split('\n').Any(line => line.Length > 0 && !line.StartsWith('#')));
}
