using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Webhooks;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>
/// Any pod that an API server takes and any sets that our webhook lets in: the pod with their sidecars is one that the API server takes as well, or it is refused for a
/// conflict that we name; and injecting again changes nothing more. KRUISE_FUZZ_ROUNDS=400 is a long run; KRUISE_FUZZ_SEED begins elsewhere.
/// </summary>
public sealed class InjectionFuzzTests(ITestOutputHelper output)
{
    private const int PodsPerRound = 20;
    private const string Plain = "plain";
    private static readonly string[] s_homes = ["one", "two"];
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);
    private static readonly ResourceKind<V1Pod> s_pods = ResourceKind.Of<V1Pod>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pod_that_is_taken_without_sidecars_is_taken_with_them()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation, withWebhooks: true);
        var options = new WebhookOptions { Host = "127.0.0.1", Port = LabEnvironment.FreePorts(1)[0] };
        await using WebhookCluster.Replica webhooks = await WebhookCluster.Replica.StartAsync(cluster.Admin, options, TimeProvider.System, Cancellation);
        await NamespacesAsync(cluster.Admin);
        await webhooks.CalledAsync(cluster.Admin, Cancellation);

        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        List<string> faults = [];
        int rounds = Number("KRUISE_FUZZ_ROUNDS", 20), first = Number("KRUISE_FUZZ_SEED", 0);
        for (int round = 0; round < rounds; round++)
        {
            await RoundAsync(cluster.Admin, webhooks, first + round, counts, faults);
        }

        string seen = string.Join(", ", counts.Select(count => $"{count.Key}: {count.Value}"));
        output.WriteLine(seen);
        TestContext.Current.SendDiagnosticMessage(seen);
        Assert.True(faults.Count == 0, $"{faults.Count} faults; {seen}\n" + string.Join('\n', faults.Take(40)));

        // The draws meet often enough to say something.
        Assert.All((string[])["pods injected", "pods of no set", "pods that are no pods", "sets stored", "sets refused"], what =>
            Assert.True(counts.GetValueOrDefault(what) >= rounds / 2, $"{what}: {seen}"));
        Assert.True(counts.GetValueOrDefault("pods refused for a conflict") >= rounds / 5, seen);
    }

    private static async Task RoundAsync(ApiClient client, WebhookCluster.Replica webhooks, int seed, SortedDictionary<string, int> counts, List<string> faults)
    {
        var random = new SpicedSidecars(seed);
        List<SidecarSet> sets = [];
        for (int i = 0; i < 3; i++)
        {
            SidecarSet drawn = random.Set($"set-{2 - i}", s_homes[0]);
            try
            {
                sets.Add(await client.CreateAsync(drawn, Cancellation));
                Count("sets stored");
            }
            catch (ApiException e) when ((int)e.Code is 400 or 422)
            {
                // Beside others or on its own; what is no reason for the API server to refuse a pod is none for us to refuse a set.
                bool isConflict = e.Message.Contains("both sets select", StringComparison.Ordinal);
                Count(isConflict ? "sets in conflict" : "sets refused");
                if (!isConflict && (await TryAsync(client, PodOf(drawn))).Problem is null)
                {
                    Count("faults");
                    faults.Add($"seed {seed}, set {drawn.Metadata.Name} is refused, and a pod of its containers is taken: {e.Message}");
                }
            }
        }

        await webhooks.KnowsAsync(sets, Cancellation);
        for (int i = 0; i < PodsPerRound; i++)
        {
            V1Pod pod = random.Pod("p", s_homes[i % s_homes.Length]);
            if (await TryAsync(client, pod with { Metadata = pod.Metadata with { NamespaceProperty = Plain } }) is { Problem: not null })
            {
                Count("pods that are no pods");
                continue;
            }

            string which = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, pod {i} of namespace {pod.Metadata.NamespaceProperty}");
            Injection expected = SidecarInjector.Inject(pod, sets, DateTime.UtcNow);
            (JsonObject? made, string? problem) = await TryAsync(client, pod);
            if (expected.Refusal is { } refusal)
            {
                Count("pods refused for a conflict");
                Fault(problem != $"admission webhook \"mpod.kb.io\" denied the request: {refusal}", $"is to be refused with: {refusal}\nwas: {problem ?? "taken"}");
                continue;
            }

            if (problem is not null)
            {
                Fault(true, $"is refused: {problem}");
                continue;
            }

            Count(expected.Sets.Count == 0 ? "pods of no set" : "pods injected");
            Fault(Names(made!) != Names(expected.Pod), $"has containers {Names(made!)}, not {Names(expected.Pod)}");
            JsonObject sent = Sendable(made!);
            (JsonObject? again, string? second) = await TryAsync(client, sent, pod.Metadata.NamespaceProperty);
            Fault(second is not null, $"is refused when it is injected again: {second}");
            Fault(again is not null && Sendable(again).ToJsonString() != sent.ToJsonString(), $"changes when it is injected again:\n{sent.ToJsonString()}\n{again?.ToJsonString()}");

            void Fault(bool isOne, string what)
            {
                if (isOne)
                {
                    Count("faults");
                    faults.Add($"{which} {what}");
                }
            }
        }

        foreach (SidecarSet set in sets)
        {
            await client.DeleteAsync(ResourceKind.Of<SidecarSet>(), ObjectKey.Of(set), null, Cancellation);
        }

        await webhooks.KnowsAsync([], Cancellation);

        void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;
    }

    private static V1Pod PodOf(SidecarSet set) => new()
    {
        Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = Plain },
        Spec = new V1PodSpec
        {
            Containers = [new V1Container { Name = "anybody", Image = "a" }, .. (set.Spec.Containers ?? []).Select(container => container.ToContainer())],
            InitContainers = set.Spec.InitContainers?.Select(container => container.ToContainer()).ToArray(),
            Volumes = set.Spec.Volumes?.ToArray(),
        },
    };

    private static Task<(JsonObject? Made, string? Problem)> TryAsync(ApiClient client, V1Pod pod) =>
        TryAsync(client, JsonNode.Parse(s_pods.Write(pod))!.AsObject(), pod.Metadata.NamespaceProperty);

    private static async Task<(JsonObject? Made, string? Problem)> TryAsync(ApiClient client, JsonObject pod, string @namespace)
    {
        try
        {
            return (await client.SendJsonAsync(HttpMethod.Post, s_pods.ListPath(@namespace) + "?dryRun=All", pod, Cancellation), null);
        }
        catch (ApiException e) when ((int)e.Code is 400 or 403 or 422)
        {
            return (null, e.Message);
        }
    }

    // What somebody sends who takes the pod for a manifest.
    private static JsonObject Sendable(JsonObject made)
    {
        var pod = made.DeepClone().AsObject();
        pod.Remove("status");
        foreach (string field in (string[])["uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink"])
        {
            pod["metadata"]!.AsObject().Remove(field);
        }

        return pod;
    }

    private static string Names(JsonObject pod) => Names(s_pods.Read(JsonSerializer.SerializeToElement(pod)));

    private static string Names(V1Pod pod) =>
        string.Join(',', (pod.Spec.InitContainers ?? []).Select(c => c.Name)) + ";" + string.Join(',', pod.Spec.Containers.Select(c => c.Name));

    private static async Task NamespacesAsync(ApiClient client)
    {
        foreach (string name in (string[])[.. s_homes, Plain])
        {
            var metadata = new JsonObject { ["name"] = name };
            if (name == Plain)
            {
                metadata["labels"] = new JsonObject { [SidecarSetKeys.ControlPlane] = "" };
            }

            await client.SendJsonAsync(HttpMethod.Post, "api/v1/namespaces", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = metadata }, Cancellation);
            await Until.HoldsAsync(
                async token => (await client.TryGetJsonAsync($"api/v1/namespaces/{name}/serviceaccounts/default", token))?["secrets"] is JsonArray { Count: > 0 },
                "the namespace has its service account", s_limit, Cancellation);
        }
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
