using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>CloneSets on a real API server: the manager under its own service account with its webhooks, over hollow kubelets.</summary>
public sealed class CloneSetTests(RunningCloneSets running) : IClassFixture<RunningCloneSets>
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Updated_in_place_pods_stay_the_same_and_one_at_a_time_is_not_ready()
    {
        (CloneSetCluster cluster, RealWorkloads world, string @namespace) = await WorldAsync();
        await world.DoAsync(new WorkloadStep.Create(WorkloadCases.InPlace(4)));
        string[] before = await IdentitiesAsync(cluster, @namespace);

        await world.WriteAsync(new WorkloadStep.SetImage("main", "app:2"));
        int most = 0;
        await Until.HoldsAsync(
            async token =>
            {
                most = Math.Max(most, (await cluster.ListAsync<V1Pod>(@namespace, token)).Count(pod => !PodState.IsReady(pod)));
                return (await cluster.Admin.GetAsync<CloneSet>(world.Key, token)).Status.UpdatedReadyReplicas == 4;
            },
            "all are updated", s_limit, Cancellation);
        await world.SettledAsync();

        Assert.Equal(before, await IdentitiesAsync(cluster, @namespace));
        Assert.InRange(most, 0, 1);
        Assert.All(await cluster.ListAsync<V1Pod>(@namespace, Cancellation), pod =>
        {
            Assert.Equal([("main", 1), ("sidecar", 0)], pod.Status.ContainerStatuses.Select(c => (c.Name, c.RestartCount)).Order());
            Assert.Equal(["Always", "Always"], pod.Spec.Containers.Select(c => c.ImagePullPolicy)); // our webhook's default, not the API server's
        });
    }

    [Fact]
    public async Task Kubectl_scales_by_the_short_name()
    {
        (CloneSetCluster cluster, RealWorkloads world, string @namespace) = await WorldAsync();
        await world.DoAsync(new WorkloadStep.Create(WorkloadCases.Spec(1)));

        await Kubectl.RunAsync(cluster.Cluster.Plane.AdminKubeconfig, ["scale", "clone/web", "--replicas=3", "-n", @namespace], null, Cancellation);

        Assert.Equal(3, (await world.SettledAsync()).Status.ReadyReplicas);
    }

    [Theory]
    [InlineData("bad:1")]
    [InlineData("crash:1")]
    public async Task A_bad_version_takes_no_more_pods_than_may_be_unavailable_and_the_way_back_heals_them(string image)
    {
        (CloneSetCluster cluster, RealWorkloads world, string @namespace) = await WorldAsync();
        await world.DoAsync(new WorkloadStep.Create(WorkloadCases.InPlace(4)));

        await world.WriteAsync(new WorkloadStep.SetImage("main", image));
        await cluster.SettledAsync(world.Key, set => set.Status is { UpdatedReplicas: 1, ReadyReplicas: 3 }, Cancellation);

        await world.DoAsync(new WorkloadStep.SetImage("main", "app:1"));
        WorkloadState state = await world.StateAsync();
        Assert.Equal(4, state.Set.Status.AvailableReplicas);
        Assert.Equal([2L, 3L], state.Revisions.Select(revision => (long)revision.Revision!).Order());
    }

    [Fact]
    public async Task Pods_of_a_lost_node_are_replaced_once_they_are_evicted_and_end_when_it_is_back()
    {
        (CloneSetCluster cluster, RealWorkloads world, string @namespace) = await WorldAsync();
        await world.DoAsync(new WorkloadStep.Create(WorkloadCases.InPlace(6)));
        V1Pod[] there = [.. (await cluster.ListAsync<V1Pod>(@namespace, Cancellation)).Where(pod => pod.Spec.NodeName == "hollow-001")];
        Assert.NotEmpty(there);

        cluster.Kubelets.Lose("hollow-001");
        try
        {
            await world.WriteAsync(new WorkloadStep.SetImage("main", "app:2"));
            foreach (V1Pod pod in there)
            {
                // What the node lifecycle controller does five minutes later.
                await cluster.Admin.DeleteAsync(ResourceKind.Of<V1Pod>(), ObjectKey.Of(pod), pod.Metadata.Uid, Cancellation);
            }

            await Until.HoldsAsync(
                async token => (await cluster.ListAsync<V1Pod>(@namespace, token)).Count(
                    pod => pod.Metadata.DeletionTimestamp is null && PodState.IsReady(pod) && pod.Spec.Containers[0].Image == "app:2") == 6,
                "others stand in", s_limit, Cancellation);
            Assert.Equal(6 + there.Length, (await cluster.ListAsync<V1Pod>(@namespace, Cancellation)).Count);
        }
        finally
        {
            cluster.Kubelets.Recover("hollow-001");
        }

        await world.SettledAsync();
        Assert.Equal(6, (await cluster.ListAsync<V1Pod>(@namespace, Cancellation)).Count);
    }

    [Fact]
    public async Task A_set_that_is_deleted_takes_pods_claims_and_revisions_along()
    {
        (CloneSetCluster cluster, RealWorkloads world, string @namespace) = await WorldAsync();
        await world.DoAsync(new WorkloadStep.Create(WorkloadCases.WithClaim(2)));
        await world.DoAsync(new WorkloadStep.SetImage("main", "app:2"));

        await cluster.Admin.DeleteAsync(ResourceKind.Of<CloneSet>(), world.Key, null, Cancellation);

        await Until.HoldsAsync(
            async token => (await cluster.ListAsync<V1Pod>(@namespace, token)).Count
                + (await cluster.ListAsync<V1PersistentVolumeClaim>(@namespace, token)).Count
                + (await cluster.ListAsync<V1ControllerRevision>(@namespace, token)).Count == 0,
            "the collector has taken them", TimeSpan.FromMinutes(2), Cancellation); // it looks for kinds that are new to it twice a minute
    }

    private static async Task<string[]> IdentitiesAsync(CloneSetCluster cluster, string @namespace) =>
    [
        .. (await cluster.ListAsync<V1Pod>(@namespace, Cancellation))
            .Select(pod => $"{pod.Metadata.Name} {pod.Metadata.Uid} {pod.Spec.NodeName}").Order(StringComparer.Ordinal),
    ];

    private async Task<(CloneSetCluster Cluster, RealWorkloads World, string Namespace)> WorldAsync()
    {
        CloneSetCluster cluster = await running.ClusterAsync();
        string @namespace = await cluster.NamespaceAsync(Cancellation);
        return (cluster, new RealWorkloads(cluster, @namespace), @namespace);
    }
}
