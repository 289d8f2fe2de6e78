using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Live.Tests.Lab;
using Kruise.Sim.Tests.Cluster.Conformance;

namespace Kruise.Live.Tests.Conformance;

/// <summary>
/// The control plane that the table is held against. It belongs to the table alone: each row begins with an empty server. Nothing acts on objects but the
/// garbage collector. Without the watch cache the API server keeps no history of its own beside etcd's, so that a compaction is felt at once.
/// </summary>
public class ConformanceCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly bool _watchCache;
    private LabControlPlane? _plane;

    public ConformanceCluster()
    {
    }

    protected ConformanceCluster(bool watchCache) => _watchCache = watchCache;

    public async ValueTask DisposeAsync()
    {
        if (_plane is not null)
        {
            await _plane.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a row on the server without any object of the table's kinds. Starts the control plane when it is first asked for.</summary>
    public async Task RunAsync(string title, CancellationToken cancellation)
    {
        LabEnvironment.RequireControlPlane();
        _plane ??= await StartAsync(cancellation);
        await using var api = new RealApi(_plane);
        await api.ClearAsync();
        await ConformanceRunner.RunAsync(ConformanceCases.All.Single(row => row.Title == title), api);
    }

    private async Task<LabControlPlane> StartAsync(CancellationToken cancellation)
    {
        LabControlPlane plane = await LabControlPlane.StartAsync(
            // Nodes come with a taint otherwise, until a kubelet speaks for them.
            new LabControlPlaneOptions { Controllers = [], WatchCache = _watchCache, DisabledAdmission = ["TaintNodesByCondition"] }, cancellation);
        try
        {
            await InstallKindsAsync(plane.Admin, cancellation);
            await plane.StartControllerManagerAsync(["garbagecollector"]);
            return plane;
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

    /// <summary>Our kinds as plainly as can be: any field, a status subresource, no webhook.</summary>
    private static async Task InstallKindsAsync(Kubernetes admin, CancellationToken cancellation)
    {
        foreach ((string kind, RealKind served) in new[]
        {
            (ImagePullJob.KindName, RealKind.Of(typeof(ImagePullJob))), (NodeImage.KindName, RealKind.Of(typeof(NodeImage))),
        })
        {
            var schema = new V1JSONSchemaProps { Type = "object", XKubernetesPreserveUnknownFields = true };
            await admin.ApiextensionsV1.CreateCustomResourceDefinitionAsync(
                new V1CustomResourceDefinition
                {
                    ApiVersion = "apiextensions.k8s.io/v1",
                    Kind = V1CustomResourceDefinition.KubeKind,
                    Metadata = new V1ObjectMeta { Name = $"{served.Plural}.{KruiseGroup.Name}" },
                    Spec = new V1CustomResourceDefinitionSpec
                    {
                        Group = KruiseGroup.Name,
                        Names = new V1CustomResourceDefinitionNames
                        {
                            Kind = kind,
                            ListKind = kind + "List",
                            Plural = served.Plural,
                            Singular = kind.ToLowerInvariant(),
                        },
                        Scope = served.Namespaced ? "Namespaced" : "Cluster",
                        Versions =
                        [
                            new V1CustomResourceDefinitionVersion
                            {
                                Name = "v1alpha1",
                                Served = true,
                                Storage = true,
                                Schema = new V1CustomResourceValidation { OpenAPIV3Schema = schema },
                                Subresources = new V1CustomResourceSubresources { Status = new object() },
                            },
                        ],
                    },
                },
                cancellationToken: cancellation);
        }

        var rest = new RestClient(admin);
        foreach (RealKind kind in RealKind.All)
        {
            await Until.HoldsAsync(
                async _ => (int)(await rest.SendAsync(HttpMethod.Get, kind.Collection("default"))).Status == 200,
                $"{kind.Plural} are served", s_limit, cancellation);
        }

        await Until.HoldsAsync(
            async token => (await admin.CoreV1.ListNamespaceAsync(cancellationToken: token)).Items.Any(n => n.Metadata.Name == "default"),
            "the namespace default exists", s_limit, cancellation);
    }
}
