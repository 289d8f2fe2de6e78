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

/// <summary>SidecarSets on a real API server: its webhooks and the manager under its own service account, over hollow kubelets.</summary>
public sealed class SidecarSetTests(RunningCloneSets running) : IClassFixture<RunningCloneSets>
{
    private const string Sets = "apis/apps.kruise.io/v1alpha1/sidecarsets";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sidecars_are_put_into_pods_in_order_and_brought_to_a_new_image_in_place()
    {
        CloneSetCluster cluster = await running.ClusterAsync();
        string home = await cluster.NamespaceAsync(Cancellation);
        JsonObject stored = await CreateSetAsync(cluster, home, "agent:1");
        Assert.Matches("^[a-z0-9]+$", stored["metadata"]!["annotations"]![SidecarSetKeys.Hash]!.GetValue<string>());
        Assert.NotEqual(stored["metadata"]!["annotations"]![SidecarSetKeys.Hash]!.ToString(), stored["metadata"]!["annotations"]![SidecarSetKeys.HashWithoutImage]!.ToString());
        await KnownAsync(cluster, home);

        for (int i = 0; i < 4; i++)
        {
            JsonObject pod = await CreatePodAsync(cluster, home, $"web-{i}");
            Assert.Equal(["agent", "web", "tail"], pod["spec"]!["containers"]!.AsArray().Select(c => c!["name"]!.GetValue<string>()));
            Assert.Equal(["own", "prepare"], pod["spec"]!["initContainers"]!.AsArray().Select(c => c!["name"]!.GetValue<string>()));
            Assert.Equal(home, pod["metadata"]!["annotations"]![SidecarSetKeys.InjectedList]!.GetValue<string>());

            // The pod's own volume at the same path, and one of its variables.
            JsonNode tail = pod["spec"]!["containers"]![2]!;
            Assert.Contains(tail["volumeMounts"]!.AsArray(), mount => mount!["mountPath"]!.GetValue<string>() == "/data" && mount["name"]!.GetValue<string>() == "data");
            Assert.Equal("shop", tail["env"]!.AsArray().Single(variable => variable!["name"]!.GetValue<string>() == "TEAM")!["value"]!.GetValue<string>());
            Assert.Contains(pod["spec"]!["volumes"]!.AsArray(), volume => volume!["name"]!.GetValue<string>() == "spool");
        }

        await CountsAsync(cluster, home, status => status is { MatchedPods: 4, UpdatedPods: 4, ReadyPods: 4 });
        string[] before = await IdentitiesAsync(cluster, home);

        await SetImageAsync(cluster, home, "agent:2");
        int most = 0;
        await Until.HoldsAsync(
            async token =>
            {
                most = Math.Max(most, (await cluster.ListAsync<V1Pod>(home, token)).Count(pod => !PodState.IsReady(pod)));
                SidecarSet set = await cluster.Admin.GetAsync<SidecarSet>(ObjectKey.Cluster(home), token);
                return set.Status.ObservedGeneration == set.Metadata.Generation && set.Status.UpdatedReadyPods == 4;
            },
            "all pods have the new agent", s_limit, Cancellation);

        Assert.InRange(most, 0, 1);
        Assert.Equal(before, await IdentitiesAsync(cluster, home));
        string[] expected = [.. before.Select(_ => "agent:2 1, web:1 0, tail:1 0")];
        Assert.Equal(expected, (await cluster.ListAsync<V1Pod>(home, Cancellation)).Select(pod => string.Join(", ", pod.Spec.Containers.Select(
            container => $"{container.Image} {pod.Status.ContainerStatuses.Single(status => status.Name == container.Name).RestartCount}"))));

        string kubectl = await Kubectl.RunAsync(cluster.Cluster.Plane.AdminKubeconfig, ["get", "sidecarset", home], null, Cancellation);
        Assert.Matches(@"^NAME +MATCHED +UPDATED +READY +AGE\n\S+ +4 +4 +4 +\S+", kubectl);
    }

    [Fact]
    public async Task A_namespace_that_opts_out_is_left_alone()
    {
        CloneSetCluster cluster = await running.ClusterAsync();
        string home = await cluster.NamespaceAsync(Cancellation);
        string closed = home + "-closed";
        await cluster.Admin.SendJsonAsync(
            HttpMethod.Post,
            "api/v1/namespaces",
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new JsonObject { ["name"] = closed, ["labels"] = new JsonObject { ["control-plane"] = "" } },
            },
            Cancellation);
        await Until.HoldsAsync(
            async token => (await cluster.Admin.TryGetJsonAsync($"api/v1/namespaces/{closed}/serviceaccounts/default", token))?["secrets"] is JsonArray { Count: > 0 },
            "the namespace has its service account", s_limit, Cancellation);
        await CreateSetAsync(cluster, home, "agent:1", everywhere: true);
        await KnownAsync(cluster, home);

        JsonObject pod = await CreatePodAsync(cluster, closed, "web", label: home);

        Assert.Single(pod["spec"]!["containers"]!.AsArray());
        Assert.Null(pod["metadata"]!["annotations"]?[SidecarSetKeys.Hash]);
    }

    [Fact]
    public async Task A_set_in_conflict_with_a_stored_one_is_refused_however_soon_it_comes()
    {
        CloneSetCluster cluster = await running.ClusterAsync();
        string home = await cluster.NamespaceAsync(Cancellation);
        await CreateSetAsync(cluster, home, "agent:1");

        ApiException refused = await Assert.ThrowsAsync<ApiException>(() => CreateSetAsync(cluster, home, "agent:9", name: home + "-second"));

        Assert.Equal(422, (int)refused.Code);
        Assert.StartsWith("admission webhook \"vsidecarset.kb.io\" denied the request: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(home, refused.Message, StringComparison.Ordinal);
    }

    private static Task<JsonObject> CreateSetAsync(CloneSetCluster cluster, string home, string image, bool everywhere = false, string? name = null) =>
        cluster.Admin.SendJsonAsync(
            HttpMethod.Post,
            Sets,
            JsonNode.Parse(
                $$$"""
                {"apiVersion":"apps.kruise.io/v1alpha1","kind":"SidecarSet","metadata":{"name":"{{{name ?? home}}}"},"spec":{
                  {{{(everywhere ? "" : $"\"namespace\":\"{home}\",")}}}
                  "selector":{"matchLabels":{"app":"{{{home}}}"}},"volumes":[{"name":"spool","emptyDir":{}}],
                  "initContainers":[{"name":"prepare","image":"prepare:1"}],
                  "containers":[{"name":"agent","image":"{{{image}}}","volumeMounts":[{"name":"spool","mountPath":"/spool"}]},
                    {"name":"tail","image":"tail:1","podInjectPolicy":"AfterAppContainer","shareVolumePolicy":{"type":"enabled"},
                     "transferEnv":[{"sourceContainerName":"web","envName":"TEAM"}]}]}}
                """)!,
            Cancellation);

    // The webhook's cache is a watch behind; a dry run shows when it has come.
    private static Task KnownAsync(CloneSetCluster cluster, string home) => Until.HoldsAsync(
        async _ => (await CreatePodAsync(cluster, home, "probe", dryRun: true))["metadata"]!["annotations"]?[SidecarSetKeys.Hash] is not null,
        "the set is known to the webhook", s_limit, Cancellation);

    private static Task<JsonObject> CreatePodAsync(CloneSetCluster cluster, string @namespace, string name, string? label = null, bool dryRun = false) =>
        cluster.Admin.SendJsonAsync(
            HttpMethod.Post,
            $"api/v1/namespaces/{@namespace}/pods{(dryRun ? "?dryRun=All" : "")}",
            JsonNode.Parse(
                $$$"""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","labels":{"app":"{{{label ?? @namespace}}}"}},"spec":{
                  "volumes":[{"name":"data","emptyDir":{}}],"initContainers":[{"name":"own","image":"own:1"}],
                  "containers":[{"name":"web","image":"web:1","env":[{"name":"TEAM","value":"shop"}],"volumeMounts":[{"name":"data","mountPath":"/data"}]}]}}
                """)!,
            Cancellation);

    private static async Task SetImageAsync(CloneSetCluster cluster, string name, string image)
    {
        var key = ObjectKey.Cluster(name);
        await Until.HoldsAsync(
            async token =>
            {
                SidecarSet set = await cluster.Admin.GetAsync<SidecarSet>(key, token);
                SidecarContainer[] containers = [set.Spec.Containers![0] with { Image = image }, .. set.Spec.Containers.Skip(1)];
                try
                {
                    await cluster.Admin.UpdateAsync(set with { Spec = set.Spec with { Containers = containers } }, token);
                    return true;
                }
                catch (ApiException e) when (e.IsConflict)
                {
                    return false; // its status was written meanwhile
                }
            },
            "the image is set", s_limit, Cancellation);
    }

    private static async Task<SidecarSetStatus> StatusAsync(CloneSetCluster cluster, string name, CancellationToken cancellation) =>
        (await cluster.Admin.GetAsync<SidecarSet>(ObjectKey.Cluster(name), cancellation)).Status;

    private static Task CountsAsync(CloneSetCluster cluster, string name, Func<SidecarSetStatus, bool> holds) =>
        Until.HoldsAsync(async token => holds(await StatusAsync(cluster, name, token)), "the set has counted its pods", s_limit, Cancellation);

    private static async Task<string[]> IdentitiesAsync(CloneSetCluster cluster, string @namespace) =>
        [.. (await cluster.ListAsync<V1Pod>(@namespace, Cancellation)).Select(pod => $"{pod.Metadata.Uid} {pod.Spec.NodeName}").Order(StringComparer.Ordinal)];
}
