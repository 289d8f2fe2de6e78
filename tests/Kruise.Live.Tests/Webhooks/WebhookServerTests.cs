using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kruise.Core.Admission;
using Kruise.Core.Features;
using Kruise.Live.Cli;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Webhooks;
using Kruise.Live.Webhooks.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

public sealed class WebhookServerTests : IAsyncLifetime
{
    private readonly WebhookOptions _options = new() { Host = "127.0.0.1", Port = LabEnvironment.FreePorts(1)[0] };
    private readonly ServingCertificate _serving = new();
    private readonly CollectedLog<WebhookServer> _log = new();
    private WebhookServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Serve(CertificateIssuer.Issue(null, _options, DateTimeOffset.UtcNow));
        _server = Server();
        await _server.StartAsync(Cancellation);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_review_is_answered_over_tls(string version)
    {
        using HttpClient http = Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mutate-apps-kruise-io-v1alpha1-imagepulljob")
        {
            Content = Json(Review("""{"image":"a"}""")),
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage answer = await http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        JsonNode response = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["response"]!;
        Assert.True(response["allowed"]!.GetValue<bool>());
        Assert.Equal("JSONPatch", response["patchType"]!.GetValue<string>());
        Assert.Contains("/spec/pullPolicy", Encoding.UTF8.GetString(Convert.FromBase64String(response["patch"]!.GetValue<string>())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json", "application/json", 400, "the body is not JSON")]
    [InlineData("""{"a":1,"a":2}""", "application/json", 400, "the body is not JSON")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","request":{"uid":"u"}}""", "application/json", 400, "only admission.k8s.io/v1")]
    [InlineData("{}", "text/plain", 415, "application/json")]
    [InlineData("", "application/json", 400, "the body is not JSON")]
    public async Task A_request_that_is_no_review_is_told_what_is_wrong(string body, string type, int code, string message)
    {
        using HttpClient http = Client();
        using HttpResponseMessage answer = await http.PostAsync("/validate-apps-kruise-io-v1alpha1-imagepulljob", Json(body, type), Cancellation);

        Assert.Equal(code, (int)answer.StatusCode);
        Assert.Contains(message, await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_objects_are_taken_and_larger_ones_than_an_api_server_sends_are_not()
    {
        using HttpClient http = Client();
        using HttpResponseMessage large = await http.PostAsync("/validate-apps-kruise-io-v1alpha1-imagepulljob", Json(Review($$"""{"image":"a","x":"{{new string('x', 6 << 20)}}"}""")), Cancellation);

        // Asks first: the server closes the connection of one who sends too much, before all of it is sent.
        http.DefaultRequestHeaders.ExpectContinue = true;
        using HttpResponseMessage larger = await http.PostAsync("/validate-apps-kruise-io-v1alpha1-imagepulljob", Json(Review($$"""{"image":"a","x":"{{new string('x', 8 << 20)}}"}""")), Cancellation);

        Assert.Equal(HttpStatusCode.OK, large.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, larger.StatusCode);
    }

    [Fact]
    public async Task Other_paths_and_methods_are_not_answered()
    {
        using HttpClient http = Client();
        Assert.Equal("ok", await http.GetStringAsync("/healthz", Cancellation));
        using HttpResponseMessage other = await http.GetAsync("/mutate-daemonset", Cancellation);
        using HttpResponseMessage get = await http.GetAsync("/validate-apps-kruise-io-v1alpha1-nodeimage", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
    }

    [Fact]
    public async Task Without_its_gate_the_path_for_pods_is_not_there_and_all_others_are()
    {
        WebhookOptions options = _options with { Port = LabEnvironment.FreePorts(1)[0] };
        await using var server = new WebhookServer(options, new FeatureGates(PodWebhook: false), _serving, TimeProvider.System, _log);
        await server.StartAsync(Cancellation);
        using HttpClient http = Client(options);

        foreach (AdmissionStep step in KruiseAdmission.Steps)
        {
            using HttpResponseMessage answer = await http.GetAsync(step.Path, Cancellation);
            Assert.Equal(step.Path == "/mutate-pod" ? HttpStatusCode.NotFound : HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        }

        using HttpResponseMessage served = await Client().GetAsync("/mutate-pod", Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, served.StatusCode);
    }

    [Fact]
    public async Task Requests_are_counted_under_controller_runtimes_names()
    {
        using HttpClient http = Client();
        using HttpResponseMessage answer = await http.PostAsync("/validate-apps-kruise-io-v1alpha1-nodeimage", Json("{}"), Cancellation);
        using var text = new MemoryStream();
        await Prometheus.Metrics.DefaultRegistry.CollectAndExportAsTextAsync(text, Cancellation);
        string metrics = Encoding.UTF8.GetString(text.ToArray());

        Assert.Contains("""controller_runtime_webhook_requests_total{webhook="/validate-apps-kruise-io-v1alpha1-nodeimage",code="400"} """, metrics, StringComparison.Ordinal);
        Assert.Contains("""controller_runtime_webhook_latency_seconds_count{webhook="/validate-apps-kruise-io-v1alpha1-nodeimage"} """, metrics, StringComparison.Ordinal);
        Assert.Contains("""controller_runtime_webhook_requests_in_flight{webhook="/validate-apps-kruise-io-v1alpha1-nodeimage"} """, metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_connections_get_the_newest_certificate_and_old_ones_go_on()
    {
        using HttpClient before = Client();
        await before.GetStringAsync("/healthz", Cancellation);
        string old = await ServedAsync();

        Serve(CertificateIssuer.Issue(null, _options, DateTimeOffset.UtcNow));

        Assert.Equal("ok", await before.GetStringAsync("/healthz", Cancellation));
        Assert.NotEqual(old, await ServedAsync());
        Assert.Equal(_serving.Current!.Thumbprint, await ServedAsync());
    }

    [Fact]
    public async Task Health_asks_with_the_authorities_of_now()
    {
        using var health = new WebhookHealth(_options, _serving, TimeProvider.System);
        Assert.True(await health.IsServingAsync(Cancellation));

        // Trusts another authority than that of the certificate served.
        _serving.Trust(ServerCertificate.TryOpen(CertificateIssuer.Issue(null, _options, DateTimeOffset.UtcNow))!.Authorities);
        Assert.False(await health.IsServingAsync(Cancellation));

        Serve(CertificateIssuer.Issue(null, _options, DateTimeOffset.UtcNow));
        Assert.True(await health.IsServingAsync(Cancellation));

        Serve(CertificateIssuer.Issue(null, _options, DateTimeOffset.UtcNow.AddDays(-400)));
        Assert.False(await health.IsServingAsync(Cancellation));

        await _server.StopAsync(Cancellation);
        Assert.False(await health.IsServingAsync(Cancellation));
    }

    [Fact]
    public async Task Without_a_certificate_nothing_is_served_yet()
    {
        var options = new WebhookOptions { Port = LabEnvironment.FreePorts(1)[0] };
        var none = new ServingCertificate();
        await using var server = new WebhookServer(options, FeatureGates.Default, none, TimeProvider.System, _log);
        await server.StartAsync(Cancellation);
        using var health = new WebhookHealth(options, none, TimeProvider.System);

        Assert.False(await health.IsServingAsync(Cancellation));
    }

    [Fact]
    public async Task Behind_a_service_a_stopping_replica_serves_until_nobody_is_led_to_it()
    {
        WebhookOptions options = _options with { Host = null, Port = LabEnvironment.FreePorts(1)[0] };
        var time = new FakeTimeProvider();
        await using var server = new WebhookServer(options, FeatureGates.Default, _serving, time, _log);
        await server.StartAsync(Cancellation);
        using var health = new WebhookHealth(options, _serving, TimeProvider.System);

        await server.StoppingAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(1));
        Task stop = server.StopAsync(Cancellation);
        time.Advance(options.Farewell - TimeSpan.FromSeconds(1.1));
        Assert.True(await health.IsServingAsync(Cancellation));
        Assert.False(stop.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(0.1));
        await stop;
        Assert.False(await health.IsServingAsync(Cancellation));
    }

    [Fact]
    public async Task With_an_address_of_its_own_a_replica_stops_at_once()
    {
        await _server.StoppingAsync(Cancellation);
        await _server.StopAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(2), Cancellation);
    }

    [Fact]
    public async Task A_port_in_use_ends_the_command_with_one_line()
    {
        await using WebhookServer second = Server();

        UserErrorException error = await Assert.ThrowsAsync<UserErrorException>(() => second.StartAsync(Cancellation));

        Assert.Equal(ExitCode.PortInUse, error.ExitCode);
        Assert.Contains($"port {_options.Port}", error.Message, StringComparison.Ordinal);
        Assert.Contains("WEBHOOK_PORT", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private WebhookServer Server() => new(_options, FeatureGates.Default, _serving, TimeProvider.System, _log);

    private void Serve(CertificateFiles files)
    {
        ServerCertificate certificate = ServerCertificate.TryOpen(files)!;
        _serving.Trust(certificate.Authorities);
        _serving.Serve(certificate);
    }

    private HttpClient Client(WebhookOptions? options = null) =>
        new(new SocketsHttpHandler { SslOptions = Trusting() }) { BaseAddress = new Uri($"https://127.0.0.1:{(options ?? _options).Port}") };

    private SslClientAuthenticationOptions Trusting()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_serving.Trusted);
        return new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", CertificateChainPolicy = policy };
    }

    private async Task<string> ServedAsync()
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, _options.Port, Cancellation);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(Trusting(), Cancellation);
        return tls.RemoteCertificate!.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
    }

    private static string Review(string spec) =>
        $$$"""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","object":{"apiVersion":"apps.kruise.io/v1alpha1","kind":"ImagePullJob","metadata":{"name":"j"},"spec":{{{spec}}} } } }""";

    private static StringContent Json(string body, string type = "application/json") => new(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
}
