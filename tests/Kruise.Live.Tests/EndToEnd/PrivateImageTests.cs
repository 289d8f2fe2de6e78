using System.Text.Json;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Core.Reconciling;
using Kruise.Live.Tests.Daemon;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.EndToEnd;

/// <summary>Everything real at once: API server, manager and daemon as processes under their service accounts, containerd, and a registry that wants a password.</summary>
public sealed class PrivateImageTests
{
    private const string Node = "node-1";
    private const string Password = "open-Sesame/+7\"x";
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_private_image_reaches_a_node_and_its_secret_nothing_else()
    {
        LabEnvironment.RequireContainerd();
        LabEnvironment.RequireRegistry();
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation, withWebhooks: true);
        await using LabRegistry registry = await LabRegistry.StartAsync(("jane", Password), Cancellation);
        LabImage image = await registry.PushImageAsync("team/app:1", 400_000, 50_000);
        await using LabContainerd containerd = await LabContainerd.StartAsync(registry, Cancellation);
        await using ManagerProcess manager = await ManagerProcess.StartAsync(cluster.ManagerKubeconfig, withWebhooks: true);
        await manager.ReadyAsync(Cancellation);
        await manager.LeadsAsync(_limit, Cancellation);
        await cluster.Admin.CreateAsync(NewNode(), Cancellation);
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(cluster.DaemonKubeconfig, Node, containerd.Socket);
        await daemon.HealthyAsync(Cancellation);
        await Until.HoldsAsync(async token => (await cluster.NodeImagesAsync(token)).Count == 1, "the node has its NodeImage", _limit, Cancellation);

        // The wrong password first: the failure says why, and whose secret was tried.
        string name = registry.Host + "/team/app";
        await CreateSecretAsync(cluster, "wrong", registry.Host, "Wrong-secret-9");
        await CreateAdmittedAsync(cluster, "refused", name + ":1", "wrong");
        ImagePullJob refused = await cluster.CompletedAsync("refused", _limit, Cancellation);
        Assert.Equal((1, 1, 0), (refused.Status.Desired, refused.Status.Failed, refused.Status.Succeeded));
        string message = (await StatusAsync(cluster, name)).Message!;
        Assert.Contains("401", message, StringComparison.Ordinal);
        Assert.Contains("default/wrong", message, StringComparison.Ordinal);

        await CreateSecretAsync(cluster, "right", registry.Host, Password);
        await CreateAdmittedAsync(cluster, "warm", name + ":1", "right");
        ImagePullJob job = await cluster.CompletedAsync("warm", _limit, Cancellation);
        Assert.Equal((1, 1, 0), (job.Status.Desired, job.Status.Succeeded, job.Status.Failed));
        Assert.Equal(name + "@" + image.Id, (await StatusAsync(cluster, name)).ImageId);
        Assert.Contains(name + ":1", await containerd.ImagesAsync(Cancellation));

        // With the jobs over nobody needs the copies.
        await Until.HoldsAsync(async token => await CopiesAsync(cluster, token) == 0, "the copies are removed", _limit, Cancellation);

        string events = "";
        await Until.HoldsAsync(
            async token => (events = await Kubectl.RunAsync(cluster.Plane.AdminKubeconfig, ["get", "events", "-A", "-o", "yaml"], null, token))
                .Contains("PullImageSucceed", StringComparison.Ordinal),
            "the success is an event",
            _limit,
            Cancellation);
        using var http = new HttpClient();
        string everything = string.Join(
            '\n',
            manager.Log,
            daemon.Log,
            events,
            await Kubectl.RunAsync(cluster.Plane.AdminKubeconfig, ["get", "nodeimages,imagepulljobs", "-A", "-o", "yaml"], null, Cancellation),
            await http.GetStringAsync(manager.Metrics, Cancellation),
            await http.GetStringAsync(new Uri(daemon.Address, "metrics"), Cancellation),
            await File.ReadAllTextAsync(containerd.LogFile, Cancellation));
        foreach (string secret in new[] { Password, "Wrong-secret-9", JsonEncodedText.Encode(Password).ToString(), PullSecret.Base64("jane:" + Password), PullSecret.Base64("jane:Wrong-secret-9") })
        {
            Assert.DoesNotContain(secret, everything, StringComparison.Ordinal);
        }

        Assert.Contains("kruise_daemon_pull_attempt_duration_seconds_count{result=\"pulled\"} 1\n", everything, StringComparison.Ordinal);
        Assert.Contains("kruise_daemon_pull_attempt_duration_seconds_count{result=\"failed\"} 1\n", everything, StringComparison.Ordinal);
        Assert.Equal(0, await daemon.StopAsync());
        Assert.Equal(0, await manager.StopAsync());
    }

    private static V1Node NewNode() => new()
    {
        ApiVersion = "v1",
        Kind = V1Node.KubeKind,
        Metadata = new V1ObjectMeta { Name = Node },
        Status = new V1NodeStatus { Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }] },
    };

    private static Task CreateSecretAsync(KruiseCluster cluster, string name, string registry, string password)
    {
        V1Secret secret = PullSecret.For(name, registry, "jane", password);
        return cluster.Admin.CreateAsync(secret with { ApiVersion = "v1", Kind = "Secret", Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" } }, Cancellation);
    }

    // The webhooks' CA bundle reaches the API server a moment after the manager is ready.
    private static Task CreateAdmittedAsync(KruiseCluster cluster, string job, string image, string secret) => Until.HoldsAsync(
        async token =>
        {
            try
            {
                ImagePullJob created = await cluster.CreateJobAsync(job, image, "1", token, spec => spec with
                {
                    PullSecrets = [secret],
                    PullPolicy = new PullPolicy { BackoffLimit = 0 },
                    CompletionPolicy = new CompletionPolicy(),
                });
                return created.Spec is { CompletionPolicy.Type: CompletionPolicy.Always, PullPolicy.TimeoutSeconds: 600 };
            }
            catch (Kruise.Live.Cluster.ApiException e) when ((int)e.Code == 500)
            {
                return false;
            }
        },
        $"job {job} is admitted and defaulted",
        _limit,
        Cancellation);

    private static async Task<ImageTagStatus> StatusAsync(KruiseCluster cluster, string image) =>
        Assert.Single((await cluster.Admin.GetAsync<NodeImage>(ObjectKey.Cluster(Node), Cancellation)).Status.ImageStatuses![image].Tags);

    private static async Task<int> CopiesAsync(KruiseCluster cluster, CancellationToken cancellation)
    {
        using JsonDocument list = await cluster.Admin.ListAsync(
            Kruise.Live.Cluster.ResourceKind.Of<V1Secret>().ListPath(PullSecretCopies.Namespace) + "?labelSelector=" + Uri.EscapeDataString(PullSecretCopies.CopyLabel + "=true"), cancellation);
        return list.RootElement.GetProperty("items").GetArrayLength();
    }
}
