using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Install;
using Kruise.Live.Install.Values;
using Kruise.Live.Tests.Lab;

namespace Kruise.Live.Tests.Hollow;

/// <summary>A real control plane with Kruise installed as <c>kruise install | kubectl apply -f -</c> does, and kubeconfigs of its two service accounts.</summary>
internal sealed class KruiseCluster : IAsyncDisposable
{
    private readonly ClusterConnection _connection;

    private KruiseCluster(LabControlPlane plane, string managerKubeconfig, string daemonKubeconfig)
    {
        Plane = plane;
        ManagerKubeconfig = managerKubeconfig;
        DaemonKubeconfig = daemonKubeconfig;
        _connection = ClusterConnection.Open(plane.AdminKubeconfig);
        Admin = new ApiClient(_connection, "kruise-tests", null, TimeProvider.System);
    }

    public LabControlPlane Plane { get; }

    /// <summary>A client that may do everything.</summary>
    public ApiClient Admin { get; }

    /// <summary>The manager's service account: it may do what its roles grant and no more.</summary>
    public string ManagerKubeconfig { get; }

    /// <summary>The daemons' service account; empty where the gates leave daemons out.</summary>
    public string DaemonKubeconfig { get; }

    /// <summary>Starts and installs. Webhook configurations are left out unless asked for: nothing is admitted while nobody serves them.</summary>
    public static async Task<KruiseCluster> StartAsync(
        CancellationToken cancellation, bool withWebhooks = false, LabControlPlaneOptions? options = null, string gates = "")
    {
        LabEnvironment.RequireControlPlane();
        LabEnvironment.Require("kubectl");
        LabControlPlane plane = await LabControlPlane.StartAsync(options, cancellation);
        try
        {
            JsonObject values = InstallValues.Defaults();
            values["featureGates"] = gates;
            Manifest[] all = [.. InstallManifests.Render(values)];
            IEnumerable<Manifest> manifests = all.Where(m => withWebhooks || !m.Kind.EndsWith("WebhookConfiguration", StringComparison.Ordinal));
            await Kubectl.ApplyAsync(plane.AdminKubeconfig, InstallManifests.Join(manifests), cancellation);
            return new KruiseCluster(
                plane,
                await plane.ServiceAccountKubeconfigAsync("kruise-system", "kruise-manager", cancellation),
                all.Any(manifest => manifest is { Kind: "ServiceAccount", Name: "kruise-daemon" }) ? await plane.ServiceAccountKubeconfigAsync("kruise-system", "kruise-daemon", cancellation) : "");
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

    public Task<ImagePullJob> CreateJobAsync(
        string name, string image, string parallelism, CancellationToken cancellation, Func<ImagePullJobSpec, ImagePullJobSpec>? edit = null)
    {
        var spec = new ImagePullJobSpec { Image = image, Parallelism = (IntOrString)parallelism, CompletionPolicy = new CompletionPolicy { Type = CompletionPolicy.Always } };
        return Admin.CreateAsync(
            new ImagePullJob { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" }, Spec = edit?.Invoke(spec) ?? spec }, cancellation);
    }

    public Task<ImagePullJob> JobAsync(string name, CancellationToken cancellation) => Admin.GetAsync<ImagePullJob>(new ObjectKey("default", name), cancellation);

    public async Task<IReadOnlyList<NodeImage>> NodeImagesAsync(CancellationToken cancellation)
    {
        ResourceKind<NodeImage> kind = ResourceKind.Of<NodeImage>();
        using JsonDocument list = await Admin.ListAsync(kind.ListPath(null), cancellation);
        return [.. list.RootElement.GetProperty("items").EnumerateArray().Select(kind.Read)];
    }

    /// <summary>Waits until so many nodes have succeeded or failed; a server that is away just now is asked again.</summary>
    public async Task<ImagePullJob> DoneAtLeastAsync(string name, int nodes, TimeSpan limit, CancellationToken cancellation)
    {
        ImagePullJob? job = null;
        await Until.HoldsAsync(
            async token =>
            {
                try
                {
                    job = await JobAsync(name, token);
                    return job.Status.Succeeded + job.Status.Failed >= nodes;
                }
                catch (Exception e) when (ApiFailure.Is(e))
                {
                    return false;
                }
            },
            $"{nodes} nodes of {name} are done",
            limit,
            cancellation);
        return job!;
    }

    public async Task<ImagePullJob> CompletedAsync(string name, TimeSpan limit, CancellationToken cancellation)
    {
        ImagePullJob? job = null;
        await Until.HoldsAsync(
            async token => (job = await JobAsync(name, token)).Status.CompletionTime is not null, $"{name} completes; last {job?.Status}", limit, cancellation);
        return job!;
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await Plane.DisposeAsync();
    }
}
