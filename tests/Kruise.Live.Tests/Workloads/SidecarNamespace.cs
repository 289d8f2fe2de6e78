using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>A namespace of a real API server whose pods get sidecars, and what somebody does there. Its sets are named after it: they belong to no namespace.</summary>
internal sealed class SidecarNamespace(CloneSetCluster cluster, string name)
{
    /// <summary>The label that sets select by when they do not say.</summary>
    public const string App = "app";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(700);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public CloneSetCluster Cluster => cluster;

    public string Name => name;

    public static async Task<SidecarNamespace> MakeAsync(CloneSetCluster cluster) => new(cluster, await cluster.NamespaceAsync(Cancellation));

    /// <summary>Gives the namespace the label by which it opts out, or takes it.</summary>
    public Task OptOutAsync(string? value) => cluster.Admin.SendJsonAsync(
        HttpMethod.Patch,
        "api/v1/namespaces/" + name,
        new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [SidecarSetKeys.ControlPlane] = value } } },
        Cancellation,
        "application/merge-patch+json");

    /// <summary>The key of a set of this namespace's tests.</summary>
    public ObjectKey Key(string set) => ObjectKey.Cluster($"{name}-{set}");

    /// <summary>Creates a set. It is for this namespace and for pods labelled app=web unless it says otherwise.</summary>
    /// <param name="set">Its name, to which the namespace's is put.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="everywhere">Whether it is for all namespaces.</param>
    public Task<SidecarSet> CreateSetAsync(string set, SidecarSetSpec spec, Dictionary<string, string>? labels = null, bool everywhere = false) =>
        cluster.Admin.CreateAsync(
            new SidecarSet
            {
                Metadata = new V1ObjectMeta { Name = Key(set).Name, Labels = labels },
                Spec = spec with { Namespace = spec.Namespace ?? (everywhere ? null : name), Selector = spec.Selector ?? Select(App, "web") },
            },
            Cancellation);

    public Task<SidecarSet> SetAsync(string set) => cluster.Admin.GetAsync<SidecarSet>(Key(set), Cancellation);

    /// <summary>Writes what an edit makes of a set's spec, as somebody with an editor does.</summary>
    public async Task<SidecarSet> EditAsync(string set, Func<SidecarSetSpec, SidecarSetSpec> edit)
    {
        while (true)
        {
            SidecarSet stored = await SetAsync(set);
            try
            {
                return await cluster.Admin.UpdateAsync(stored with { Spec = edit(stored.Spec) }, Cancellation);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // Its status was written meanwhile.
            }
        }
    }

    public Task<SidecarSet> SetImageAsync(string set, string container, string image) => EditAsync(set, spec => WithContainer(spec, container, c => c with { Image = image }));

    /// <summary>Waits until the webhook gives pods the sets as they are stored: its cache is a watch behind.</summary>
    public async Task KnownAsync(params string[] sets)
    {
        foreach (string set in sets)
        {
            SidecarSet stored = await SetAsync(set);
            var probe = Pod("probe", Containers("probe"), labels: new Dictionary<string, string>(stored.Spec.Selector!.MatchLabels));
            await Until.HoldsAsync(
                async _ => HashIn(await CreatePodAsync(probe, dryRun: true), stored.Metadata.Name) == SidecarSetHash.In(stored),
                $"{set} is known to the webhook", s_limit, Cancellation);
        }
    }

    /// <summary>The hash of a set that a pod's annotation says it is at; null without one.</summary>
    public static string? HashIn(V1Pod pod, string set, string annotation = SidecarSetKeys.Hash) =>
        PodState.Annotation(pod, annotation) is { } json ? (string?)JsonNode.Parse(json)![set]?["hash"] : null;

    /// <summary>Creates a pod as its owner would, and returns what was stored, or would be.</summary>
    public Task<V1Pod> CreatePodAsync(V1Pod pod, bool dryRun = false) =>
        CreatePodAsync(cluster.Admin, pod with { Metadata = pod.Metadata with { NamespaceProperty = pod.Metadata.NamespaceProperty ?? name } }, dryRun);

    public static async Task<V1Pod> CreatePodAsync(ApiClient client, V1Pod pod, bool dryRun = false)
    {
        ResourceKind<V1Pod> kind = ResourceKind.Of<V1Pod>();
        JsonObject stored = await client.SendJsonAsync(
            HttpMethod.Post, kind.ListPath(pod.Metadata.NamespaceProperty) + (dryRun ? "?dryRun=All" : ""), JsonNode.Parse(kind.Write(pod))!, Cancellation);
        return kind.Read(JsonSerializer.SerializeToElement(stored));
    }

    /// <summary>Creates so many pods of one container, named web-0 and so on.</summary>
    public async Task CreatePodsAsync(int count, Func<int, Dictionary<string, string>>? labels = null)
    {
        for (int i = 0; i < count; i++)
        {
            await CreatePodAsync(Pod($"web-{i}", Containers("web"), labels: labels?.Invoke(i)));
        }
    }

    /// <summary>The pods by name.</summary>
    public async Task<V1Pod[]> PodsAsync() => [.. (await cluster.ListAsync<V1Pod>(name, Cancellation)).OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)];

    /// <summary>Waits until a condition holds of a set that has seen its own spec, and nothing has been written for a while.</summary>
    public async Task<SidecarSet> SettledAsync(string set, Func<SidecarSetStatus, bool> condition)
    {
        SidecarSet? stored = null;
        string before = "";
        long since = 0;
        bool settled = await Until.TrueAsync(
            async _ =>
            {
                stored = await SetAsync(set);
                V1Pod[] pods = await PodsAsync();
                string now = string.Join(',', pods.Select(pod => pod.Metadata.ResourceVersion).Append(stored.Metadata.ResourceVersion));
                if (now != before || stored.Status.ObservedGeneration != stored.Metadata.Generation || !condition(stored.Status)
                    || pods.Any(pod => pod.Metadata.DeletionTimestamp is not null || string.IsNullOrEmpty(pod.Spec.NodeName)))
                {
                    before = now;
                    since = Stopwatch.GetTimestamp();
                    return false;
                }

                // Where all is done there is nothing to wait for.
                SidecarSetStatus status = stored.Status;
                return (status.UpdatedPods, status.ReadyPods, status.UpdatedReadyPods) == (status.MatchedPods, status.MatchedPods, status.MatchedPods)
                    || Stopwatch.GetElapsedTime(since) > s_quiet;
            },
            s_limit,
            Cancellation);
        return settled ? stored! : throw new TimeoutException($"{set} does not settle within {s_limit}; last {stored!.Status}");
    }

    /// <summary>Waits until all pods have what the set asks for and are ready.</summary>
    public Task<SidecarSet> UpdatedAsync(string set, int pods) =>
        SettledAsync(set, status => (status.MatchedPods, status.UpdatedPods, status.ReadyPods, status.UpdatedReadyPods) == (pods, pods, pods, pods));

    /// <summary>What the events about a set say: reason, count and message, oldest first.</summary>
    public async Task<string[]> EventsAsync(string set)
    {
        JsonObject list = (await cluster.Admin.TryGetJsonAsync($"api/v1/namespaces/default/events?fieldSelector=involvedObject.name={Key(set).Name}", Cancellation))!;
        return
        [
            .. list["items"]!.AsArray().OrderBy(e => e!["metadata"]!["creationTimestamp"]!.GetValue<string>(), StringComparer.Ordinal)
                .Select(e => $"{e!["type"]} {e["reason"]} x{e["count"]} by {e["source"]!["component"]}: {e["message"]}"),
        ];
    }

    public static SidecarSetSpec WithContainer(SidecarSetSpec spec, string container, Func<SidecarContainer, SidecarContainer> change) =>
        spec with { Containers = [.. spec.Containers!.Select(c => c.Name == container ? change(c) : c)] };

    public static SidecarSetSpec Strategy(SidecarSetSpec spec, Func<SidecarSetUpdateStrategy, SidecarSetUpdateStrategy> change) =>
        spec with { UpdateStrategy = change(spec.UpdateStrategy) };

    public static V1LabelSelector Select(string key, string value) => new() { MatchLabels = new Dictionary<string, string> { [key] = value } };

    /// <summary>Containers that run version 1 of the image that is named like them.</summary>
    public static V1Container[] Containers(params string[] names) => [.. names.Select(one => new V1Container { Name = one, Image = one + ":1" })];

    /// <summary>A pod labelled app=web beside what else is said.</summary>
    public static V1Pod Pod(string name, IList<V1Container> containers, IList<V1Container>? init = null, IList<V1Volume>? volumes = null, Dictionary<string, string>? labels = null) => new()
    {
        ApiVersion = "v1",
        Kind = V1Pod.KubeKind,
        Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string>(labels ?? []) { [App] = labels?.GetValueOrDefault(App) ?? "web" } },
        Spec = new V1PodSpec { Containers = containers, InitContainers = init, Volumes = volumes },
    };
}
