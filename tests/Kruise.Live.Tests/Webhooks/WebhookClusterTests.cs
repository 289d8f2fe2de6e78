using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Webhooks;
using Kruise.Live.Webhooks.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>The webhooks behind a real API server that reaches them by URL.</summary>
public sealed class WebhookClusterTests(WebhookCluster cluster, ITestOutputHelper output) : IClassFixture<WebhookCluster>
{
    private const string MutatingPath = "apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/kruise-mutating-webhook-configuration";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_are_defaulted_and_refused_with_every_problem()
    {
        await using WebhookCluster.Replica replica = await StartAsync(TimeProvider.System);

        JsonObject job = await cluster.CreateJobAsync("good", """{"image":"nginx:1","pullPolicy":{"backoffLimit":0}}""", Cancellation);
        ApiException refused = await Assert.ThrowsAsync<ApiException>(() => cluster.CreateJobAsync(
            "bad", """{"image":"nginx:1:2","selector":{"names":["a"],"matchLabels":{"a":"b"}},"completionPolicy":{"type":"Never","activeDeadlineSeconds":1}}""", Cancellation));

        Assert.Equal("""{"completionPolicy":{"type":"Always"},"image":"nginx:1","pullPolicy":{"backoffLimit":0,"timeoutSeconds":600}}""", Sorted(job["spec"]!));
        Assert.Equal(HttpStatusCode.BadRequest, refused.Code);
        Assert.Equal("BadRequest", refused.Reason);
        Assert.StartsWith("admission webhook \"vimagepulljob.kb.io\" denied the request: [spec.image: Invalid value: \"nginx:1:2\"", refused.Message, StringComparison.Ordinal);
        Assert.Contains("spec.selector.names: Invalid value", refused.Message, StringComparison.Ordinal);
        Assert.Contains("spec.completionPolicy.activeDeadlineSeconds: Invalid value", refused.Message, StringComparison.Ordinal);
        Assert.True(await replica.Health.IsServingAsync(Cancellation));
    }

    [Fact]
    public async Task Tags_of_a_node_image_are_sorted_and_dated_by_the_patch()
    {
        await using WebhookCluster.Replica replica = await StartAsync(TimeProvider.System);

        JsonObject stored = await cluster.Client.SendJsonAsync(
            HttpMethod.Post,
            "apis/apps.kruise.io/v1alpha1/nodeimages",
            JsonNode.Parse("""
                {"apiVersion":"apps.kruise.io/v1alpha1","kind":"NodeImage","metadata":{"name":"node-1"},"spec":{"images":{"reg.example/a":{"tags":[
                  {"tag":"b","pullPolicy":{"ttlSecondsAfterFinished":1},"ownerReferences":[{"uid":"u","name":"j"}]},{"tag":"a","version":3,"pullPolicy":{"ttlSecondsAfterFinished":2}}]}}}}
                """)!,
            Cancellation);

        JsonArray tags = stored["spec"]!["images"]!["reg.example/a"]!["tags"]!.AsArray();
        Assert.Equal(["a", "b"], tags.Select(tag => tag!["tag"]!.GetValue<string>()));
        Assert.Equal("j", tags[1]!["ownerReferences"]![0]!["name"]!.GetValue<string>());
        Assert.All(tags, tag => Assert.InRange(
            DateTimeOffset.Parse(tag!["createdAt"]!.GetValue<string>(), CultureInfo.InvariantCulture), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1)));
    }

    [Fact]
    public async Task A_configuration_that_was_changed_is_put_right_at_once()
    {
        await using WebhookCluster.Replica replica = await StartAsync(TimeProvider.System);
        JsonObject wiped = (await cluster.Client.TryGetJsonAsync(MutatingPath, Cancellation))!;
        string path = new Uri(wiped["webhooks"]![0]!["clientConfig"]!["url"]!.GetValue<string>()).AbsolutePath;
        wiped["webhooks"]![0]!["clientConfig"] = new JsonObject { ["url"] = "https://127.0.0.1:1" + path };
        wiped["webhooks"]![0]!["timeoutSeconds"] = 11;

        await cluster.Client.SendJsonAsync(HttpMethod.Put, MutatingPath, wiped, Cancellation);

        await Until.HoldsAsync(
            async token => (await cluster.Client.TryGetJsonAsync(MutatingPath, token))!["webhooks"]![0]!["clientConfig"]!["caBundle"] is not null, "the bundle is back", Limit, Cancellation);
        await cluster.WaitUntilCalledAsync(Cancellation);
        Assert.Equal(11, (await cluster.Client.TryGetJsonAsync(MutatingPath, Cancellation))!["webhooks"]![0]!["timeoutSeconds"]!.GetValue<int>());
    }

    [Fact]
    public async Task While_authority_and_certificate_are_renewed_under_load_no_admission_fails()
    {
        // Two months ago the certificate had seven months left, its authority thirteen; today both must be renewed. They are valid all the time.
        DateTimeOffset today = DateTimeOffset.UtcNow;
        var time = new FakeTimeProvider(today.AddDays(-60));
        WebhookOptions options = Options();
        CertificateFiles aged = CertificateIssuer.Issue(CertificateIssuer.Issue(null, options, today.AddDays(395 - 60 - 3650)), options, today.AddDays(-60 - 150));
        await StoreAsync(aged);
        await using WebhookCluster.Replica replica = await cluster.StartReplicaAsync(options, time, Cancellation);
        await replica.CalledAsync(cluster.Client, Cancellation);
        await cluster.ServiceAccountAsync(Cancellation);
        await replica.KnowsAsync([await cluster.Client.CreateAsync(TenSidecars.Set(), Cancellation)], Cancellation);
        ServerCertificate old = replica.Serving.Current!;
        Assert.Single(replica.Serving.Trusted);

        // Pods with ten sidecars, which would be made without them if their webhook could not be called.
        int fine = 0;
        bool enough = false;
        Task<OpenLoad> requests = OpenLoad.RunAsync(
            100,
            _ => Volatile.Read(ref enough),
            async (number, token) =>
            {
                JsonObject pod = await cluster.Client.SendJsonAsync(HttpMethod.Post, TenSidecars.DryRunPath, TenSidecars.Pod(number), token);
                Assert.Equal(TenSidecars.Count, TenSidecars.CountIn(pod));
                Interlocked.Increment(ref fine);
            },
            Cancellation);
        time.Advance(today - time.GetUtcNow());
        await Until.HoldsAsync(_ => AdvanceAsync(() => replica.Serving.Trusted.Count == 2), "both authorities are trusted", Limit, Cancellation);
        DateTimeOffset trusted = time.GetUtcNow();
        await Until.HoldsAsync(_ => AdvanceAsync(() => replica.Serving.Current != old), "the new certificate is served", Limit, Cancellation);
        int before = Volatile.Read(ref fine);
        await Until.HoldsAsync(_ => Task.FromResult(Volatile.Read(ref fine) > before + 200 || requests.IsCompleted), "requests went on", Limit, Cancellation);
        Volatile.Write(ref enough, true);
        OpenLoad load = await requests;

        output.WriteLine($"{fine} pods with {TenSidecars.Count} sidecars, {before} of them until the new certificate was served: {load}");
        Assert.Empty(load.Errors);
        Assert.Equal(load.Requests, fine);
        Assert.True(time.GetUtcNow() - trusted >= TimeSpan.FromSeconds(9), "API servers had time to learn of the new authority");
        Assert.True(await replica.Health.IsServingAsync(Cancellation));

        // New connections verify the new certificate: a fresh API server has no other.
        await cluster.Plane.KillApiServerAsync();
        await cluster.Plane.StartApiServerAsync(Cancellation);
        await cluster.WaitUntilCalledAsync(Cancellation);

        // The clock goes at the pace of the wall's.
        Task<bool> AdvanceAsync(Func<bool> condition)
        {
            time.Advance(TimeSpan.FromMilliseconds(25));
            return Task.FromResult(condition());
        }
    }

    [Fact]
    public async Task Two_replicas_share_the_secret_and_either_can_serve()
    {
        await cluster.ReadyAsync(Cancellation);
        await DeleteSecretAsync();
        WebhookOptions first = Options();
        WebhookOptions second = Options();
        ServerCertificate[] raced = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => new CertificateSecret(first, cluster.Client, TimeProvider.System, new CollectedLog<WebhookCluster>()).EnsureAsync(Cancellation)));
        Assert.Single(raced.Select(certificate => certificate.Thumbprint).Distinct(StringComparer.Ordinal));

        await using (await StartAsync(TimeProvider.System, first))
        {
            Assert.NotNull((await cluster.CreateJobAsync("first", """{"image":"a"}""", Cancellation))["spec"]!["pullPolicy"]);
        }

        await using WebhookCluster.Replica other = await StartAsync(TimeProvider.System, second);
        Assert.Equal(raced[0].Thumbprint, other.Serving.Current!.Thumbprint);
        Assert.NotNull((await cluster.CreateJobAsync("second", """{"image":"a"}""", Cancellation))["spec"]!["pullPolicy"]);
    }

    private static WebhookOptions Options() => new() { Host = "127.0.0.1", Port = LabEnvironment.FreePorts(1)[0] };

    private async Task<WebhookCluster.Replica> StartAsync(TimeProvider time, WebhookOptions? options = null)
    {
        await cluster.ReadyAsync(Cancellation);
        WebhookCluster.Replica replica = await cluster.StartReplicaAsync(options ?? Options(), time, Cancellation);
        await cluster.WaitUntilCalledAsync(Cancellation);
        return replica;
    }

    private async Task DeleteSecretAsync()
    {
        try
        {
            await cluster.Client.DeleteAsync(ResourceKind.Of<V1Secret>(), new ObjectKey("kruise-system", "kruise-webhook-certs"), null, Cancellation);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // The first test to run.
        }
    }

    private async Task StoreAsync(CertificateFiles files)
    {
        await cluster.ReadyAsync(Cancellation);
        await DeleteSecretAsync();
        await cluster.Client.CreateAsync(
            new V1Secret
            {
                ApiVersion = "v1",
                Kind = "Secret",
                Metadata = new V1ObjectMeta { Name = "kruise-webhook-certs", NamespaceProperty = "kruise-system" },
                Data = files.MergeInto(null),
            },
            Cancellation);
    }

    private static string Sorted(JsonNode node) => node is JsonObject obj
        ? "{" + string.Join(',', obj.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"\"{member.Key}\":{Sorted(member.Value!)}")) + "}"
        : node.ToJsonString();
}
