using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Install;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Tests.Workloads;
using Kruise.Live.Webhooks.Injection;
using Xunit;

namespace Kruise.Live.Tests.Manager;

/// <summary>An installation with a feature gate off, and a manager that is started as its Deployment says: what is there on a real API server, and what is not.</summary>
public sealed class FeatureGatesOnClusterTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_the_pod_webhook_nobody_asks_about_pods_and_sets_are_refused_until_it_is_back()
    {
        const string gates = "PodWebhook=false";
        await using CloneSetCluster cluster = await CloneSetCluster.StartAsync(Cancellation, nodes: 1, withWebhooks: true, gates: gates);
        SidecarNamespace home = await SidecarNamespace.MakeAsync(cluster);
        V1Pod pod = SidecarNamespace.Pod("web", SidecarNamespace.Containers("web"));
        Assert.DoesNotContain("mpod.kb.io", Names(await MutatingAsync(cluster)));
        await using (ManagerProcess manager = await StartAsync(cluster))
        {
            ApiException refused = await Assert.ThrowsAsync<ApiException>(() => SetAsync(home));
            Assert.Equal(
                (403, "admission webhook \"vsidecarset.kb.io\" denied the request: feature gate PodWebhook is off: SidecarSet is not allowed"), ((int)refused.Code, refused.Message));
            Assert.Equal(["web"], (await home.CreatePodAsync(pod)).Spec.Containers.Select(container => container.Name));
            Assert.Equal((404, 415), (await PostAsync(cluster, "/mutate-pod"), await PostAsync(cluster, "/mutate-apps-kruise-io-v1alpha1-cloneset")));
            await NothingToWriteAsync(cluster, gates);

            // Other workloads go on.
            await cluster.Admin.CreateAsync(
                new CloneSet { Metadata = new V1ObjectMeta { Name = "clones", NamespaceProperty = home.Name }, Spec = WorkloadCases.Spec(1) }, Cancellation);
            await cluster.SettledAsync(new(home.Name, "clones"), Cancellation);
        }

        // Installed again with the gate on, and a manager of that installation.
        string kubeconfig = cluster.Cluster.Plane.AdminKubeconfig;
        await Kubectl.RunAsync(kubeconfig, ["delete", "mutatingwebhookconfigurations,validatingwebhookconfigurations", "--all"], null, Cancellation);
        await Kubectl.ApplyAsync(kubeconfig, await KruiseCommand.PrintsAsync("install", "--offline"), Cancellation);
        await using (ManagerProcess manager = await StartAsync(cluster))
        {
            await SetAsync(home);
            await home.KnownAsync("agents");
            V1Pod injected = await home.CreatePodAsync(pod with { Metadata = pod.Metadata with { Name = "other" } });
            Assert.Equal(["agent", "web"], injected.Spec.Containers.Select(container => container.Name));
        }

        // A manager with the gate off under an installation that still has the webhook: it takes it out, and keeps it for the one that comes after.
        await using ManagerProcess off = await StartAsync(cluster, "--feature-gates=" + gates);
        JsonObject configuration = await MutatingAsync(cluster);
        Assert.DoesNotContain("mpod.kb.io", Names(configuration));
        Assert.Contains("mpod.kb.io", configuration["metadata"]!["annotations"]![UnservedWebhooks.Annotation]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Single((await home.CreatePodAsync(pod with { Metadata = pod.Metadata with { Name = "third" } })).Spec.Containers);
    }

    [Fact]
    public async Task Without_the_daemon_nothing_is_warmed_up_and_workloads_go_on()
    {
        const string gates = "KruiseDaemon=false";
        await using CloneSetCluster cluster = await CloneSetCluster.StartAsync(Cancellation, nodes: 2, withWebhooks: true, gates: gates);
        string kubeconfig = cluster.Cluster.Plane.AdminKubeconfig;
        string[] installed = (await Kubectl.RunAsync(kubeconfig, ["get", "-A", "daemonsets,namespaces,serviceaccounts", "-o", "name"], null, Cancellation)).Split('\n');
        Assert.Contains("namespace/kruise-system", installed);
        Assert.DoesNotContain(installed, line => line.Contains("kruise-daemon", StringComparison.Ordinal));
        SidecarNamespace home = await SidecarNamespace.MakeAsync(cluster);

        // It may do only what its controllers need: one that has the others as well is told what is missing.
        await using (ManagerProcess both = await ManagerProcess.StartAsync(cluster.Cluster.ManagerKubeconfig, withWebhooks: true))
        {
            await Until.HoldsAsync(_ => Task.FromResult(both.HasExited), "it ends", s_limit, Cancellation);
            Assert.Matches("kruise: .*nodeimages", both.Log);
        }

        await using ManagerProcess manager = await StartAsync(cluster);
        ApiException refused = await Assert.ThrowsAsync<ApiException>(() => cluster.Cluster.CreateJobAsync("warm", "nginx:1", "1", Cancellation));
        Assert.Equal(
            (403, "admission webhook \"vimagepulljob.kb.io\" denied the request: feature gate KruiseDaemon is off: ImagePullJob is not allowed"), ((int)refused.Code, refused.Message));
        await SetAsync(home);
        await home.KnownAsync("agents");
        await home.CreatePodsAsync(2);
        await home.UpdatedAsync("agents", 2);
        await home.SetImageAsync("agents", "agent", "agent:2");
        await home.UpdatedAsync("agents", 2);

        // The nodes are there all the while.
        Assert.Empty(await cluster.Cluster.NodeImagesAsync(Cancellation));
        using var http = new HttpClient();
        string metrics = await http.GetStringAsync(manager.Metrics, Cancellation);
        Assert.Equal(
            ["cloneset-controller", "sidecarset-controller"],
            metrics.Split('\n').Where(line => line.StartsWith("workqueue_depth{", StringComparison.Ordinal)).Select(line => line.Split('"')[1]).Order());
        await NothingToWriteAsync(cluster, gates);
        Assert.Matches("create +NodeImage hollow-000", await PlanAsync(cluster, "KruiseDaemon=true"));
    }

    private static Task<SidecarSet> SetAsync(SidecarNamespace home) =>
        home.CreateSetAsync("agents", new SidecarSetSpec { Containers = [new SidecarContainer { Name = "agent", Image = "agent:1" }] });

    private static async Task<string> PlanAsync(CloneSetCluster cluster, string gates) =>
        await KruiseCommand.PrintsAsync("plan", "--kubeconfig", cluster.Cluster.Plane.AdminKubeconfig, "--feature-gates", gates);

    // A manager that is ready may still be at its first writes (a NodeImage for each node, a status).
    private static Task NothingToWriteAsync(CloneSetCluster cluster, string gates) =>
        Until.HoldsAsync(async _ => await PlanAsync(cluster, gates) == "nothing to write\n", "nothing is left to write", s_limit, Cancellation);

    private static async Task<JsonObject> MutatingAsync(CloneSetCluster cluster) =>
        (await cluster.Admin.TryGetJsonAsync($"apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/{WebhookConfigurations.Mutating}", Cancellation))!;

    private static string[] Names(JsonObject configuration) => [.. configuration["webhooks"]!.AsArray().Select(webhook => webhook!["name"]!.GetValue<string>())];

    // Where the API server would ask; what there is at another path of the same server.
    private static async Task<int> PostAsync(CloneSetCluster cluster, string path)
    {
        JsonNode client = (await MutatingAsync(cluster))["webhooks"]![0]!["clientConfig"]!;
        var url = new Uri(client["url"]!.GetValue<string>());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(client["caBundle"]!.GetValue<string>())));
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
        using HttpResponseMessage answer = await http.PostAsync(new Uri(url, path), new StringContent("{}"), Cancellation);
        return (int)answer.StatusCode;
    }

    // With the gates of the Deployment that is installed, unless others are given.
    private static async Task<ManagerProcess> StartAsync(CloneSetCluster cluster, params string[] arguments)
    {
        if (arguments.Length == 0)
        {
            string deployed = await Kubectl.RunAsync(
                cluster.Cluster.Plane.AdminKubeconfig, ["get", "deployment", "kruise-controller-manager", "-n", "kruise-system", "-o", "jsonpath={.spec.template.spec.containers[0].args}"], null, Cancellation);
            arguments = [.. JsonNode.Parse(deployed)!.AsArray().Select(argument => argument!.GetValue<string>()).Where(argument => argument.StartsWith("--feature-gates", StringComparison.Ordinal))];
        }

        ManagerProcess manager = await ManagerProcess.StartAsync(cluster.Cluster.ManagerKubeconfig, withWebhooks: true, arguments: [.. arguments, "--enable-leader-election=false"]);
        await manager.ReadyAsync(Cancellation);
        return manager;
    }
}
