using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Live.Cluster;
using Kruise.Live.Webhooks.Admission;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>SidecarSets, and pods that they are put into, on the webhooks' paths as JSON.</summary>
public sealed class SidecarSetWebhookTests : IAsyncLifetime
{
    private const string Logs = """
        {"apiVersion":"apps.kruise.io/v1alpha1","kind":"SidecarSet","metadata":{"name":"logs"},"spec":{"selector":{"matchLabels":{"app":"web"}},
        "volumes":[{"name":"spool","emptyDir":{}}],
        "initContainers":[{"name":"prepare","image":"prepare:1"}],
        "containers":[{"name":"agent","image":"agent:1","volumeMounts":[{"name":"spool","mountPath":"/spool"}]},
                      {"name":"tail","image":"tail:1","podInjectPolicy":"AfterAppContainer","shareVolumePolicy":{"type":"enabled"}}]}}
        """;

    private readonly CollectedEvents _events = new();
    private FakeApi _api = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Sidecars_go_around_the_containers_and_no_unknown_field_moves_or_is_lost()
    {
        const string sent = """
            {"kind":"Pod","apiVersion":"v1","later":0,
             "metadata":{"name":"web-1","namespace":"shop","creationTimestamp":null,"later":1,"labels":{"app":"web"},
               "managedFields":[{"manager":"kubectl","operation":"Update","apiVersion":"v1","time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{".":{}}}}]},
             "spec":{"later":2,"volumes":[{"name":"data","emptyDir":{"later":3}}],
               "initContainers":[{"name":"first","image":"first:1","later":4}],
               "containers":[
                 {"name":"web","image":"web:1","later":5,"resources":{"limits":{"cpu":0.50,"memory":"1024Mi"}},
                  "env":[{"name":"A","value":"1","later":6}],"volumeMounts":[{"name":"data","mountPath":"/data","later":7}],
                  "livenessProbe":{"grpc":{"port":1,"later":8},"httpGet":{"path":"/","port":80}}},
                 {"name":"second","image":"second:1","ports":[{"containerPort":80,"later":9}],"securityContext":{"runAsUser":9007199254740993}}],
               "restartPolicy":"Always","terminationGracePeriodSeconds":30},
             "status":{"later":10}}
            """;

        (JsonNode patched, JsonArray patch) = await PatchedAsync(sent);

        JsonNode spec = patched["spec"]!;
        Assert.Equal(["first", "prepare"], Names(spec["initContainers"]));
        Assert.Equal(["agent", "web", "second", "tail"], Names(spec["containers"]));
        Assert.Equal(["data", "spool"], Names(spec["volumes"]));
        Assert.Equal(["/data"], spec["containers"]![3]!["volumeMounts"]!.AsArray().Select(mount => mount!["mountPath"]!.GetValue<string>()));

        // What was sent is there to the byte once what was put in is taken out.
        JsonNode taken = patched.DeepClone();
        taken["metadata"]!.AsObject().Remove("annotations");
        taken["spec"]!["initContainers"]!.AsArray().RemoveAt(1);
        taken["spec"]!["volumes"]!.AsArray().RemoveAt(1);
        taken["spec"]!["containers"]!.AsArray().RemoveAt(3);
        taken["spec"]!["containers"]!.AsArray().RemoveAt(0);
        Assert.Equal(JsonNode.Parse(sent)!.ToJsonString(), taken.ToJsonString());

        // Put in one by one; no list is written anew.
        Assert.Equal(
            ["add /metadata/annotations", "add /spec/containers/0", "add /spec/containers/3", "add /spec/initContainers/1", "add /spec/volumes/1"],
            patch.Select(operation => $"{operation!["op"]} {operation["path"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Injected_again_a_pod_is_left_as_it_is()
    {
        (JsonNode patched, _) = await PatchedAsync(Pod("""{"app":"web"}"""));

        AdmissionAnswer again = await AskAsync("/mutate-pod", patched.ToJsonString());

        Assert.True(again.Allowed);
        Assert.True(again.Patch.IsEmpty, Encoding.UTF8.GetString(again.Patch.Span));
    }

    [Fact]
    public async Task A_container_of_the_sets_name_is_replaced_where_it_stands_by_what_differs()
    {
        (JsonNode patched, JsonArray patch) = await PatchedAsync(
            """
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","namespace":"n","labels":{"app":"web"}},"spec":{"containers":[
              {"name":"web","image":"web:1"},{"name":"agent","image":"mine:1","later":1,"env":[{"name":"X","value":"y","later":2}]}]}}
            """);

        Assert.Equal(["web", "agent", "tail"], Names(patched["spec"]!["containers"]));
        Assert.Equal("agent:1", patched["spec"]!["containers"]![1]!["image"]!.GetValue<string>());
        Assert.Contains(patch, operation => operation!["path"]!.GetValue<string>() == "/spec/containers/1/image");
        Assert.DoesNotContain(patch, operation => operation!["path"]!.GetValue<string>() is "/spec/containers" or "/spec/containers/1");
    }

    [Fact]
    public async Task A_pod_that_no_set_selects_or_that_has_no_metadata_passes_unchanged()
    {
        Assert.True((await AskAsync("/mutate-pod", Pod("""{"app":"db"}"""))).Patch.IsEmpty);
        Assert.True((await AskAsync("/mutate-pod", """{"kind":"Pod","apiVersion":"v1","spec":{"containers":[]}}""")).Patch.IsEmpty);
        Assert.True((await AskAsync("/mutate-pod", """{"kind":"Pod","apiVersion":"v1","metadata":null,"spec":null}""")).Patch.IsEmpty);
        Assert.True((await AskAsync("/mutate-pod", Pod("""{"app":"web"}"""), operation: "UPDATE")).Patch.IsEmpty);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sets_in_conflict_refuse_the_pod_with_422_and_an_event_unless_it_is_a_dry_run(bool dryRun)
    {
        string second = Logs.Replace("\"logs\"", "\"zz-logs\"", StringComparison.Ordinal);

        AdmissionAnswer answer = await AskAsync("/mutate-pod", Pod("""{"app":"web"}"""), [Logs, second], dryRun: dryRun);

        JsonNode status = Written(answer)["response"]!["status"]!;
        Assert.Equal((422, "Invalid"), (status["code"]!.GetValue<int>(), status["reason"]!.GetValue<string>()));
        Assert.Contains("SidecarSets logs and zz-logs", status["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(("p", "Pod", ""), (Detail("name"), Detail("kind"), Detail("group")));
        Assert.NotEmpty(status["details"]!["causes"]!.AsArray());
        Assert.Equal(!dryRun, _events.All.Any(line => line.StartsWith("Warning SidecarSet/zz-logs SidecarSetConflict: pod shop/p is refused", StringComparison.Ordinal)));

        string Detail(string name) => status["details"]![name]!.GetValue<string>();
    }

    [Fact]
    public async Task A_pod_waits_until_all_sets_are_known()
    {
        var sets = new FixedSidecarSets(await DefaultedAsync(Logs));
        var admitter = new Admitter(FeatureGates.Default, new FakeTimeProvider(), new AdmissionCluster(_api.Client, sets, _events));
        using JsonDocument review = Review(Pod("""{"app":"web"}"""));

        Task<AdmissionAnswer> answer = admitter.AnswerAsync(AdmissionPaths.Find("/mutate-pod")!, AdmissionReview.TryRead(review.RootElement, out _)!, Cancellation);
        Assert.False(answer.IsCompleted);
        sets.Listed.SetResult();

        Assert.False((await answer).Patch.IsEmpty);
    }

    [Fact]
    public async Task A_set_gets_its_defaults_and_hashes_and_keeps_what_nobody_knows()
    {
        string sent = Logs.Replace("\"image\":\"agent:1\"", "\"image\":\"agent:1\",\"later\":{\"x\":[1]}", StringComparison.Ordinal)
            .Replace("\"emptyDir\":{}", "\"emptyDir\":{\"later\":2}", StringComparison.Ordinal);

        AdmissionAnswer answer = await AskAsync("/mutate-apps-kruise-io-v1alpha1-sidecarset", sent);
        JsonNode patched = Rfc6902.Apply(JsonNode.Parse(sent), JsonNode.Parse(answer.Patch.Span)!.AsArray())!;

        Assert.Equal(["kruise.io/sidecarset-hash", "kruise.io/sidecarset-hash-without-image"], patched["metadata"]!["annotations"]!.AsObject().Select(a => a.Key).Order());
        Assert.Equal("""{"x":[1]}""", patched["spec"]!["containers"]![0]!["later"]!.ToJsonString());
        Assert.Equal("""{"later":2}""", patched["spec"]!["volumes"]![0]!["emptyDir"]!.ToJsonString());
        Assert.Equal("BeforeAppContainer", patched["spec"]!["containers"]![0]!["podInjectPolicy"]!.GetValue<string>());
        Assert.True((await AskAsync("/mutate-apps-kruise-io-v1alpha1-sidecarset", patched.ToJsonString())).Patch.IsEmpty);
    }

    [Theory]
    [InlineData("""{"selector":{"matchLabels":{"a":"b"}},"containers":[null]}""", "spec.containers[0]: must not be null")]
    [InlineData("""{"containers":[{"name":"c","env":[{"name":"E"},null]}]}""", "spec.containers[0].env[1]: must not be null")]
    [InlineData("""{"containers":[{"name":"c","transferEnv":"all"}]}""", "spec.containers[0].transferEnv: ")]
    [InlineData("""{"updateStrategy":{"paused":"yes"}}""", "spec.updateStrategy.paused: ")]
    [InlineData("[]", "spec: ")]
    public async Task A_set_that_cannot_be_read_is_refused_with_400_and_the_field(string spec, string message)
    {
        string sent = $$"""{"apiVersion":"apps.kruise.io/v1alpha1","kind":"SidecarSet","metadata":{"name":"s"},"spec":{{spec}}}""";
        foreach (string verb in (string[])["mutate", "validate"])
        {
            AdmissionAnswer answer = await AskAsync($"/{verb}-apps-kruise-io-v1alpha1-sidecarset", sent, []);
            Assert.Equal((false, 400), (answer.Allowed, answer.HttpCode));
            Assert.StartsWith(message, answer.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_the_pod_webhook_a_set_is_forbidden()
    {
        AdmissionAnswer answer = await AskAsync("/validate-apps-kruise-io-v1alpha1-sidecarset", Logs, [], gates: new FeatureGates(PodWebhook: false));

        Assert.Equal((false, 403), (answer.Allowed, answer.HttpCode));
        Assert.Contains("PodWebhook", answer.Message, StringComparison.Ordinal);
    }

    private static string Pod(string labels) =>
        $$$"""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","labels":{{{labels}}}},"spec":{"containers":[{"name":"web","image":"web:1"}]}}""";

    private static IEnumerable<string> Names(JsonNode? list) => list!.AsArray().Select(item => item!["name"]!.GetValue<string>());

    private async Task<(JsonNode Patched, JsonArray Patch)> PatchedAsync(string sent)
    {
        AdmissionAnswer answer = await AskAsync("/mutate-pod", sent);
        Assert.True(answer.Allowed, answer.Message);
        JsonArray patch = JsonNode.Parse(answer.Patch.Span)!.AsArray();
        return (Rfc6902.Apply(JsonNode.Parse(sent), patch)!, patch);
    }

    private async Task<AdmissionAnswer> AskAsync(
        string path, string obj, string[]? sets = null, string operation = "CREATE", bool dryRun = false, FeatureGates? gates = null)
    {
        var known = new FixedSidecarSets([.. await Task.WhenAll((sets ?? [Logs]).Select(DefaultedAsync))]);
        known.Listed.SetResult();
        _api.Put("apis/apps.kruise.io/v1alpha1/sidecarsets", new JsonObject { ["metadata"] = new JsonObject(), ["items"] = new JsonArray() });
        using JsonDocument review = Review(obj, operation, dryRun);
        return await new Admitter(gates ?? FeatureGates.Default, new FakeTimeProvider(), new AdmissionCluster(_api.Client, known, _events))
            .AnswerAsync(AdmissionPaths.Find(path)!, AdmissionReview.TryRead(review.RootElement, out _)!, Cancellation);
    }

    private static JsonDocument Review(string obj, string operation = "CREATE", bool dryRun = false) => JsonDocument.Parse(
        $$$"""
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"{{{operation}}}","namespace":"shop",
        "dryRun":{{{(dryRun ? "true" : "false")}}},"object":{{{obj}}},"oldObject":null}}
        """);

    // As it is stored: with defaults and hashes.
    private static Task<SidecarSet> DefaultedAsync(string json) =>
        Task.FromResult(SidecarSetDefaults.Apply(JsonSerializer.Deserialize(json, KubeJson.Default.SidecarSet)!));

    private static JsonNode Written(AdmissionAnswer answer)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            answer.Write(writer, "u");
        }

        return JsonNode.Parse(Encoding.UTF8.GetString(stream.ToArray()))!;
    }
}
