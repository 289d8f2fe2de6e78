using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Webhooks;
using Kruise.Live.Webhooks.Admission;
using Kruise.Live.Webhooks.Certificates;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>
/// 200 admissions a second: of jobs, and of pods that get ten sidecars. Some seconds of it in a test run; KRUISE_WEBHOOK_LOAD_SECONDS=60 is the measurement in
/// docs/performance.md. The figures are in the test's output.
/// </summary>
public sealed class WebhookLoadTests(WebhookCluster cluster, ITestOutputHelper output) : IClassFixture<WebhookCluster>
{
    private const int PerSecond = 200;

    private static readonly TimeSpan Duration = Seconds(10);
    private static readonly TimeSpan SidecarDuration = Seconds(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Asked_directly_every_admission_is_answered()
    {
        (WebhookServer server, HttpClient http) = await ServeAsync(cluster: null);
        await using WebhookServer serving = server;
        using HttpClient client = http;
        await AskAsync(0, Cancellation);

        OpenLoad load = await OpenLoad.RunAsync(PerSecond, Duration, AskAsync, Cancellation);

        Report($"Webhook asked directly, {PerSecond}/s for {Duration.TotalSeconds:0} s: {load}");
        Assert.Empty(load.Errors);
        Assert.Equal(PerSecond * (int)Duration.TotalSeconds, load.Requests);

        async Task AskAsync(int number, CancellationToken cancellation)
        {
            string verb = number % 2 == 0 ? "mutate" : "validate";
            using var body = new StringContent(
                $$$"""
                {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-{{{number}}}","operation":"CREATE","object":{"apiVersion":"apps.kruise.io/v1alpha1",
                 "kind":"ImagePullJob","metadata":{"name":"j-{{{number}}}","namespace":"default"},"spec":{"image":"reg.example/team/app:{{{number}}}","selector":{"matchLabels":{"pool":"web"} } } } } }
                """,
                Encoding.UTF8,
                new MediaTypeHeaderValue("application/json"));
            using HttpResponseMessage answer = await http.PostAsync($"/{verb}-apps-kruise-io-v1alpha1-imagepulljob", body, cancellation);
            answer.EnsureSuccessStatusCode();
            JsonNode response = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))!["response"]!;
            Assert.True(response["allowed"]!.GetValue<bool>());
            Assert.Equal($"u-{number}", response["uid"]!.GetValue<string>());
            Assert.Equal(verb == "mutate", response["patch"] is not null);
        }
    }

    [Fact]
    public async Task Through_the_api_server_every_admission_is_answered()
    {
        await cluster.ReadyAsync(Cancellation);
        var options = new WebhookOptions { Host = "127.0.0.1", Port = LabEnvironment.FreePorts(1)[0] };
        await using WebhookCluster.Replica replica = await cluster.StartReplicaAsync(options, TimeProvider.System, Cancellation);
        await cluster.WaitUntilCalledAsync(Cancellation);

        OpenLoad load = await OpenLoad.RunAsync(
            PerSecond,
            Duration,
            async (number, cancellation) =>
            {
                JsonObject job = await cluster.CreateJobAsync($"load-{number}", """{"image":"a"}""", cancellation, dryRun: true);
                Assert.NotNull(job["spec"]!["pullPolicy"]);
            },
            Cancellation);

        Report($"Jobs created through the API server (dry run; two webhook calls each), {PerSecond}/s for {Duration.TotalSeconds:0} s: {load}");
        Assert.Empty(load.Errors);
    }

    [Fact]
    public async Task Asked_directly_every_pod_is_given_its_ten_sidecars()
    {
        await using FakeApi api = await FakeApi.StartAsync();
        var sets = new FixedSidecarSets(SidecarSetDefaults.Apply(TenSidecars.Set()));
        sets.Listed.SetResult();
        (WebhookServer server, HttpClient http) = await ServeAsync(new AdmissionCluster(api.Client, sets, new CollectedEvents()));
        await using WebhookServer serving = server;
        using HttpClient client = http;
        await AskAsync(0, Cancellation);

        OpenLoad load = await OpenLoad.RunAsync(PerSecond, SidecarDuration, AskAsync, Cancellation);

        Report($"Webhook asked directly for {TenSidecars.Count} sidecars, {PerSecond}/s for {SidecarDuration.TotalSeconds:0} s: {load}");
        Assert.Empty(load.Errors);
        Assert.Equal(PerSecond * (int)SidecarDuration.TotalSeconds, load.Requests);

        async Task AskAsync(int number, CancellationToken cancellation)
        {
            using var body = new StringContent(
                $$$"""
                {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-{{{number}}}","operation":"CREATE","namespace":"default",
                 "object":{{{TenSidecars.Pod(number).ToJsonString()}}} } }
                """,
                Encoding.UTF8,
                new MediaTypeHeaderValue("application/json"));
            using HttpResponseMessage answer = await http.PostAsync("/mutate-pod", body, cancellation);
            answer.EnsureSuccessStatusCode();
            JsonNode response = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))!["response"]!;
            Assert.True(response["allowed"]!.GetValue<bool>());
            JsonArray patch = JsonNode.Parse(Convert.FromBase64String(response["patch"]!.GetValue<string>()))!.AsArray();
            Assert.Equal(TenSidecars.Count, patch.Count(operation => operation!["path"]!.GetValue<string>().StartsWith("/spec/containers/", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Through_the_api_server_every_pod_is_given_its_ten_sidecars()
    {
        await cluster.ReadyAsync(Cancellation);
        var options = new WebhookOptions { Host = "127.0.0.1", Port = LabEnvironment.FreePorts(1)[0] };
        await using WebhookCluster.Replica replica = await cluster.StartReplicaAsync(options, TimeProvider.System, Cancellation);
        await replica.CalledAsync(cluster.Client, Cancellation);
        await cluster.ServiceAccountAsync(Cancellation);
        await replica.KnowsAsync([await cluster.Client.CreateAsync(TenSidecars.Set(), Cancellation)], Cancellation);

        OpenLoad load = await OpenLoad.RunAsync(
            PerSecond,
            SidecarDuration,
            async (number, cancellation) =>
            {
                JsonObject pod = await cluster.Client.SendJsonAsync(HttpMethod.Post, TenSidecars.DryRunPath, TenSidecars.Pod(number), cancellation);
                Assert.Equal(TenSidecars.Count, TenSidecars.CountIn(pod));
            },
            Cancellation);

        Report($"Pods with {TenSidecars.Count} sidecars created through the API server (dry run), {PerSecond}/s for {SidecarDuration.TotalSeconds:0} s: {load}");
        Assert.Empty(load.Errors);
    }

    private static TimeSpan Seconds(int otherwise) =>
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("KRUISE_WEBHOOK_LOAD_SECONDS"), out int seconds) ? seconds : otherwise);

    // The server alone, and a client that trusts it.
    private static async Task<(WebhookServer Server, HttpClient Http)> ServeAsync(AdmissionCluster? cluster)
    {
        var options = new WebhookOptions { Host = "127.0.0.1", Port = LabEnvironment.FreePorts(1)[0] };
        ServerCertificate certificate = ServerCertificate.TryOpen(CertificateIssuer.Issue(null, options, DateTimeOffset.UtcNow))!;
        var serving = new ServingCertificate();
        serving.Serve(certificate);
        var server = new WebhookServer(options, FeatureGates.Default, serving, TimeProvider.System, new CollectedLog<WebhookServer>(), cluster);
        await server.StartAsync(Cancellation);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(certificate.Authorities);
        var http = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } })
        {
            BaseAddress = new Uri($"https://127.0.0.1:{options.Port}"),
            DefaultRequestVersion = HttpVersion.Version20,
        };
        return (server, http);
    }

    private void Report(string line)
    {
        output.WriteLine(line);
        TestContext.Current.SendDiagnosticMessage(line);
    }
}
