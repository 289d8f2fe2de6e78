using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Install.Values;
using Kruise.Live.Manager;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Webhooks;
using Kruise.Live.Webhooks.Admission;
using Kruise.Live.Webhooks.Certificates;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>A control plane of its own with CRDs and webhook configurations: webhooks that must not fail would stop other tests' objects.</summary>
public sealed class WebhookCluster : IAsyncLifetime
{
    private const string Admission = "apis/admissionregistration.k8s.io/v1/";
    private const string JobsPath = "apis/apps.kruise.io/v1alpha1/namespaces/default/imagepulljobs";

    private LabControlPlane? _plane;
    private ClusterConnection? _connection;

    internal ApiClient Client { get; private set; } = null!;

    internal LabControlPlane Plane => _plane!;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Starts it for the first test; skips the test where none can be started.</summary>
    internal async Task ReadyAsync(CancellationToken cancellation)
    {
        LabEnvironment.RequireControlPlane();
        if (_plane is not null)
        {
            return;
        }

        _plane = await LabControlPlane.StartAsync(new LabControlPlaneOptions { Controllers = [] }, cancellation);
        _connection = ClusterConnection.Open(_plane.AdminKubeconfig);
        Client = new ApiClient(_connection, "test", limiter: null, TimeProvider.System);
        await Client.SendJsonAsync(
            HttpMethod.Post, "api/v1/namespaces", JsonNode.Parse("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kruise-system"}}""")!, cancellation);
        foreach (JsonNode crd in Manifests("crds", "imagepulljobs.yaml").Concat(Manifests("crds", "nodeimages.yaml")).Concat(Manifests("crds", "clonesets.yaml")).Concat(Manifests("crds", "sidecarsets.yaml")))
        {
            await Client.SendJsonAsync(HttpMethod.Post, "apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd, cancellation);
        }

        foreach (JsonNode configuration in Manifests("kustomize", "webhooks.yaml"))
        {
            await Client.SendJsonAsync(HttpMethod.Post, Admission + configuration["kind"]!.GetValue<string>().ToLowerInvariant() + "s", configuration, cancellation);
        }

        await Until.HoldsAsync(ServesJobsAsync, "the CRDs are served", TimeSpan.FromSeconds(30), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        if (_plane is not null)
        {
            await _plane.DisposeAsync();
        }
    }

    /// <summary>Creates a job, or tries to; only as far as admission when <paramref name="dryRun"/>.</summary>
    internal Task<JsonObject> CreateJobAsync(string name, string spec, CancellationToken cancellation, bool dryRun = false) => Client.SendJsonAsync(
        HttpMethod.Post,
        JobsPath + (dryRun ? "?dryRun=All" : ""),
        JsonNode.Parse($$$"""{"apiVersion":"apps.kruise.io/v1alpha1","kind":"ImagePullJob","metadata":{"name":"{{{name}}}","namespace":"default"},"spec":{{{spec}}} }""")!,
        cancellation);

    /// <summary>Waits until the API server has taken in where the webhooks are.</summary>
    internal async Task WaitUntilCalledAsync(CancellationToken cancellation) =>
        await Until.HoldsAsync(
            async token =>
            {
                try
                {
                    return (await CreateJobAsync("probe", """{"image":"a"}""", token, dryRun: true))["spec"]!["pullPolicy"] is not null;
                }
                catch (ApiException e) when ((int)e.Code >= 500)
                {
                    return false;
                }
            },
            "jobs are defaulted",
            TimeSpan.FromSeconds(30),
            cancellation);

    /// <summary>Makes the service account that pods of the namespace <c>default</c> need; no controller does here.</summary>
    internal async Task ServiceAccountAsync(CancellationToken cancellation)
    {
        const string accounts = "api/v1/namespaces/default/serviceaccounts";
        if (await Client.TryGetJsonAsync(accounts + "/default", cancellation) is null)
        {
            await Client.SendJsonAsync(
                HttpMethod.Post, accounts, JsonNode.Parse("""{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}""")!, cancellation);
        }
    }

    internal Task<Replica> StartReplicaAsync(WebhookOptions options, TimeProvider time, CancellationToken cancellation) =>
        Replica.StartAsync(Client, options, time, cancellation);

    private static IEnumerable<JsonNode> Manifests(string folder, string file)
    {
        var stream = new YamlStream();
        using StreamReader reader = File.OpenText(Path.Combine(RepositoryFolder(), "deploy", folder, file));
        stream.Load(reader);
        return stream.Documents.Select(document => YamlToJson.Convert(document.RootNode)!);
    }

    private static string RepositoryFolder()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kruise.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder;
    }

    private async Task<bool> ServesJobsAsync(CancellationToken cancellation) =>
        await Client.TryGetJsonAsync(JobsPath, cancellation) is not null
        && await Client.TryGetJsonAsync("apis/apps.kruise.io/v1alpha1/nodeimages", cancellation) is not null
        && await Client.TryGetJsonAsync("apis/apps.kruise.io/v1alpha1/clonesets", cancellation) is not null
        && await Client.TryGetJsonAsync("apis/apps.kruise.io/v1alpha1/sidecarsets", cancellation) is not null;

    /// <summary>The webhooks as a manager runs them.</summary>
    internal sealed class Replica : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _sets;

        private Replica(ApiClient client, WebhookOptions options, TimeProvider time)
        {
            var cache = new ClusterCache([]);
            var reflector = new Reflector<SidecarSet>(client, ListScope.Everything, cache.Sink<SidecarSet>(), ReflectorOptions.Default, Log);
            _sets = reflector.RunAsync(_stop.Token);
            Sets = new CachedSidecarSets(cache, reflector.Synced);
            Server = new WebhookServer(options, FeatureGates.Default, Serving, TimeProvider.System, Log, new AdmissionCluster(client, Sets, Events));
            Configurator = new WebhookConfigurator(options, FeatureGates.Default, Serving, client, time, Log);
            Health = new WebhookHealth(options, Serving, time);
        }

        /// <summary>What pods are given.</summary>
        internal ISidecarSetSource Sets { get; }

        public ServingCertificate Serving { get; } = new();

        internal CollectedLog<WebhookConfigurator> Log { get; } = new();

        public CollectedEvents Events { get; } = new();

        public WebhookServer Server { get; }

        public WebhookConfigurator Configurator { get; }

        public WebhookHealth Health { get; }

        public static async Task<Replica> StartAsync(ApiClient client, WebhookOptions options, TimeProvider time, CancellationToken cancellation)
        {
            var replica = new Replica(client, options, time);
            await replica.Server.StartAsync(cancellation);
            await replica.Configurator.StartAsync(cancellation);
            return replica;
        }

        /// <summary>Waits until the API server asks about SidecarSets, and with them about pods: the configuration of those that change objects is written first.</summary>
        public async Task CalledAsync(ApiClient client, CancellationToken cancellation)
        {
            var bad = new SidecarSet
            {
                Metadata = new V1ObjectMeta { Name = "probe" },
                Spec = new SidecarSetSpec { Selector = new V1LabelSelector(), Containers = [new SidecarContainer { Name = "a", Image = "a" }] },
            };
            await Until.HoldsAsync(
                async token =>
                {
                    try
                    {
                        await client.CreateAsync(bad, token);
                        return false;
                    }
                    catch (ApiException e)
                    {
                        return (int)e.Code == 422 && e.Message.Contains("vsidecarset.kb.io", StringComparison.Ordinal);
                    }
                },
                "the webhooks are called", TimeSpan.FromMinutes(1), cancellation);
        }

        /// <summary>Waits until pods are given these sets, as they are stored, and no others.</summary>
        public Task KnowsAsync(IReadOnlyCollection<SidecarSet> sets, CancellationToken cancellation) => Until.HoldsAsync(
            _ => Task.FromResult(Sets.Synced.IsCompleted && Sets.Current.Select(Version).ToHashSet().SetEquals(sets.Select(Version))),
            "the webhook knows the sets", TimeSpan.FromMinutes(1), cancellation);

        private static string Version(SidecarSet set) => $"{set.Metadata.Name} {set.Metadata.ResourceVersion}";

        public async ValueTask DisposeAsync()
        {
            await Configurator.StopAsync(CancellationToken.None);
            Configurator.Dispose();
            Health.Dispose();
            await Server.StopAsync(CancellationToken.None);
            await Server.DisposeAsync();
            await _stop.CancelAsync();
            await _sets;
            _stop.Dispose();
        }
    }
}
