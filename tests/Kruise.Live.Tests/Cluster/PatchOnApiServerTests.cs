using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

/// <summary>What a real API server makes of patches that a trimmed cache led to.</summary>
public sealed class PatchOnApiServerTests(SharedControlPlane shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_not_changed_stays_as_it_was_whoever_wrote_it()
    {
        using ClusterConnection connection = ClusterConnection.Open(await shared.AdminKubeconfigAsync(Cancellation));
        var client = new ApiClient(connection, "tests", null, TimeProvider.System);
        string path = await PodAsync(client);
        JsonObject before = await GetAsync(client, path);
        V1Pod cached = Cached(before);
        Assert.Null(cached.Spec.Containers[0].Env);
        V1Pod changed = cached with
        {
            Metadata = cached.Metadata with
            {
                Labels = new Dictionary<string, string>(cached.Metadata.Labels) { ["added"] = "1" },
                Finalizers = null,
                OwnerReferences = null,
            },
            Spec = cached.Spec with { Containers = [cached.Spec.Containers[0] with { Image = "app:2" }, cached.Spec.Containers[1]] },
        };

        WriteOutcome outcome = await WriteAsync(client, new Write.Update(changed) { From = cached });

        Assert.Equal(PlanOutcome.Succeeded, outcome.Outcome);
        JsonObject expected = before, after = await GetAsync(client, path);
        expected["metadata"]!["labels"]!["added"] = "1";
        expected["metadata"]!.AsObject().Remove("finalizers");
        expected["metadata"]!.AsObject().Remove("ownerReferences");
        expected["spec"]!["containers"]![0]!["image"] = "app:2";
        Assert.Equal(outcome.Revision, (long)JsonNode.Parse((string)after["metadata"]!["resourceVersion"]!)!);
        Same(expected, after);
    }

    [Fact]
    public async Task A_condition_is_set_and_those_of_others_stay()
    {
        using ClusterConnection connection = ClusterConnection.Open(await shared.AdminKubeconfigAsync(Cancellation));
        var client = new ApiClient(connection, "tests", null, TimeProvider.System);
        string path = await PodAsync(client);
        JsonObject before = await GetAsync(client, path);
        V1Pod cached = Cached(before);
        V1Pod changed = cached with
        {
            Status = cached.Status with
            {
                Conditions = [.. cached.Status.Conditions ?? [], new V1PodCondition { Type = WorkloadKeys.InPlaceUpdateReady, Status = "True" }],
            },
        };

        Assert.Equal(PlanOutcome.Succeeded, (await WriteAsync(client, new Write.UpdateStatus(changed) { From = cached })).Outcome);

        JsonObject after = await GetAsync(client, path);
        JsonArray conditions = before["status"]!["conditions"]!.AsArray();
        conditions.Add((JsonNode)new JsonObject { ["type"] = WorkloadKeys.InPlaceUpdateReady, ["status"] = "True", ["lastProbeTime"] = null, ["lastTransitionTime"] = null });
        before["status"]!["conditions"] = Sorted(conditions);
        after["status"]!["conditions"] = Sorted(after["status"]!["conditions"]!.AsArray());
        Same(before, after);
    }

    [Fact]
    public async Task Who_has_not_seen_the_newest_is_told_so_and_changes_nothing()
    {
        using ClusterConnection connection = ClusterConnection.Open(await shared.AdminKubeconfigAsync(Cancellation));
        var client = new ApiClient(connection, "tests", null, TimeProvider.System);
        string path = await PodAsync(client);
        V1Pod stale = Cached(await GetAsync(client, path));
        await client.SendJsonAsync(
            HttpMethod.Patch, path, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["other"] = "1" } } }, Cancellation, "application/merge-patch+json");
        JsonObject before = await GetAsync(client, path);
        V1Pod changed = stale with { Metadata = stale.Metadata with { Labels = new Dictionary<string, string>(stale.Metadata.Labels) { ["added"] = "1" } } };

        Assert.Equal(PlanOutcome.Conflict, (await WriteAsync(client, new Write.Update(changed) { From = stale })).Outcome);
        Assert.Equal(PlanOutcome.Conflict, (await WriteAsync(client, new Write.UpdateStatus(changed with { Status = changed.Status with { Reason = "x" } }) { From = stale })).Outcome);
        Same(before, await GetAsync(client, path));
    }

    [Fact]
    public async Task A_revision_is_numbered_anew_though_its_data_are_written_as_the_api_server_would_not()
    {
        using ClusterConnection connection = ClusterConnection.Open(await shared.AdminKubeconfigAsync(Cancellation));
        var client = new ApiClient(connection, "tests", null, TimeProvider.System);
        string @namespace = await shared.CreateNamespaceAsync("patch", Cancellation);
        ResourceKind<V1ControllerRevision> kind = ResourceKind.Of<V1ControllerRevision>();
        using var document = System.Text.Json.JsonDocument.Parse(
            """{"metadata":{"name":"r"},"revision":1,"data":{"spec":{"template":{"command":["trap \"exit 0\" TERM < /dev/null && é"]}}}}""");
        V1ControllerRevision made = kind.Read(document.RootElement);
        await client.CreateAsync(made with { Metadata = made.Metadata with { NamespaceProperty = @namespace } }, Cancellation);
        string path = $"apis/apps/v1/namespaces/{@namespace}/controllerrevisions/r";
        using var stored = System.Text.Json.JsonDocument.Parse((await client.TryGetJsonAsync(path, Cancellation))!.ToJsonString());
        V1ControllerRevision cached = kind.Read(stored.RootElement);

        WriteOutcome outcome = await WriteAsync(client, new Write.Update(cached with { Revision = 3 }) { From = cached });

        Assert.Equal((PlanOutcome.Succeeded, null), (outcome.Outcome, outcome.Error));
        Assert.Equal(3, (long)(await client.TryGetJsonAsync(path, Cancellation))!["revision"]!);
    }

    private static async Task<WriteOutcome> WriteAsync(ApiClient client, Write write)
    {
        WriteOutcome? outcome = null;
        await new PlanWriter(client, new NoEvents(), 1).ExecuteAsync(Plan.Of(write), ended => outcome = ended, Cancellation);
        return outcome!.Value;
    }

    private static V1Pod Cached(JsonObject pod)
    {
        using var document = System.Text.Json.JsonDocument.Parse(pod.ToJsonString());
        return ResourceKind.Of<V1Pod>().ReadForCache(document.RootElement);
    }

    // As the server has it, but for who wrote what when, which changes with every write.
    private static async Task<JsonObject> GetAsync(ApiClient client, string path)
    {
        JsonObject pod = (await client.TryGetJsonAsync(path, Cancellation))!;
        pod["metadata"]!.AsObject().Remove("managedFields");
        return pod;
    }

    private static void Same(JsonObject expected, JsonObject actual)
    {
        expected["metadata"]!["resourceVersion"] = actual["metadata"]!["resourceVersion"]!.DeepClone();
        Assert.True(JsonNode.DeepEquals(expected, actual), $"expected {expected.ToJsonString()}\nactual   {actual.ToJsonString()}");
    }

    private static JsonArray Sorted(JsonArray conditions) =>
        [.. conditions.Select(condition => condition!.DeepClone()).OrderBy(condition => (string)condition["type"]!, StringComparer.Ordinal)];

    /// <summary>A pod with much that the cache leaves out: variables, probes, volumes, and what admission adds.</summary>
    private async Task<string> PodAsync(ApiClient client)
    {
        string @namespace = await shared.CreateNamespaceAsync("patch", Cancellation);
        await Until.HoldsAsync(
            async token => (await client.TryGetJsonAsync($"api/v1/namespaces/{@namespace}/serviceaccounts/default", token))?["secrets"] is JsonArray { Count: > 0 },
            "the namespace has its service account", TimeSpan.FromMinutes(1), Cancellation);
        JsonNode pod = JsonNode.Parse(
            """
            {"apiVersion":"v1","kind":"Pod",
             "metadata":{"name":"p","labels":{"app":"web"},"annotations":{"a":"1"},"finalizers":["example.com/hold"],
               "ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"c","uid":"0a0a0a0a-0000-0000-0000-000000000000"}]},
             "spec":{"nodeName":"nowhere","hostAliases":[{"ip":"10.0.0.1","hostnames":["h"]}],"readinessGates":[{"conditionType":"InPlaceUpdateReady"}],
               "volumes":[{"name":"tmp","emptyDir":{}}],
               "containers":[
                 {"name":"main","image":"app:1","env":[{"name":"A","value":"1"}],"ports":[{"containerPort":80}],"volumeMounts":[{"name":"tmp","mountPath":"/tmp"}],
                  "livenessProbe":{"httpGet":{"path":"/","port":80}},"resources":{"requests":{"cpu":"100m","memory":"64Mi"}}},
                 {"name":"sidecar","image":"log:1","lifecycle":{"preStop":{"exec":{"command":["true"]}}}}]}}
            """)!;

        // An owner that is there, or the garbage collector would come by.
        var made = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "c" } };
        JsonObject owner = await client.SendJsonAsync(HttpMethod.Post, $"api/v1/namespaces/{@namespace}/configmaps", made, Cancellation);
        pod["metadata"]!["ownerReferences"]![0]!["uid"] = (string)owner["metadata"]!["uid"]!;
        await client.SendJsonAsync(HttpMethod.Post, $"api/v1/namespaces/{@namespace}/pods", pod, Cancellation);
        string path = $"api/v1/namespaces/{@namespace}/pods/p";
        await client.SendJsonAsync(
            HttpMethod.Patch,
            path + "/status",
            JsonNode.Parse("""{"status":{"phase":"Running","hostIP":"10.0.0.2","conditions":[{"type":"ContainersReady","status":"True"}],"containerStatuses":[{"name":"main","image":"app:1","imageID":"i","ready":true,"restartCount":0,"lastState":{"terminated":{"exitCode":1}}}]}}""")!,
            Cancellation,
            "application/strategic-merge-patch+json");
        return path;
    }
}
