using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Install.Values;
using Kruise.Live.Tests.Install;
using Kruise.Live.Tests.Lab;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Kruise.Live.Tests.Planning;

/// <summary>Tests that mind every object of their cluster: they take turns, and each begins with none of ours.</summary>
[CollectionDefinition(Name)]
public sealed class QuietCluster : ICollectionFixture<QuietCluster>, IAsyncLifetime
{
    public const string Name = "quiet cluster";

    private LabControlPlane? _plane;
    private ClusterConnection? _connection;

    internal LabControlPlane Plane => _plane!;

    public string Kubeconfig => Plane.AdminKubeconfig;

    /// <summary>An administrator's client.</summary>
    internal ApiClient Client { get; private set; } = null!;

    /// <summary>What a plan said before the CRDs were there.</summary>
    public (int Code, string Output, string Errors) PlanWithoutCrds { get; private set; }

    public async ValueTask InitializeAsync()
    {
        try
        {
            LabEnvironment.RequireControlPlane();
        }
        catch (Exception e) when (e.Message.StartsWith("$XunitDynamicSkip$", StringComparison.Ordinal))
        {
            // Each test says again what is missing; a fixture cannot skip.
            return;
        }

        CancellationToken cancellation = TestContext.Current.CancellationToken;
        _plane = await LabControlPlane.StartAsync(new LabControlPlaneOptions { Controllers = [] }, cancellation);
        _connection = ClusterConnection.Open(Kubeconfig);
        Client = new ApiClient(_connection, "tests", null, TimeProvider.System);
        PlanWithoutCrds = await KruiseCommand.RunAsync("plan", "--kubeconfig", Kubeconfig);
        foreach (string file in Directory.GetFiles(Repository.At("deploy/crds")))
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(await File.ReadAllTextAsync(file, cancellation)));
            JsonNode crd = YamlToJson.Convert(yaml.Documents[0].RootNode)!;
            await Client.SendJsonAsync(HttpMethod.Post, "apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd, cancellation);
        }

        await Until.HoldsAsync(
            async token => await ServesAsync("imagepulljobs", token) && await ServesAsync("nodeimages", token) && await ServesAsync("clonesets", token) && await ServesAsync("sidecarsets", token),
            "the CRDs are served",
            TimeSpan.FromSeconds(60),
            cancellation);
    }

    /// <summary>Skips the test where there is no cluster to be had; deletes what tests before it left.</summary>
    internal async Task BeginAsync(CancellationToken cancellation)
    {
        LabEnvironment.RequireControlPlane();
        await DeleteAllAsync<ImagePullJob>(cancellation);
        await DeleteAllAsync<NodeImage>(cancellation);
        await DeleteAllAsync<CloneSet>(cancellation);
        await DeleteAllAsync<V1Node>(cancellation);
        await DeleteAllAsync<V1Secret>(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        if (_plane is not null)
        {
            await _plane.DisposeAsync();
        }
    }

    /// <summary>A kubeconfig of a user who may do this and no more.</summary>
    internal async Task<string> UserAsync(string name, IList<V1PolicyRule> rules, CancellationToken cancellation)
    {
        k8s.Kubernetes admin = Plane.Admin;
        var role = new V1ClusterRole { Metadata = new V1ObjectMeta { Name = name }, Rules = rules };
        var binding = new V1ClusterRoleBinding
        {
            Metadata = new V1ObjectMeta { Name = name },
            RoleRef = new V1RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = name },
            Subjects = [new Rbacv1Subject { Kind = "User", Name = name, ApiGroup = "rbac.authorization.k8s.io" }],
        };
        await k8s.RbacAuthorizationV1OperationsExtensions.CreateClusterRoleAsync(admin.RbacAuthorizationV1, role, cancellationToken: cancellation);
        await k8s.RbacAuthorizationV1OperationsExtensions.CreateClusterRoleBindingAsync(admin.RbacAuthorizationV1, binding, cancellationToken: cancellation);
        return Plane.Kubeconfig(name, []);
    }

    /// <summary>The namespace of pull secret copies is there.</summary>
    internal async Task EnsureCopiesNamespaceAsync(CancellationToken cancellation)
    {
        if (await Client.TryGetJsonAsync("api/v1/namespaces/" + PullSecretCopies.Namespace, cancellation) is null)
        {
            var made = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new JsonObject { ["name"] = PullSecretCopies.Namespace },
            };
            await Client.SendJsonAsync(HttpMethod.Post, "api/v1/namespaces", made, cancellation);
        }
    }

    private async Task<bool> ServesAsync(string plural, CancellationToken cancellation) =>
        await Client.TryGetJsonAsync($"apis/{KruiseGroup.V1Alpha1}/{plural}", cancellation) is not null;

    private async Task DeleteAllAsync<T>(CancellationToken cancellation)
        where T : class, k8s.IKubernetesObject<V1ObjectMeta>
    {
        foreach (T obj in await ListPages.ObjectsAsync<T>(Client, ListScope.Everything, cancellation))
        {
            await Client.DeleteAsync(ResourceKind.Of<T>(), ObjectKey.Of(obj), null, cancellation);
        }
    }
}
