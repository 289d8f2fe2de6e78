using System.Text.Json.Nodes;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;

namespace Kruise.Live.Install.Ownership;

/// <summary>Reads from a cluster what an installation would write over, and refuses where it is not ours.</summary>
internal static class ClusterOwnership
{
    private const string Crds = "apis/apiextensions.k8s.io/v1/customresourcedefinitions/";
    private const string Webhooks = "apis/admissionregistration.k8s.io/v1/";

    /// <param name="connection">The way to the cluster.</param>
    /// <param name="manifests">What would be written or removed.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <exception cref="UserErrorException">Another OpenKruise owns something, or the cluster cannot be asked.</exception>
    public static async Task CheckAsync(ClusterConnection connection, IEnumerable<Manifest> manifests, CancellationToken cancellationToken)
    {
        var client = new ApiClient(connection, "kruise-install", limiter: null, TimeProvider.System);
        var found = new List<OwnedObject>();
        try
        {
            foreach (Manifest manifest in manifests)
            {
                (string What, string Path)? where = manifest.Kind switch
                {
                    "CustomResourceDefinition" => ("CRD", Crds),
                    "MutatingWebhookConfiguration" => ("mutating webhook configuration", Webhooks + "mutatingwebhookconfigurations/"),
                    "ValidatingWebhookConfiguration" => ("validating webhook configuration", Webhooks + "validatingwebhookconfigurations/"),
                    _ => null,
                };
                if (where is { } place)
                {
                    JsonObject? existing = await client.TryGetJsonAsync(place.Path + Uri.EscapeDataString(manifest.Name), cancellationToken);
                    found.Add(new OwnedObject(place.What, manifest.Name, existing));
                }
            }
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            UserErrorException error = ApiFailure.ToUserError(e, connection);
            throw new UserErrorException(error.ExitCode, error.Message + "; --offline asks no cluster");
        }

        IReadOnlyList<string> problems = OwnershipCheck.Problems(found);
        if (problems.Count > 0)
        {
            throw new UserErrorException(
                ExitCode.ClusterNotReady,
                string.Join("\nkruise: ", problems) + "\nkruise: remove that one first, or ask no cluster with --offline");
        }
    }
}
