using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Lab;

namespace Kruise.Live.Tests.Hollow;

/// <summary>A real control plane with Kruise installed, hollow kubelets, and what the cluster's own controllers do for pods and claims.</summary>
internal sealed class CloneSetCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private CloneSetCluster(KruiseCluster cluster, HollowKubelets kubelets)
    {
        Cluster = cluster;
        Kubelets = kubelets;
    }

    public KruiseCluster Cluster { get; }

    public HollowKubelets Kubelets { get; }

    public ApiClient Admin => Cluster.Admin;

    public static async Task<CloneSetCluster> StartAsync(
        CancellationToken cancellation, int nodes = 3, Func<string, ContainerScript>? script = null, bool withWebhooks = false, string gates = "")
    {
        var usual = new LabControlPlaneOptions();
        KruiseCluster cluster = await KruiseCluster.StartAsync(
            cancellation,
            withWebhooks,
            // Nodes come with a taint otherwise, until a kubelet speaks for them. Claims keep a finalizer until their controller sees that no pod uses them.
            new LabControlPlaneOptions { Controllers = [.. usual.Controllers, "pvc-protection"], DisabledAdmission = ["TaintNodesByCondition"] },
            gates);
        try
        {
            return new CloneSetCluster(cluster, await HollowKubelets.StartAsync(cluster.Admin, nodes, script ?? (_ => ContainerScript.Quick), cancellation));
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A namespace of its own in which pods can be made: they need its service account.</summary>
    public async Task<string> NamespaceAsync(CancellationToken cancellation)
    {
        string name = await Cluster.Plane.CreateNamespaceAsync("sets", cancellation);
        await Until.HoldsAsync(
            async token => (await Admin.TryGetJsonAsync($"api/v1/namespaces/{name}/serviceaccounts/default", token))?["secrets"] is JsonArray { Count: > 0 },
            "the namespace has its service account", s_limit, cancellation);
        return name;
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(string @namespace, CancellationToken cancellation)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ResourceKind<T> kind = ResourceKind.Of<T>();
        var found = new List<T>();
        await foreach (System.Text.Json.JsonElement item in ListPages.ItemsAsync(Admin, new ListScope(@namespace).PathOf(kind), cancellation))
        {
            found.Add(kind.Read(item));
        }

        return found;
    }

    /// <summary>Writes what an edit makes of the set's spec, as somebody with an editor does.</summary>
    public async Task<CloneSet> EditAsync(ObjectKey key, Func<CloneSetSpec, CloneSetSpec> edit, CancellationToken cancellation)
    {
        while (true)
        {
            CloneSet set = await Admin.GetAsync<CloneSet>(key, cancellation);
            try
            {
                return await Admin.UpdateAsync(set with { Spec = edit(set.Spec) }, cancellation);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // Its status was written meanwhile.
            }
        }
    }

    /// <summary>Waits until every pod is at the template and ready, none is going, and nothing has been written for a while.</summary>
    public Task<CloneSet> SettledAsync(ObjectKey key, CancellationToken cancellation) => SettledAsync(key, IsDone, cancellation);

    /// <summary>Waits until a condition holds, no pod is going, and nothing has been written for a while.</summary>
    public async Task<CloneSet> SettledAsync(ObjectKey key, Func<CloneSet, bool> condition, CancellationToken cancellation)
    {
        CloneSet? set = null;
        string before = "";
        long since = 0;
        bool settled = await Until.TrueAsync(
            async token =>
            {
                (set, string now, bool going) = await LookAsync(key, token);
                if (now != before || going || set.Status.ObservedGeneration != set.Metadata.Generation || !condition(set))
                {
                    before = now;
                    since = System.Diagnostics.Stopwatch.GetTimestamp();
                    return false;
                }

                return System.Diagnostics.Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(1);
            },
            s_limit,
            cancellation);
        return settled ? set! : throw new TimeoutException($"{key} does not settle within {s_limit}; last {set!.Status}");
    }

    public async ValueTask DisposeAsync()
    {
        await Kubelets.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private static bool IsDone(CloneSet set) =>
        set.Spec.Replicas is var replicas
        && set.Status.Replicas == replicas && set.Status.UpdatedReplicas == replicas && set.Status.AvailableReplicas == replicas
        && set.Status.CurrentRevision == set.Status.UpdateRevision;

    private async Task<(CloneSet Set, string Revisions, bool Going)> LookAsync(ObjectKey key, CancellationToken cancellation)
    {
        CloneSet set = await Admin.GetAsync<CloneSet>(key, cancellation);
        IReadOnlyList<V1Pod> pods = await ListAsync<V1Pod>(key.Namespace, cancellation);
        IReadOnlyList<V1PersistentVolumeClaim> claims = await ListAsync<V1PersistentVolumeClaim>(key.Namespace, cancellation);
        IReadOnlyList<V1ControllerRevision> revisions = await ListAsync<V1ControllerRevision>(key.Namespace, cancellation);
        IEnumerable<V1ObjectMeta> all = pods.Select(pod => pod.Metadata).Concat(claims.Select(claim => claim.Metadata)).Concat(revisions.Select(revision => revision.Metadata));
        return (
            set,
            string.Join(',', all.Append(set.Metadata).Select(metadata => metadata.ResourceVersion)),
            pods.Any(pod => pod.Metadata.DeletionTimestamp is not null) || claims.Any(claim => claim.Metadata.DeletionTimestamp is not null));
    }
}
