using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using Kruise.Live.Tests.Lab;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedControlPlane))]

namespace Kruise.Live.Tests.Lab;

/// <summary>
/// The cluster that tests share when they neither kill it nor mind each other's cluster-scoped objects: the one that KRUISE_TEST_KUBECONFIG names, or a lab
/// control plane that the first test to ask for it starts.
/// </summary>
public sealed class SharedControlPlane : IAsyncLifetime
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly ConcurrentBag<string> _namespaces = [];
    private LabControlPlane? _plane;
    private Kubernetes? _admin;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Path of a kubeconfig that may do everything. Skips the test where there is no cluster to be had.</summary>
    public async Task<string> AdminKubeconfigAsync(CancellationToken cancellation) =>
        LabEnvironment.ForeignKubeconfig ?? (await LabAsync(cancellation)).AdminKubeconfig;

    /// <summary>A client that may do everything. Skips the test where there is no cluster to be had.</summary>
    public async Task<Kubernetes> AdminAsync(CancellationToken cancellation)
    {
        string kubeconfig = await AdminKubeconfigAsync(cancellation);
        return _admin ??= new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
    }

    /// <summary>Makes a namespace that no other test uses; returns its name.</summary>
    public async Task<string> CreateNamespaceAsync(string prefix, CancellationToken cancellation)
    {
        string name = await CreateNamespaceAsync(await AdminAsync(cancellation), prefix, cancellation);
        _namespaces.Add(name);
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        // A lab control plane takes its namespaces with it.
        foreach (string name in LabEnvironment.ForeignKubeconfig is null ? [] : _namespaces.ToArray())
        {
            await _admin!.CoreV1.DeleteNamespaceAsync(name);
        }

        _admin?.Dispose();
        if (_plane is not null)
        {
            await _plane.DisposeAsync();
        }

        _gate.Dispose();
    }

    /// <summary>The lab control plane itself, also where another cluster is named. For tests that need kubeconfigs of other users.</summary>
    internal async Task<LabControlPlane> LabAsync(CancellationToken cancellation)
    {
        LabEnvironment.RequireControlPlane();
        await _gate.WaitAsync(cancellation);
        try
        {
            return _plane ??= await LabControlPlane.StartAsync(cancellation: cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    internal static async Task<string> CreateNamespaceAsync(Kubernetes client, string prefix, CancellationToken cancellation)
    {
        var wanted = new V1Namespace { Metadata = new V1ObjectMeta { GenerateName = prefix + "-" } };
        return (await client.CoreV1.CreateNamespaceAsync(wanted, cancellationToken: cancellation)).Metadata.Name;
    }
}
