using k8s.Models;
using Kruise.Core.Api;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Tests.Webhooks;
using Kruise.Live.Webhooks;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>
/// A manager killed with -9 at each kind of write of a sidecar upgrade, before the server hears of it and after: the next one comes to the same objects, and no container
/// is restarted for it. The webhooks are served by this process, which lives on.
/// </summary>
public sealed class KilledSidecarManagerTests(KilledSidecarManagerTests.Proxied proxied) : IClassFixture<KilledSidecarManagerTests.Proxied>
{
    private const string Set = "agents";
    private const int Pods = 4;

    /// <summary>At which write the manager is killed, and how many of the kind go by before.</summary>
    private static readonly (string Write, string Method, string PathHas, int Pass)[] s_writes =
    [
        ("status that the spec was seen", "PUT", "/status$", 0),
        ("first pod", "PATCH", "/pods/web-", 0),
        ("third pod", "PATCH", "/pods/web-", 2),
        ("status of pods that are updated", "PUT", "/status$", 1),
        ("event of pods out of reach", "POST", "/events$", 0),
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
        proxied.Undisturbed ??= await RunAsync(null);

        (_, string method, string pathHas, int pass) = s_writes.Single(one => one.Write == write);
        Assert.Equal(proxied.Undisturbed, await RunAsync((method, pathHas, afterwards, pass)));
    }

    private async Task<string> RunAsync((string Method, string PathHas, bool Afterwards, int Pass)? kill)
    {
        (CloneSetCluster cluster, KillingProxy proxy, ManagerProcess manager) = await proxied.ClusterAsync();
        SidecarNamespace home = await SidecarNamespace.MakeAsync(cluster);
        var world = new RealSidecars(home);

        // One pod stays behind, so that there is an event as well.
        V1Pod pod = SidecarNamespace.Pod("web", SidecarNamespace.Containers("web"));
        await world.DoAsync(new SidecarStep.CreateSet(Set, new SidecarSetSpec
        {
            Containers = [new SidecarContainer { Name = "agent", Image = "agent:1" }, new SidecarContainer { Name = "tail", Image = "tail:1" }],
            UpdateStrategy = new SidecarSetUpdateStrategy { MaxUnavailable = 2 },
        }));
        await world.DoAsync(new SidecarStep.CreatePods(1, pod with { Metadata = pod.Metadata with { Name = "old" } }));
        await world.DoAsync(new SidecarStep.Counts(Set, 1, 1, 1, 1));
        await world.DoAsync(new SidecarStep.Edit(Set, "an argument", spec => SidecarNamespace.WithContainer(spec, "tail", tail => tail with { Args = ["--more"] })));
        await world.DoAsync(new SidecarStep.CreatePods(Pods, pod));
        await world.DoAsync(new SidecarStep.Counts(Set, Pods + 1, Pods, Pods + 1, Pods));

        Task? killed = kill is not { } at
            ? null
            : proxy.Arm(at.Method, at.PathHas == "/events$" ? "" : home.Name, at.PathHas, at.Afterwards, manager.KillAsync, at.Pass);
        await home.SetImageAsync(Set, "agent", "agent:2");
        if (killed is not null)
        {
            await killed.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
            Assert.True(manager.HasExited);
            await proxied.ClusterAsync(); // with another one
        }

        await world.DoAsync(new SidecarStep.Counts(Set, Pods + 1, Pods, Pods + 1, Pods));
        return (await world.StateAsync()).Describe();
    }

    /// <summary>A cluster whose managers go by a proxy, and whose webhooks do not.</summary>
    public sealed class Proxied : IAsyncDisposable
    {
        private CloneSetCluster? _cluster;
        private WebhookCluster.Replica? _webhooks;
        private KillingProxy? _proxy;
        private ManagerProcess? _manager;

        /// <summary>What there is in the end when nobody is killed.</summary>
        internal string? Undisturbed { get; set; }

        public async ValueTask DisposeAsync()
        {
            if (_manager is not null)
            {
                await _manager.DisposeAsync();
            }

            if (_proxy is not null)
            {
                await _proxy.DisposeAsync();
            }

            if (_webhooks is not null)
            {
                await _webhooks.DisposeAsync();
            }

            if (_cluster is not null)
            {
                await _cluster.DisposeAsync();
            }
        }

        /// <summary>With a manager that runs: another one where the last is dead.</summary>
        internal async Task<(CloneSetCluster Cluster, KillingProxy Proxy, ManagerProcess Manager)> ClusterAsync()
        {
            _cluster ??= await CloneSetCluster.StartAsync(Cancellation, withWebhooks: true);
            var options = new WebhookOptions { Host = "127.0.0.1", Port = LabEnvironment.FreePorts(1)[0] };
            if (_webhooks is null)
            {
                _webhooks = await WebhookCluster.Replica.StartAsync(_cluster.Admin, options, TimeProvider.System, Cancellation);
                await _webhooks.CalledAsync(_cluster.Admin, Cancellation);
            }

            _proxy ??= await KillingProxy.StartAsync(_cluster.Cluster.ManagerKubeconfig);
            if (_manager is null or { HasExited: true })
            {
                // Without a lease, so that the next one begins at once.
                ManagerProcess? dead = _manager;
                _manager = await ManagerProcess.StartAsync(_proxy.Kubeconfig, arguments: "--enable-leader-election=false");
                await _manager.ReadyAsync(Cancellation);
                await (dead?.DisposeAsync() ?? ValueTask.CompletedTask);
            }

            return (_cluster, _proxy, _manager);
        }
    }
}
