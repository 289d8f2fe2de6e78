using System.Net;
using System.Text.Json.Nodes;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Webhooks;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>CloneSets behind a real API server with our CRD and our webhooks.</summary>
public sealed class CloneSetWebhookClusterTests(WebhookCluster cluster) : IClassFixture<WebhookCluster>
{
    private const string Sets = "apis/apps.kruise.io/v1alpha1/namespaces/default/clonesets";
    private const string Pods = "api/v1/namespaces/default/pods";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_set_is_defaulted_and_keeps_fields_of_a_newer_Kubernetes()
    {
        await using WebhookCluster.Replica replica = await StartAsync();

        JsonObject set = await CreateAsync("fresh", "'type':'InPlaceIfPossible'");

        Assert.Equal("""{"inPlaceUpdateStrategy":{},"maxSurge":0,"maxUnavailable":"20%","partition":0,"type":"InPlaceIfPossible"}""", Sorted(set["spec"]!["updateStrategy"]!));
        JsonNode container = set["spec"]!["template"]!["spec"]!["containers"]![0]!;
        Assert.Equal(("Always", 3), (container["imagePullPolicy"]!.GetValue<string>(), container["fieldOfTomorrow"]!.GetValue<int>()));
        set["metadata"]!["labels"] = new JsonObject { ["x"] = "y" };
        Assert.Equal(3, (await PutAsync(set))["spec"]!["template"]!["spec"]!["containers"]![0]!["fieldOfTomorrow"]!.GetValue<int>());
    }

    [Fact]
    public async Task What_is_wrong_is_refused_with_422_by_webhook_or_schema()
    {
        await using WebhookCluster.Replica replica = await StartAsync();
        JsonObject set = await CreateAsync("refused", "'type':'InPlaceOnly'");

        ApiException created = await Assert.ThrowsAsync<ApiException>(() => CreateAsync("bad", "'maxUnavailable':0"));
        ApiException text = await Assert.ThrowsAsync<ApiException>(() => CreateAsync("bad", "'partition':'5'"));
        JsonNode changed = set.DeepClone();
        changed["spec"]!["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "web", ["more"] = "x" } };
        changed["spec"]!["template"]!["metadata"]!["labels"]!["more"] = "x";
        changed["spec"]!["template"]!["spec"]!["hostNetwork"] = true;
        ApiException updated = await Assert.ThrowsAsync<ApiException>(() => PutAsync(changed));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Invalid"), (created.Code, created.Reason));
        Assert.StartsWith("admission webhook \"vcloneset.kb.io\" denied the request: spec.updateStrategy.maxUnavailable: Invalid value: \"0\"", created.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, text.Code);
        Assert.Contains("spec.updateStrategy.partition", text.Message, StringComparison.Ordinal);
        Assert.StartsWith("admission webhook \"vcloneset.kb.io\" denied the request: [spec.selector: Invalid value: \"app=web,more=x\"", updated.Message, StringComparison.Ordinal);
        Assert.Contains("spec.template.spec: Invalid value", updated.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pods_to_delete_are_looked_up_and_names_that_are_gone_can_be_taken_out()
    {
        await using WebhookCluster.Replica replica = await StartAsync();
        JsonObject set = await CreateAsync("deleting", "");
        string uid = set["metadata"]!["uid"]!.GetValue<string>();
        await cluster.Client.SendJsonAsync(
            HttpMethod.Post,
            "api/v1/namespaces/default/serviceaccounts",
            JsonNode.Parse("""{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}""")!,
            Cancellation);
        await CreatePodAsync("deleting-a", uid);
        await CreatePodAsync("deleting-orphan", null);
        await CreatePodAsync("deleting-ending", uid, "example.com/held");
        await cluster.Client.SendJsonAsync(HttpMethod.Delete, Pods + "/deleting-ending", JsonNode.Parse("""{"gracePeriodSeconds":0}""")!, Cancellation);

        set["spec"]!["scaleStrategy"] = new JsonObject { ["podsToDelete"] = new JsonArray("deleting-a", "deleting-orphan", "deleting-none", "deleting-ending") };
        ApiException refused = await Assert.ThrowsAsync<ApiException>(() => PutAsync(set));
        Assert.Contains("podsToDelete[1]: Invalid value: \"deleting-orphan\"", refused.Message, StringComparison.Ordinal);
        Assert.Contains("this one belongs to nobody", refused.Message, StringComparison.Ordinal);
        Assert.Contains("podsToDelete[2]: Invalid value: \"deleting-none\"", refused.Message, StringComparison.Ordinal);
        Assert.Contains("podsToDelete[3]: Invalid value: \"deleting-ending\"", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("podsToDelete[0]", refused.Message, StringComparison.Ordinal);

        set["spec"]!["scaleStrategy"] = new JsonObject { ["podsToDelete"] = new JsonArray("deleting-a") };
        set = await PutAsync(set);
        await cluster.Client.SendJsonAsync(HttpMethod.Delete, Pods + "/deleting-a", JsonNode.Parse("""{"gracePeriodSeconds":0}""")!, Cancellation);
        set["spec"]!["replicas"] = 3;
        set = await PutAsync(set);
        set["spec"]!["scaleStrategy"] = new JsonObject();
        Assert.Null((await PutAsync(set))["spec"]!["scaleStrategy"]!["podsToDelete"]);
    }

    [Fact]
    public async Task The_scale_subresource_reads_and_sets_replicas()
    {
        await using WebhookCluster.Replica replica = await StartAsync();
        JsonObject set = await CreateAsync("scaled", "");
        set["status"] = JsonNode.Parse(
            """{"replicas":2,"readyReplicas":1,"availableReplicas":1,"updatedReplicas":2,"updatedReadyReplicas":1,"labelSelector":"app=web"}""");
        await cluster.Client.SendJsonAsync(HttpMethod.Put, $"{Sets}/scaled/status", set, Cancellation);

        JsonObject scale = (await cluster.Client.TryGetJsonAsync($"{Sets}/scaled/scale", Cancellation))!;
        Assert.Equal("Scale", scale["kind"]!.GetValue<string>());
        Assert.Equal("""{"replicas":1}""", scale["spec"]!.ToJsonString());
        Assert.Equal("""{"replicas":2,"selector":"app=web"}""", Sorted(scale["status"]!));

        scale["spec"]!["replicas"] = 5;
        await cluster.Client.SendJsonAsync(HttpMethod.Put, $"{Sets}/scaled/scale", scale, Cancellation);
        JsonObject stored = (await cluster.Client.TryGetJsonAsync($"{Sets}/scaled", Cancellation))!;
        Assert.Equal((5, 2L), (stored["spec"]!["replicas"]!.GetValue<int>(), stored["metadata"]!["generation"]!.GetValue<long>()));
        Assert.Equal(3, stored["spec"]!["template"]!["spec"]!["containers"]![0]!["fieldOfTomorrow"]!.GetValue<int>());

        scale["metadata"]!["resourceVersion"] = stored["metadata"]!["resourceVersion"]!.DeepClone();
        scale["spec"]!["replicas"] = -1;
        ApiException refused = await Assert.ThrowsAsync<ApiException>(() => cluster.Client.SendJsonAsync(HttpMethod.Put, $"{Sets}/scaled/scale", scale, Cancellation));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Code);
    }

    private static string Sorted(JsonNode node) =>
        "{" + string.Join(',', node.AsObject().OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"\"{member.Key}\":{member.Value!.ToJsonString()}")) + "}";

    private async Task<WebhookCluster.Replica> StartAsync()
    {
        await cluster.ReadyAsync(Cancellation);
        var options = new WebhookOptions { Host = "127.0.0.1", Port = LabEnvironment.FreePorts(1)[0] };
        WebhookCluster.Replica replica = await cluster.StartReplicaAsync(options, TimeProvider.System, Cancellation);
        await cluster.WaitUntilCalledAsync(Cancellation);
        await Until.HoldsAsync(
            async token =>
            {
                try
                {
                    return (await SendAsync("probe", "", "?dryRun=All", token))["spec"]!["replicas"] is not null;
                }
                catch (ApiException e) when ((int)e.Code >= 500)
                {
                    return false;
                }
            },
            "CloneSets are defaulted",
            TimeSpan.FromSeconds(30),
            Cancellation);
        return replica;
    }

    private Task<JsonObject> CreateAsync(string name, string strategy) => SendAsync(name, strategy, "", Cancellation);

    private Task<JsonObject> SendAsync(string name, string strategy, string query, CancellationToken cancellation) => cluster.Client.SendJsonAsync(
        HttpMethod.Post,
        Sets + query,
        JsonNode.Parse(
            $$$"""
            {"apiVersion":"apps.kruise.io/v1alpha1","kind":"CloneSet","metadata":{"name":"{{{name}}}","namespace":"default"},"spec":{
             "selector":{"matchLabels":{"app":"web"}},"updateStrategy":{ {{{strategy.Replace('\'', '"')}}} },
             "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"main","image":"nginx:1","fieldOfTomorrow":3}]} } } }
            """)!,
        cancellation);

    private Task<JsonObject> PutAsync(JsonNode set) =>
        cluster.Client.SendJsonAsync(HttpMethod.Put, $"{Sets}/{set["metadata"]!["name"]}", set, Cancellation);

    private async Task CreatePodAsync(string name, string? owner, params string[] finalizers)
    {
        string owners = owner is null
            ? "[]"
            : $$"""[{"apiVersion":"apps.kruise.io/v1alpha1","kind":"CloneSet","name":"deleting","uid":"{{owner}}","controller":true}]""";
        await cluster.Client.SendJsonAsync(
            HttpMethod.Post,
            Pods,
            JsonNode.Parse(
                $$$"""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","ownerReferences":{{{owners}}},"finalizers":{{{new JsonArray([.. finalizers.Select(f => (JsonNode)f)]).ToJsonString()}}} },
                 "spec":{"automountServiceAccountToken":false,"containers":[{"name":"main","image":"nginx:1"}]}}
                """)!,
            Cancellation);
    }
}
