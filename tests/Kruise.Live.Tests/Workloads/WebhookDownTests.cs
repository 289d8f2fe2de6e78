using k8s.Models;
using Kruise.Core.Api;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Install;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>What becomes of pods that are made while no manager answers, by either failure policy of an installation.</summary>
public sealed class WebhookDownTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pods_are_made_without_sidecars_or_refused_as_the_installation_says()
    {
        await using CloneSetCluster cluster = await CloneSetCluster.StartAsync(Cancellation, nodes: 1, withWebhooks: true);
        SidecarNamespace home = await SidecarNamespace.MakeAsync(cluster);
        SidecarNamespace closed = await SidecarNamespace.MakeAsync(cluster);
        await closed.OptOutAsync("x");
        V1Pod pod = SidecarNamespace.Pod("web", SidecarNamespace.Containers("web"));

        await using (ManagerProcess first = await StartAsync(cluster))
        {
            await home.CreateSetAsync("agents", new SidecarSetSpec { Containers = [new SidecarContainer { Name = "agent", Image = "agent:1" }] });
            await home.KnownAsync("agents");
            await first.KillAsync();
        }

        // Ignore, which is the default: nobody would be told, were it not for the annotation that is missing.
        V1Pod made = await home.CreatePodAsync(pod);
        Assert.Equal(["web"], made.Spec.Containers.Select(container => container.Name));
        Assert.Null(made.Metadata.Annotations);

        string fail = await KruiseCommand.PrintsAsync("install", "--offline", "--set", "webhookConfiguration.failurePolicy.pods=Fail");
        // A manager outside the cluster has put its own address where the installation has a Service; kubectl would merge the two.
        string kubeconfig = cluster.Cluster.Plane.AdminKubeconfig;
        await Kubectl.RunAsync(kubeconfig, ["delete", "mutatingwebhookconfigurations,validatingwebhookconfigurations", "--all"], null, Cancellation);
        await Kubectl.ApplyAsync(kubeconfig, fail, Cancellation);
        await using (ManagerProcess second = await StartAsync(cluster))
        {
            await home.KnownAsync("agents");
            await second.KillAsync();
        }

        ApiException refused = await Assert.ThrowsAsync<ApiException>(() => home.CreatePodAsync(SidecarNamespace.Pod("other", SidecarNamespace.Containers("web"))));
        Assert.Equal((500, "InternalError"), ((int)refused.Code, refused.Reason));
        Assert.Matches(
            "^Internal error occurred: failed calling webhook \"mpod.kb.io\": Post \"https://127.0.0.1:[0-9]+/mutate-pod\\?timeout=30s\": dial tcp 127.0.0.1:[0-9]+: connect: connection refused$",
            refused.Message);
        Assert.Equal(["web"], (await home.PodsAsync()).Select(one => one.Metadata.Name));

        // Nobody is asked about a namespace that opts out: what has to run for the webhook to come back can be there.
        Assert.Single((await closed.CreatePodAsync(pod)).Spec.Containers);

        await using ManagerProcess third = await StartAsync(cluster);
        await home.KnownAsync("agents");
        Assert.Equal(["agent", "web"], (await home.CreatePodAsync(SidecarNamespace.Pod("other", SidecarNamespace.Containers("web")))).Spec.Containers.Select(container => container.Name));

        // The one that was made without a sidecar stays without: it is not of the set.
        Assert.Equal(1, (await home.SettledAsync("agents", status => status.UpdatedReadyPods == 1)).Status.MatchedPods);
    }

    private static async Task<ManagerProcess> StartAsync(CloneSetCluster cluster)
    {
        ManagerProcess manager = await ManagerProcess.StartAsync(cluster.Cluster.ManagerKubeconfig, withWebhooks: true, arguments: "--enable-leader-election=false");
        await manager.ReadyAsync(Cancellation);
        return manager;
    }
}
