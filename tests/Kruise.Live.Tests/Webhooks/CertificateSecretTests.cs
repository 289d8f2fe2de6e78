using System.Text.Json.Nodes;
using Kruise.Live.Cluster;
using Kruise.Live.Webhooks;
using Kruise.Live.Webhooks.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

public sealed class CertificateSecretTests : IAsyncLifetime
{
    private const string Path = "api/v1/namespaces/kruise-system/secrets/kruise-webhook-certs";
    private static readonly WebhookOptions Options = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly CollectedLog<CertificateSecretTests> _log = new();
    private FakeApi _api = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await FakeApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_missing_secret_is_made_and_then_used_as_it_is()
    {
        ServerCertificate first = await Secret().EnsureAsync(Cancellation);
        ServerCertificate second = await Secret().EnsureAsync(Cancellation);

        Assert.Equal(first.Thumbprint, second.Thumbprint);
        Assert.Single(_api.Writes);
        Assert.Equal("Opaque", _api.Get(Path)!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_empty_secret_of_an_installation_is_filled_and_keeps_its_labels_and_data()
    {
        _api.Put(Path, JsonNode.Parse("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"kruise-webhook-certs","namespace":"kruise-system","labels":{"a":"b"}},"data":{"mine":"AQ=="}}""")!.AsObject());

        await Secret().EnsureAsync(Cancellation);

        JsonObject stored = _api.Get(Path)!;
        Assert.Equal("b", stored["metadata"]!["labels"]!["a"]!.GetValue<string>());
        Assert.Equal("AQ==", stored["data"]!["mine"]!.GetValue<string>());
        Assert.Equal(7, stored["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task It_is_renewed_half_a_year_ahead_by_the_same_authority()
    {
        ServerCertificate first = await Secret().EnsureAsync(Cancellation);
        _time.Advance(TimeSpan.FromDays(365 - 184));
        Assert.Equal(first.Thumbprint, (await Secret().EnsureAsync(Cancellation)).Thumbprint);

        _time.Advance(TimeSpan.FromDays(2));
        ServerCertificate renewed = await Secret().EnsureAsync(Cancellation);

        Assert.NotEqual(first.Thumbprint, renewed.Thumbprint);
        Assert.Equal(first.AuthoritiesPem, renewed.AuthoritiesPem);
        Assert.Equal(_time.GetUtcNow().AddDays(365), renewed.NotAfter);
    }

    [Fact]
    public async Task Over_ten_years_there_is_never_a_moment_without_a_valid_certificate_and_one_change_of_authority()
    {
        var authorities = new HashSet<string>(StringComparer.Ordinal);
        for (int month = 0; month < 120; month++)
        {
            ServerCertificate certificate = await Secret().EnsureAsync(Cancellation);
            Assert.Null(certificate.ProblemFor(Options, _time.GetUtcNow().AddDays(30)));
            authorities.Add(certificate.Authorities[0].Thumbprint);
            _time.Advance(TimeSpan.FromDays(30));
        }

        Assert.Equal(2, authorities.Count);

        // Every seventh month: with less than 183 days left after a month that began with more.
        Assert.Equal(18, _api.Writes.Count);
    }

    [Fact]
    public async Task It_is_renewed_when_it_does_not_match_the_names_or_does_not_parse()
    {
        ServerCertificate first = await Secret().EnsureAsync(Cancellation);
        ServerCertificate named = await Secret(Options with { Host = "192.0.2.1" }).EnsureAsync(Cancellation);
        JsonObject broken = _api.Get(Path)!;
        broken["data"]!["key.pem"] = "anVuaw==";
        _api.Put(Path, broken);
        ServerCertificate healed = await Secret().EnsureAsync(Cancellation);

        Assert.NotEqual(first.Thumbprint, named.Thumbprint);
        Assert.NotEqual(named.Thumbprint, healed.Thumbprint);
        Assert.Equal(first.AuthoritiesPem, healed.AuthoritiesPem);
        Assert.Contains(_log.Lines, line => line.Contains("it is not valid for 192.0.2.1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_replicas_that_begin_at_once_end_with_one_certificate(bool exists)
    {
        if (exists)
        {
            _api.Put(Path, JsonNode.Parse("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"kruise-webhook-certs","namespace":"kruise-system"}}""")!.AsObject());
        }

        // Both have read before either may write.
        var bothRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int reads = 0;
        _api.Before = async (method, _) =>
        {
            if (method == "GET" && Interlocked.Increment(ref reads) == 2)
            {
                bothRead.SetResult();
            }
            else if (method != "GET")
            {
                await bothRead.Task;
            }

            return 0;
        };

        ServerCertificate[] certificates = await Task.WhenAll(Secret().EnsureAsync(Cancellation), Secret().EnsureAsync(Cancellation));

        Assert.Equal(certificates[0].Thumbprint, certificates[1].Thumbprint);
        Assert.Equal(["409", exists ? "200" : "201"], _api.Writes.Select(write => write[^3..]).OrderDescending());
    }

    [Fact]
    public async Task Refusals_are_told_and_no_key_is_in_any_message()
    {
        _api.Before = (method, _) => Task.FromResult(method == "GET" ? 0 : 403);

        ApiException refused = await Assert.ThrowsAsync<ApiException>(() => Secret().EnsureAsync(Cancellation));
        _api.Before = (_, _) => Task.FromResult(0);
        await Secret().EnsureAsync(Cancellation);

        Assert.True(refused.IsForbidden);
        string key = _api.Get(Path)!["data"]!["key.pem"]!.GetValue<string>();
        Assert.DoesNotContain(_log.Lines.Append(refused.ToString()), text => text.Contains("PRIVATE", StringComparison.Ordinal) || text.Contains(key, StringComparison.Ordinal));
    }

    private CertificateSecret Secret(WebhookOptions? options = null) => new(options ?? Options, _api.Client, _time, _log);
}
