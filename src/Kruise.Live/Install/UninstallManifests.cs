using Kruise.Live.Install.Templates;

namespace Kruise.Live.Install;

/// <summary>
/// The reverse of an installation, as bare references in an order that never gets stuck: first the webhooks, which would refuse things once nobody answers;
/// then the programs, so that nothing is made anew; then the CRDs, and with them all jobs and NodeImages; then services, permissions and namespaces.
/// </summary>
internal static class UninstallManifests
{
    private static readonly string[] _order =
    [
        "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "Deployment", "DaemonSet", "CustomResourceDefinition", "Service", "Lease", "Secret",
        "RoleBinding", "Role", "ClusterRoleBinding", "ClusterRole", "ServiceAccount", "Namespace",
    ];

    /// <param name="installed">What was installed.</param>
    /// <param name="installationNamespace">Where the manager keeps its lease and certificates.</param>
    /// <param name="keepsCrds">Whether CRDs stay, and jobs and NodeImages with them.</param>
    public static IReadOnlyList<Manifest> Of(IEnumerable<Manifest> installed, string installationNamespace, bool keepsCrds) =>
        installed
            .Where(manifest => !keepsCrds || manifest.Kind != "CustomResourceDefinition")
            .Select(Reference)
            .Concat(
            [
                // What the manager made for itself; it goes with the namespace only where that goes too.
                Reference("coordination.k8s.io/v1", "Lease", "kruise-manager", installationNamespace),
                Reference("v1", "Secret", "kruise-webhook-certs", installationNamespace),
            ])
            .OrderBy(manifest => Rank(manifest.Kind))
            .ToList();

    private static int Rank(string kind)
    {
        int rank = Array.IndexOf(_order, kind);
        return rank >= 0 ? rank : throw new FormatException($"the kind '{kind}' has no place in the order of removal");
    }

    private static Manifest Reference(Manifest manifest) => Reference(manifest.ApiVersion, manifest.Kind, manifest.Name, manifest.Namespace);

    private static Manifest Reference(string apiVersion, string kind, string name, string? ns) => new(
        "",
        $"apiVersion: {apiVersion}\nkind: {kind}\nmetadata:\n  name: {YamlText.Scalar(name)}\n" + (ns is null ? "" : $"  namespace: {YamlText.Scalar(ns)}\n"));
}
