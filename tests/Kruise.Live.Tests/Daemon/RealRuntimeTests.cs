using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Daemon;

/// <summary>A daemon over a real containerd and a real registry: each ending has its status and its message, and shows no secret.</summary>
public sealed class RealRuntimeTests
{
    private const string Password = "open-Sesame/+7\"x";
    private static readonly ImageTagPullPolicy s_once = new() { BackoffLimit = 0, TimeoutSeconds = 60 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_of_several_layers_is_pulled_and_found_under_any_spelling_afterwards()
    {
        Require();
        await using LabRegistry registry = await LabRegistry.StartAsync(cancellation: Cancellation);
        LabImage image = await registry.PushImageAsync("library/nginx:1", 300_000, 200_000, 100_000, 1_000);
        await using LabContainerd containerd = await LabContainerd.StartAsync(registry, Cancellation);
        await using var proxy = new ThrottlingProxy(registry.Port);
        containerd.Map("docker.io", proxy.Url);
        await using (var daemon = new DaemonHarness(containerd.Socket))
        {
            daemon.Ask("nginx", "1", s_once);
            ImageTagStatus status = await daemon.FinishedAsync("nginx", "1", Cancellation);
            Assert.Equal((ImagePullPhase.Succeeded, 100, "nginx@" + image.Id), (status.Phase, status.Progress, status.ImageId));
            Assert.Null(status.Message);
            Assert.Contains(daemon.Events, e => e is { Severity: EventSeverity.Normal, Reason: "PullImageSucceed" });
            Assert.InRange(proxy.Bytes, image.Bytes, image.Bytes + 20_000);
        }

        long fetched = proxy.Bytes;
        await using var second = new DaemonHarness(containerd.Socket);
        foreach (string spelling in new[] { "nginx", "library/nginx", "docker.io/nginx", "docker.io/library/nginx", "index.docker.io/library/nginx" })
        {
            second.Ask(spelling, "1", s_once);
            Assert.Equal(spelling + "@" + image.Id, (await second.FinishedAsync(spelling, "1", Cancellation)).ImageId);
        }

        Assert.Equal(fetched, proxy.Bytes);
        Assert.All(second.Events, e => Assert.Contains("was on the node already", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_digest_is_pulled_and_known_again()
    {
        Require();
        await using LabRegistry registry = await LabRegistry.StartAsync(cancellation: Cancellation);
        LabImage image = await registry.PushImageAsync("team/app:1", 50_000);
        await using LabContainerd containerd = await LabContainerd.StartAsync(registry, Cancellation);
        string name = registry.Host + "/team/app";
        await using var daemon = new DaemonHarness(containerd.Socket);

        daemon.Ask(name, image.Digest, s_once);
        ImageTagStatus status = await daemon.FinishedAsync(name, image.Digest, Cancellation);
        Assert.Equal((ImagePullPhase.Succeeded, name + "@" + image.Id), (status.Phase, status.ImageId));

        await using var second = new DaemonHarness(containerd.Socket);
        second.Ask(name, image.Digest, s_once);
        await second.FinishedAsync(name, image.Digest, Cancellation);
        Assert.Contains("was on the node already", Assert.Single(second.Events).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_repository_opens_to_its_password_alone()
    {
        Require();
        await using LabRegistry registry = await LabRegistry.StartAsync(("jane", Password), Cancellation);
        LabImage image = await registry.PushImageAsync("team/app:1", 50_000);
        await using LabContainerd containerd = await LabContainerd.StartAsync(registry, Cancellation);
        string name = registry.Host + "/team/app";

        await using (var daemon = new DaemonHarness(containerd.Socket))
        {
            daemon.Secrets.Add(PullSecret.For("wrong", registry.Host, "jane", "Wrong-secret-9"));
            daemon.Secrets.Add(PullSecret.For("elsewhere", "reg.example", "jane", Password));
            daemon.Ask(name, "1", s_once, PullSecret.Reference("wrong"), PullSecret.Reference("elsewhere"), PullSecret.Reference("gone"));
            ImageTagStatus refused = await daemon.FinishedAsync(name, "1", Cancellation);
            Assert.Equal(ImagePullPhase.Failed, refused.Phase);
            Assert.Contains("401 Unauthorized", refused.Message, StringComparison.Ordinal);
            Assert.Contains("(tried with secret prod/wrong, and anonymously; pull secret prod/gone is not there or is none for registries)", refused.Message, StringComparison.Ordinal);
            Assert.Contains(daemon.Events, e => e is { Severity: EventSeverity.Warning, Reason: "PullImageFailed" });
            AssertShowsNo(daemon.AllText, Password, "Wrong-secret-9");
        }

        await using var right = new DaemonHarness(containerd.Socket);
        right.Secrets.Add(PullSecret.For("wrong", registry.Host, "jane", "Wrong-secret-9"));
        right.Secrets.Add(PullSecret.For("right", "http://" + registry.Host + "/v2/", "jane", Password));
        right.Ask(name, "1", s_once, PullSecret.Reference("wrong"), PullSecret.Reference("right"));
        ImageTagStatus status = await right.FinishedAsync(name, "1", Cancellation);
        Assert.Equal((ImagePullPhase.Succeeded, name + "@" + image.Id), (status.Phase, status.ImageId));
        AssertShowsNo(right.AllText + await File.ReadAllTextAsync(containerd.LogFile, Cancellation), Password, "Wrong-secret-9");
    }

    [Fact]
    public async Task An_unknown_tag_fails_with_the_registrys_answer()
    {
        Require();
        await using LabRegistry registry = await LabRegistry.StartAsync(cancellation: Cancellation);
        await registry.PushImageAsync("team/app:1", 1_000);
        await using LabContainerd containerd = await LabContainerd.StartAsync(registry, Cancellation);
        string name = registry.Host + "/team/app";
        await using var daemon = new DaemonHarness(containerd.Socket);

        daemon.Ask(name, "2", s_once);
        ImageTagStatus status = await daemon.FinishedAsync(name, "2", Cancellation);
        Assert.Equal((ImagePullPhase.Failed, name + ":2: not found"), (status.Phase, status.Message));
    }

    [Fact]
    public async Task A_registry_with_too_much_to_do_is_quoted()
    {
        Require();
        await using LabContainerd containerd = await LabContainerd.StartAsync(cancellation: Cancellation);
        await using var registry = new RefusingRegistry();
        containerd.Map(registry.Host, registry.Url);
        await using var daemon = new DaemonHarness(containerd.Socket);
        daemon.Secrets.Add(PullSecret.For("mine", registry.Host, "jane", Password));

        daemon.Ask(registry.Host + "/team/app", "1", s_once with { BackoffLimit = 1 }, PullSecret.Reference("mine"));
        ImageTagStatus status = await daemon.FinishedAsync(registry.Host + "/team/app", "1", Cancellation);
        Assert.Equal(ImagePullPhase.Failed, status.Phase);
        Assert.Contains("429 Too Many Requests", status.Message, StringComparison.Ordinal);
        Assert.Contains(daemon.Events, e => e.Message.Contains("(attempts: 2)", StringComparison.Ordinal));
        Assert.True(registry.Requests >= 4, "each attempt asks with the credential and without");
        AssertShowsNo(daemon.AllText, Password);
    }

    [Fact]
    public async Task A_registry_that_hangs_ends_with_the_attempts_time()
    {
        Require();
        await using LabContainerd containerd = await LabContainerd.StartAsync(cancellation: Cancellation);
        using var hanging = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        hanging.Start();
        string host = hanging.LocalEndpoint.ToString()!;
        containerd.Map(host, $"http://{host}/");
        await using var daemon = new DaemonHarness(containerd.Socket);

        daemon.Ask(host + "/team/app", "1", new ImageTagPullPolicy { BackoffLimit = 0, TimeoutSeconds = 2 });
        ImageTagStatus status = await daemon.FinishedAsync(host + "/team/app", "1", Cancellation);
        Assert.Equal((ImagePullPhase.Failed, $"pulling image {host}/team/app:1 is canceled"), (status.Phase, status.Message));
        Assert.InRange((status.CompletionTime - status.StartTime)!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
    }

    private static void Require()
    {
        LabEnvironment.RequireContainerd();
        LabEnvironment.RequireRegistry();
    }

    private static void AssertShowsNo(string text, params string[] secrets)
    {
        foreach (string secret in secrets)
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain(PullSecret.Base64("jane:" + secret).TrimEnd('='), text, StringComparison.Ordinal);
        }
    }
}
