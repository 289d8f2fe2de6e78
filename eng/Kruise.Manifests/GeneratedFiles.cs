using Kruise.Core.Api;
using Kruise.Live.Install;
using Kruise.Live.Install.Values;

namespace Kruise.Manifests;

/// <summary>Everything under deploy/ that is made and not written: CRDs, the webhook configurations, the chart's values with their schema, and the kustomize base.</summary>
internal static class GeneratedFiles
{
    private const string Templates = "deploy/helm/kruise/templates";

    /// <param name="repository">The repository's root, whose chart templates are read.</param>
    /// <returns>The text of each file by its path from the root, with slashes.</returns>
    public static IReadOnlyDictionary<string, string> Of(string repository)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["deploy/helm/kruise/Chart.yaml"] = ChartFiles.Chart(),
            ["deploy/helm/kruise/values.yaml"] = ChartFiles.Values(),
            ["deploy/helm/kruise/values.schema.json"] = ChartFiles.Schema(),
        };
        Dictionary<string, string> templates = Written(Path.Combine(repository, Templates));
        files[$"{Templates}/webhooks.yaml"] = templates["webhooks"] = WebhookManifests.Template();
        XmlDocs docs = XmlDocs.Of(typeof(KruiseGroup).Assembly);
        foreach (CrdKind kind in CrdKind.All)
        {
            string yaml = CrdManifest.Yaml(kind, docs);
            string template = "{{- if .Values.crds.managed }}\n" + yaml + "{{- end }}\n";
            files[$"deploy/crds/{kind.Plural}.yaml"] = yaml;
            files[$"{Templates}/crds/{kind.Plural}.yaml"] = template;
            templates[$"crds/{kind.Plural}"] = template;
        }

        AddKustomizeBase(files, InstallManifests.Render(templates, InstallValues.Defaults()));
        return files;
    }

    private static Dictionary<string, string> Written(string folder) =>
        Directory.EnumerateFiles(folder, "*.yaml").ToDictionary(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText, StringComparer.Ordinal);

    private static void AddKustomizeBase(SortedDictionary<string, string> files, IReadOnlyList<Manifest> manifests)
    {
        const string folder = "deploy/kustomize/";
        var resources = new List<string>();
        var byFile = manifests.GroupBy(manifest => manifest.File.Replace("crds/", "crd-", StringComparison.Ordinal), StringComparer.Ordinal);
        foreach (IGrouping<string, Manifest> file in byFile)
        {
            files[$"{folder}{file.Key}.yaml"] = InstallManifests.Join(file);
            resources.Add($"  - {file.Key}.yaml\n");
        }

        files[folder + "kustomization.yaml"] =
            "# What `kruise install` prints, for overlays: kubectl apply -k deploy/kustomize\n"
            + "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n" + string.Concat(resources);
    }
}
