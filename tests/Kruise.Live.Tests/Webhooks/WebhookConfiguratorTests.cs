using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Webhooks;
using Kruise.Live.Webhooks.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

public sealed class WebhookConfiguratorTests : IAsyncLifetime
{
    private const string Root = "apis/admissionregistration.k8s.io/v1/";
    private const string Mutating = Root + "mutatingwebhookconfigurations/kruise-mutating-webhook-configuration";
    private const string Validating = Root + "validatingwebhookconfigurations/kruise-validating-webhook-configuration";
    private const string SecretPath = "api/v1/namespaces/kruise-system/secrets/kruise-webhook-certs";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly CollectedLog<WebhookConfigurator> _log = new();
    private readonly ServingCertificate _serving = new();
    private FakeApi _api = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApi.StartAsync();
        _api.Put(Mutating, Configuration("mutate", """{"service":{"namespace":"other","name":"old","path":"/mutate-apps-kruise-io-v1alpha1-imagepulljob","port":444} }"""));
        _api.Put(Validating, Configuration("validate", """{"url":"https://old:1/validate-apps-kruise-io-v1alpha1-nodeimage","caBundle":"b2xk"}"""));
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Only_the_client_configuration_of_our_webhooks_is_changed_and_only_when_it_differs()
    {
        JsonObject before = _api.Get(Mutating)!;

        await Configurator().PassAsync(Cancellation);
        await Configurator().PassAsync(Cancellation);

        string bundle = Convert.ToBase64String(Encoding.UTF8.GetBytes(_serving.Current!.AuthoritiesPem));
        JsonObject after = _api.Get(Mutating)!;
        Equal($$$"""{"service":{"namespace":"kruise-system","name":"kruise-webhook-service","path":"/mutate-apps-kruise-io-v1alpha1-imagepulljob","port":444},"caBundle":"{{{bundle}}}"}""", after["webhooks"]![1]!["clientConfig"]);
        after["webhooks"]![1]!["clientConfig"] = before["webhooks"]![1]!["clientConfig"]!.DeepClone();
        after["metadata"]!["resourceVersion"] = before["metadata"]!["resourceVersion"]!.DeepClone();
        Equal(before.ToJsonString(), after);
        Equal($$$"""{"caBundle":"{{{bundle}}}","service":{"namespace":"kruise-system","name":"kruise-webhook-service","path":"/validate-apps-kruise-io-v1alpha1-nodeimage"} }""", _api.Get(Validating)!["webhooks"]![1]!["clientConfig"]);
        Assert.Equal(3, _api.Writes.Count);
        Assert.Contains(_log.Lines, line => line.Contains("mutate.other", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_outside_the_cluster_is_reached_by_url()
    {
        await Configurator(new WebhookOptions { Host = "::1", Port = 8443 }).PassAsync(Cancellation);

        JsonNode clientConfig = _api.Get(Mutating)!["webhooks"]![1]!["clientConfig"]!;
        Assert.Equal("https://[::1]:8443/mutate-apps-kruise-io-v1alpha1-imagepulljob", clientConfig["url"]!.GetValue<string>());
        Assert.Null(clientConfig["service"]);
    }

    [Fact]
    public async Task A_webhook_that_a_gate_takes_away_leaves_the_configuration_and_comes_back_as_it_was()
    {
        JsonObject configuration = _api.Get(Mutating)!;
        JsonNode pods = JsonNode.Parse(
            """{"name":"mpod.kb.io","clientConfig":{"service":{"namespace":"n","name":"s","path":"/mutate-pod"}},"failurePolicy":"Fail","timeoutSeconds":3,"later":1}""")!;
        configuration["webhooks"]!.AsArray().Insert(0, pods);
        _api.Put(Mutating, configuration);
        var off = new FeatureGates(PodWebhook: false);

        await Configurator(gates: off).PassAsync(Cancellation);
        int writes = _api.Writes.Count;
        await Configurator(gates: off).PassAsync(Cancellation);

        Assert.Equal(writes, _api.Writes.Count);
        JsonObject without = _api.Get(Mutating)!;
        Assert.Equal(["mutate.other", "mutate.ours", "mutate.url"], Names(without));
        Assert.Equal("b", without["metadata"]!["annotations"]!["a"]!.GetValue<string>());

        await Configurator().PassAsync(Cancellation);
        JsonObject with = _api.Get(Mutating)!;
        Assert.Equal(["mutate.other", "mutate.ours", "mutate.url", "mpod.kb.io"], Names(with));
        JsonNode back = with["webhooks"]![3]!;
        Assert.Equal(("Fail", 3, 1), (back["failurePolicy"]!.GetValue<string>(), back["timeoutSeconds"]!.GetValue<int>(), back["later"]!.GetValue<int>()));
        Assert.Equal("kruise-system", back["clientConfig"]!["service"]!["namespace"]!.GetValue<string>());
        Assert.NotNull(back["clientConfig"]!["caBundle"]);
        Assert.Equal("""{"a":"b"}""", with["metadata"]!["annotations"]!.ToJsonString());

        static IEnumerable<string> Names(JsonObject configuration) => configuration["webhooks"]!.AsArray().Select(webhook => webhook!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_webhook_that_was_installed_again_meanwhile_is_the_one_that_holds()
    {
        JsonObject configuration = _api.Get(Mutating)!;
        configuration["metadata"]!["annotations"]!["kruise.io/webhooks-not-served"] =
            """[{"name":"mpod.kb.io","clientConfig":{"service":{"path":"/mutate-pod"}},"timeoutSeconds":3}]""";
        configuration["webhooks"]!.AsArray().Add(JsonNode.Parse("""{"name":"mpod.kb.io","clientConfig":{"service":{"path":"/mutate-pod"}},"timeoutSeconds":9}"""));
        _api.Put(Mutating, configuration);

        await Configurator().PassAsync(Cancellation);

        JsonNode after = _api.Get(Mutating)!;
        Assert.Equal([9], after["webhooks"]!.AsArray().Where(w => w!["name"]!.GetValue<string>() == "mpod.kb.io").Select(w => w!["timeoutSeconds"]!.GetValue<int>()));
        Assert.Equal("""{"a":"b"}""", after["metadata"]!["annotations"]!.ToJsonString());
    }

    [Fact]
    public async Task A_conflict_is_read_again()
    {
        bool interfered = false;
        _api.Before = (method, path) =>
        {
            if (method == "PUT" && path == Mutating && !interfered)
            {
                interfered = true;
                JsonObject theirs = _api.Get(Mutating)!;
                theirs["webhooks"]![1]!["timeoutSeconds"] = 7;
                _api.Put(Mutating, theirs);
            }

            return Task.FromResult(0);
        };

        await Configurator().PassAsync(Cancellation);

        JsonNode webhook = _api.Get(Mutating)!["webhooks"]![1]!;
        Assert.Equal(7, webhook["timeoutSeconds"]!.GetValue<int>());
        Assert.NotNull(webhook["clientConfig"]!["caBundle"]);
    }

    [Fact]
    public async Task Missing_configurations_are_told_once_and_the_webhooks_are_served_all_the_same()
    {
        _api.Remove(Mutating);
        _api.Remove(Validating);
        WebhookConfigurator configurator = Configurator();

        await configurator.PassAsync(Cancellation);
        await configurator.PassAsync(Cancellation);

        Assert.NotNull(_serving.Current);
        Assert.Equal(2, _log.Lines.Count(line => line.Contains("There is no kruise-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_new_authority_is_trusted_everywhere_before_its_certificate_is_served()
    {
        WebhookConfigurator configurator = Configurator();
        await configurator.PassAsync(Cancellation);
        ServerCertificate old = _serving.Current!;
        await ReplaceAuthorityAsync();

        TimeSpan first = await configurator.PassAsync(Cancellation);
        Assert.Same(old, _serving.Current);
        Assert.Equal(2, _serving.Trusted.Count);
        Assert.True(old.IsAcceptedBy(_serving.Trusted, _time.GetUtcNow()));
        string bundle = Encoding.UTF8.GetString(Convert.FromBase64String(_api.Get(Mutating)!["webhooks"]![1]!["clientConfig"]!["caBundle"]!.GetValue<string>()));
        Assert.Contains(old.AuthoritiesPem, bundle, StringComparison.Ordinal);

        _time.Advance(first);
        TimeSpan second = await configurator.PassAsync(Cancellation);

        Assert.Equal(TimeSpan.FromSeconds(10), first);
        Assert.Equal(TimeSpan.FromMinutes(1), second);
        Assert.Equal(_serving.Trusted[0], _serving.Current!.Authorities[0]);
        Assert.NotSame(old, _serving.Current);
    }

    [Fact]
    public async Task A_certificate_of_the_same_authority_is_served_at_once()
    {
        WebhookConfigurator configurator = Configurator();
        await configurator.PassAsync(Cancellation);
        string old = _serving.Current!.Thumbprint;
        _time.Advance(TimeSpan.FromDays(190));

        Assert.Equal(TimeSpan.FromMinutes(1), await configurator.PassAsync(Cancellation));
        Assert.NotEqual(old, _serving.Current!.Thumbprint);
    }

    [Fact]
    public async Task A_deleted_secret_is_a_clean_break()
    {
        WebhookConfigurator configurator = Configurator();
        await configurator.PassAsync(Cancellation);
        ServerCertificate old = _serving.Current!;
        _api.Remove(SecretPath);

        await configurator.PassAsync(Cancellation);

        Assert.False(old.IsAcceptedBy(_serving.Trusted, _time.GetUtcNow()));
        Assert.Single(_serving.Trusted);
        Assert.True(_serving.Current!.IsAcceptedBy(_serving.Trusted, _time.GetUtcNow()));
    }

    [Fact]
    public async Task The_loop_hears_of_changes_and_outlives_failures()
    {
        using WebhookConfigurator configurator = Configurator();
        _api.Before = (_, path) => Task.FromResult(path.StartsWith(Root, StringComparison.Ordinal) ? 500 : 0);
        await configurator.StartAsync(Cancellation);
        await HoldsAsync(() => configurator.LastFailure is not null && _serving.Current is not null, "the failure is known, and what there is is served");

        _api.Before = (_, _) => Task.FromResult(0);
        await HoldsAsync(() => HasBundle(Mutating) && HasBundle(Validating) && configurator.LastFailure is null, "both are right");

        JsonObject wiped = _api.Get(Mutating)!;
        wiped["webhooks"]![1]!["clientConfig"]!.AsObject().Remove("caBundle");
        DateTimeOffset before = _time.GetUtcNow();
        _api.Put(Mutating, wiped);
        await HoldsAsync(() => HasBundle(Mutating), "a change is put right");
        Assert.True(_time.GetUtcNow() - before < TimeSpan.FromSeconds(30), "it took the watch, not the minute");

        await configurator.StopAsync(Cancellation);
    }

    private async Task HoldsAsync(Func<bool> condition, string what) => await Until.HoldsAsync(
        _ =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            return Task.FromResult(condition());
        },
        what,
        Limit,
        Cancellation);

    private bool HasBundle(string path) => _api.Get(path)!["webhooks"]![1]!["clientConfig"]!["caBundle"]?.GetValue<string>().Length > 10;

    private async Task ReplaceAuthorityAsync()
    {
        V1Secret secret = await _api.Client.GetAsync<V1Secret>(new ObjectKey("kruise-system", "kruise-webhook-certs"), Cancellation);
        CertificateFiles files = CertificateFiles.Read(secret)!;
        CertificateFiles next = CertificateIssuer.Issue(new CertificateFiles(null, files.Authorities, files.Key, files.Certificate), new WebhookOptions(), _time.GetUtcNow());
        await _api.Client.UpdateAsync(secret with { Data = next.MergeInto(secret.Data) }, Cancellation);
    }

    private WebhookConfigurator Configurator(WebhookOptions? options = null, FeatureGates? gates = null) =>
        new(options ?? new WebhookOptions(), gates ?? FeatureGates.Default, _serving, _api.Client, _time, _log);

    private static JsonObject Configuration(string verb, string clientConfig) => JsonNode.Parse(
        $$$"""
        {"apiVersion":"admissionregistration.k8s.io/v1","kind":"Any","metadata":{"name":"x","annotations":{"a":"b"}},"unknown":{"c":1},"webhooks":[
          {"name":"{{{verb}}}.other","clientConfig":{"service":{"namespace":"n","name":"s","path":"/{{{verb}}}-other"} } },
          {"name":"{{{verb}}}.ours","clientConfig":{{{clientConfig}}},"timeoutSeconds":30,"rules":[{"operations":["CREATE"]}],"new":true},
          {"name":"{{{verb}}}.url","clientConfig":{"url":"https://elsewhere/x"} }]}
        """)!.AsObject();

    private static void Equal(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual?.ToJsonString());
}
