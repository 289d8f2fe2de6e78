using k8s.Models;
using Kruise.Core.Workloads;
using Kruise.Live.Tests.Hollow;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>
/// A manager killed with -9 at each kind of write, before the server hears of it and after: the next one comes to the same objects, and nothing is made twice.
/// </summary>
public sealed class KilledManagerTests(KilledManagerTests.Proxied proxied) : IClassFixture<KilledManagerTests.Proxied>
{
    private static readonly WorkloadStep s_environment = new WorkloadStep.Edit(
        "an environment variable", spec => WorkloadCases.WithMain(spec, main => main with { Env = [new V1EnvVar { Name = "A", Value = "1" }] }));

    /// <summary>What is being done when the manager is killed, at which write, and how many pods that makes in all.</summary>
    private static readonly (string Write, string Method, string PathHas, WorkloadStep[] Before, WorkloadStep During, int PodsMade)[] s_writes =
    [
        ("create revision", "POST", "/controllerrevisions", [], new WorkloadStep.SetImage("main", "app:2"), 3),
        ("update revision", "PATCH", "/controllerrevisions/", [new WorkloadStep.SetImage("main", "app:2")], new WorkloadStep.SetImage("main", "app:1"), 3),
        ("update status of pod", "PATCH", "/status$", [], new WorkloadStep.SetImage("main", "app:2"), 3),
        ("update pod in place", "PATCH", "/pods/web-", [], new WorkloadStep.SetImage("main", "app:2"), 3),
        ("mark pod to be re-created", "PATCH", "/pods/web-", [], s_environment, 6),
        ("delete pod", "DELETE", "/pods/web-", [], s_environment, 6),
        ("delete claim", "DELETE", "/persistentvolumeclaims/", [], s_environment, 6),
        ("create claim", "POST", "/persistentvolumeclaims", [], s_environment, 6),
        ("create pod", "POST", "/pods", [], s_environment, 6),
        ("create pods of a scale-up", "POST", "/pods", [], new WorkloadStep.Scale(6), 6),
        ("status of set", "PUT", "/clonesets/web/status", [], new WorkloadStep.SetImage("main", "app:2"), 3),
        ("take a name out of podsToDelete", "PATCH", "/clonesets/web$", [], new WorkloadStep.NamePod(1, 3), 4),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Kills
    {
        get
        {
            var kills = new TheoryData<string, bool>();
            foreach (string write in s_writes.Select(one => one.Write))
            {
                kills.Add(write, false);
                kills.Add(write, true);
            }

            return kills;
        }
    }

    [Theory]
    [MemberData(nameof(Kills))]
    public async Task The_next_one_comes_to_the_same_objects(string write, bool afterwards)
    {
        (CloneSetCluster cluster, KillingProxy proxy) = await proxied.ClusterAsync();
        (_, string method, string pathHas, WorkloadStep[] before, WorkloadStep during, int podsMade) = s_writes.Single(one => one.Write == write);
        if (!proxied.Undisturbed.TryGetValue(write, out string? undisturbed))
        {
            proxied.Undisturbed.Add(write, undisturbed = await RunAsync(cluster, proxy, before, during, podsMade, null));
        }

        Assert.Equal(undisturbed, await RunAsync(cluster, proxy, before, during, podsMade, (method, pathHas, afterwards)));
    }

    private static async Task<string> RunAsync(
        CloneSetCluster cluster, KillingProxy proxy, WorkloadStep[] before, WorkloadStep during, int podsMade, (string Method, string PathHas, bool Afterwards)? kill)
    {
        string @namespace = await cluster.NamespaceAsync(Cancellation);
        await using var world = new RealWorkloads(cluster, @namespace);
        ManagerProcess? manager = await StartAsync(proxy);
        try
        {
            await world.DoAsync(new WorkloadStep.Create(WorkloadCases.WithClaim(3)));
            foreach (WorkloadStep step in before)
            {
                await world.DoAsync(step);
            }

            if (kill is { } at)
            {
                Task killed = proxy.Arm(at.Method, $"/namespaces/{@namespace}", at.PathHas, at.Afterwards, manager.KillAsync);
                await world.WriteAsync(during);
                await killed.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
                Assert.True(manager.HasExited);
                await manager.DisposeAsync();
                manager = await StartAsync(proxy);
                await world.SettledAsync();
            }
            else
            {
                await world.DoAsync(during);
            }

            WorkloadState state = await world.StateAsync();
            Assert.Equal(state.Pods.Count, state.Pods.Select(pod => PodState.Label(pod, WorkloadKeys.CloneSetInstanceId)).Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(podsMade, cluster.Kubelets.Seen.Values.Count(key => key.Namespace == @namespace));
            return state.Describe();
        }
        finally
        {
            if (manager is not null)
            {
                await manager.DisposeAsync();
            }
        }
    }

    // Without a lease, so that the next one begins at once.
    private static async Task<ManagerProcess> StartAsync(KillingProxy proxy)
    {
        ManagerProcess manager = await ManagerProcess.StartAsync(proxy.Kubeconfig, arguments: "--enable-leader-election=false");
        await manager.ReadyAsync(Cancellation);
        return manager;
    }

    /// <summary>A cluster whose managers go by a proxy.</summary>
    public sealed class Proxied : IAsyncDisposable
    {
        private CloneSetCluster? _cluster;
        private KillingProxy? _proxy;

        /// <summary>What there is in the end when nobody is killed, by write.</summary>
        internal Dictionary<string, string> Undisturbed { get; } = new(StringComparer.Ordinal);

        public async ValueTask DisposeAsync()
        {
            if (_proxy is not null)
            {
                await _proxy.DisposeAsync();
            }

            if (_cluster is not null)
            {
                await _cluster.DisposeAsync();
            }
        }

        internal async Task<(CloneSetCluster Cluster, KillingProxy Proxy)> ClusterAsync()
        {
            _cluster ??= await CloneSetCluster.StartAsync(Cancellation);
            _proxy ??= await KillingProxy.StartAsync(_cluster.Cluster.ManagerKubeconfig);
            return (_cluster, _proxy);
        }
    }
}
