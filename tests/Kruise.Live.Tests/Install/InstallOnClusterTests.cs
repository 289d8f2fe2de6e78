using System.CommandLine;
using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Daemon;
using Kruise.Live.Manager;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Webhooks;
using Xunit;

namespace Kruise.Live.Tests.Install;

/// <summary>What is printed, given to a real API server by kubectl.</summary>
public sealed class InstallOnClusterTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    private const string Apply = "apply --validate=false -f -";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Installs_explains_validates_and_uninstalls_without_a_trace()
    {
        ClusterFixture.Require();
        string manifests = await KruiseCommand.PrintsAsync("install", "--kubeconfig", cluster.Plane.AdminKubeconfig);
        (await cluster.KubectlAsync(Apply, manifests)).Succeeded();
        const string crds = "crd/imagepulljobs.apps.kruise.io crd/nodeimages.apps.kruise.io crd/clonesets.apps.kruise.io crd/sidecarsets.apps.kruise.io";
        (await cluster.KubectlAsync("wait --for=condition=established --timeout=60s " + crds)).Succeeded();

        await AppliesAgainAsync();

        // Nobody answers the webhooks here.
        (await cluster.KubectlAsync("delete mutatingwebhookconfigurations,validatingwebhookconfigurations --all")).Succeeded();
        await ExplainsAsync();
        await AcceptsAndPrintsAsync();
        await RefusesAsync();
        await PermitsWhatItSaysAsync();

        // The lab's controllers run as a user whom nothing allows to empty namespaces.
        (await cluster.KubectlAsync("create clusterrolebinding lab-controllers --clusterrole=cluster-admin --user=system:kube-controller-manager")).Succeeded();
        string removal = await KruiseCommand.PrintsAsync("uninstall", "--kubeconfig", cluster.Plane.AdminKubeconfig);
        (await cluster.KubectlAsync("delete --ignore-not-found --wait=true --timeout=90s -f -", removal)).Succeeded();
        const string kinds = "crd,ns,clusterroles,clusterrolebindings,deployments,daemonsets,mutatingwebhookconfigurations,validatingwebhookconfigurations";
        string left = (await cluster.KubectlAsync($"get -A {kinds} -o name")).Succeeded();
        Assert.DoesNotContain("kruise", left, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_where_another_open_kruise_owns_crds_or_webhooks_and_says_so()
    {
        LabEnvironment.RequireControlPlane();
        await using LabControlPlane plane = await LabControlPlane.StartAsync(new LabControlPlaneOptions { Controllers = [] }, Cancellation);
        var other = new V1MutatingWebhookConfiguration
        {
            Metadata = new V1ObjectMeta
            {
                Name = "kruise-mutating-webhook-configuration",
                Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["meta.helm.sh/release-name"] = "kruise",
                    ["meta.helm.sh/release-namespace"] = "default",
                },
            },
            Webhooks = [],
        };
        await plane.Admin.AdmissionregistrationV1.CreateMutatingWebhookConfigurationAsync(other, cancellationToken: Cancellation);

        foreach (string verb in (string[])["install", "uninstall"])
        {
            (int code, string output, string errors) = await KruiseCommand.RunAsync(verb, "--kubeconfig", plane.AdminKubeconfig);

            Assert.Equal(ExitCode.ClusterNotReady, code);
            Assert.Empty(output);
            Assert.Contains(
                "mutating webhook configuration kruise-mutating-webhook-configuration belongs to another OpenKruise (Helm release kruise in namespace default)",
                errors,
                StringComparison.Ordinal);
        }

        (int forbidden, _, string denied) = await KruiseCommand.RunAsync("install", "--kubeconfig", plane.Kubeconfig("jane", ["developers"]));
        Assert.Equal(ExitCode.ClusterNotReady, forbidden);
        Assert.Contains("customresourcedefinitions.apiextensions.k8s.io", denied, StringComparison.Ordinal);
        Assert.Single(denied.TrimEnd().Split('\n'));
    }

    // It is ours now, so it is not refused; and what the manager injected since then stays.
    private async Task AppliesAgainAsync()
    {
        const string webhooks = "mutatingwebhookconfiguration kruise-mutating-webhook-configuration";
        const string authority = "Y2E=";
        (await cluster.KubectlAsync(
            $"patch {webhooks} --type=json -p [{{\"op\":\"add\",\"path\":\"/webhooks/0/clientConfig/caBundle\",\"value\":\"{authority}\"}}]")).Succeeded();
        string again = await KruiseCommand.PrintsAsync("install", "--kubeconfig", cluster.Plane.AdminKubeconfig);

        string changes = (await cluster.KubectlAsync(Apply, again)).Succeeded();

        // kubectl sees a change in every list of webhooks, whose entries the server completes.
        Assert.All(
            changes.TrimEnd().Split('\n').Where(line => !line.Contains("webhookconfiguration", StringComparison.Ordinal)),
            line => Assert.EndsWith(" unchanged", line, StringComparison.Ordinal));
        Assert.Equal(authority, (await cluster.KubectlAsync($"get {webhooks} -o jsonpath={{.webhooks[0].clientConfig.caBundle}}")).Succeeded());
    }

    private async Task ExplainsAsync()
    {
        string parallelism = await ExplainedAsync("imagepulljob.spec.parallelism");
        string words = string.Join(' ', parallelism.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("a number or a percentage of the targets", words, StringComparison.Ordinal);
        string phase = await ExplainedAsync("nodeimage.status.imageStatuses.tags.phase");
        Assert.Contains("Waiting, Pulling, Succeeded or Failed", phase, StringComparison.Ordinal);
    }

    // The server publishes each new kind's description a moment after the kind.
    private async Task<string> ExplainedAsync(string field)
    {
        string text = "";
        await Until.HoldsAsync(
            async _ =>
            {
                Tool explained = await cluster.KubectlAsync("explain " + field);
                text = explained.Output;
                return explained.ExitCode == 0;
            },
            "kubectl explain knows " + field,
            s_limit,
            Cancellation);
        return text;
    }

    private async Task AcceptsAndPrintsAsync()
    {
        const string job = """
            apiVersion: apps.kruise.io/v1alpha1
            kind: ImagePullJob
            metadata: {name: warm, namespace: default}
            spec:
              image: nginx:1.9.1
              parallelism: 10%
              selector: {matchExpressions: [{key: a, operator: In, values: [b]}]}
              completionPolicy: {}
              madeUp: 1
            """;
        (await cluster.KubectlAsync(Apply, job)).Succeeded();
        string stored = (await cluster.KubectlAsync("get imagepulljob warm -n default -o jsonpath={.spec}")).Succeeded();
        Assert.DoesNotContain("madeUp", stored, StringComparison.Ordinal);
        Assert.Contains("\"10%\"", stored, StringComparison.Ordinal);
        Assert.Equal(["NAME", "TOTAL", "ACTIVE", "SUCCEED", "FAILED", "AGE", "MESSAGE"], await HeaderAsync("imagepulljobs -n default"));

        (await cluster.KubectlAsync(Apply, NodeImage("{}"))).Succeeded();
        Assert.Equal(["NAME", "DESIRED", "PULLING", "SUCCEED", "FAILED", "AGE"], await HeaderAsync("nodeimages"));

        (await cluster.KubectlAsync(Apply, CloneSet("partition: 20%, madeUp: 1"))).Succeeded();
        string set = (await cluster.KubectlAsync("get clone web -n default -o jsonpath={.spec}")).Succeeded();
        Assert.DoesNotContain("madeUp", set, StringComparison.Ordinal);
        Assert.Contains("\"fieldOfTomorrow\":{\"a\":[1]}", set, StringComparison.Ordinal);
        Assert.Contains("\"sizeOfTomorrow\":1", set, StringComparison.Ordinal);
        Assert.Equal(["NAME", "DESIRED", "UPDATED", "UPDATED_READY", "READY", "TOTAL", "AGE"], await HeaderAsync("clonesets -n default"));
        (await cluster.KubectlAsync("scale clonesets/web -n default --replicas=7")).Succeeded();
        Assert.Equal("7", (await cluster.KubectlAsync("get clone web -n default -o jsonpath={.spec.replicas}")).Succeeded());
    }

    private static string CloneSet(string strategy) =>
        $$"""
        apiVersion: apps.kruise.io/v1alpha1
        kind: CloneSet
        metadata: {name: web, namespace: default}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web} }
          template:
            metadata: {labels: {app: web}, markOfTomorrow: 1}
            spec: {containers: [{name: main, image: nginx, fieldOfTomorrow: {a: [1]} }]}
          volumeClaimTemplates: [{metadata: {name: data}, spec: {sizeOfTomorrow: 1} }]
          updateStrategy: { {{strategy}} }
        """;

    private async Task<string[]> HeaderAsync(string what) =>
        (await cluster.KubectlAsync("get " + what)).Succeeded().Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private async Task RefusesAsync()
    {
        (string Spec, string Problem)[] jobs =
        [
            ("{image: a}", "spec.completionPolicy"),
            ("{completionPolicy: {}}", "spec.image"),
            ("{image: '', completionPolicy: {}}", "spec.image"),
            ("{image: a, completionPolicy: {type: Sometimes}}", "spec.completionPolicy.type"),
            ("{image: a, completionPolicy: {}, parallelism: -1}", "spec.parallelism"),
            ("{image: a, completionPolicy: {}, parallelism: ten}", "spec.parallelism"),
            ("{image: a, completionPolicy: {}, parallelism: [1]}", "spec.parallelism"),
            ("{image: a, completionPolicy: {}, pullPolicy: {timeoutSeconds: 0}}", "spec.pullPolicy.timeoutSeconds"),
            ("{image: a, completionPolicy: {}, pullPolicy: {backoffLimit: 99999999999}}", "spec.pullPolicy.backoffLimit"),
            ("{image: a, completionPolicy: {activeDeadlineSeconds: 10000000000000000000000}}", "spec.completionPolicy.activeDeadlineSeconds"),
            ("{image: a, completionPolicy: {}, parallelism: 99999999999}", "spec.parallelism"),
            ("{image: a, completionPolicy: {}, selector: {matchExpressions: [{key: a, operator: Like}]}}", "spec.selector.matchExpressions.operator"),
        ];
        foreach ((string spec, string problem) in jobs)
        {
            const string head = "apiVersion: apps.kruise.io/v1alpha1\nkind: ImagePullJob\nmetadata: {name: wrong, namespace: default}\nspec: ";
            await RefusedAsync(head + spec, problem);
        }

        await RefusedAsync(CloneSet("partition: \"5\""), "spec.updateStrategy.partition");
        await RefusedAsync(CloneSet("maxSurge: -1"), "spec.updateStrategy.maxSurge");
        await RefusedAsync(CloneSet("type: Recreate"), "spec.updateStrategy.type");
        await RefusedAsync(CloneSet("paused: maybe"), "spec.updateStrategy.paused");
        await RefusedAsync(NodeImage("{nginx: {}}"), "spec.images.nginx.tags");
        await RefusedAsync(NodeImage("{nginx: {tags: [{version: 1}]}}"), "spec.images.nginx.tags.tag");
        await RefusedAsync(NodeImage("{nginx: {tags: [{tag: a, createdAt: yesterday}]}}"), "spec.images.nginx.tags.createdAt");
        await RefusedAsync(NodeImage("{" + string.Join(", ", Enumerable.Range(0, 257).Select(i => $"i{i}: {{tags: []}}")) + "}"), "spec.images");

        async Task RefusedAsync(string manifest, string problem)
        {
            Tool applied = await cluster.KubectlAsync(Apply, manifest);
            Assert.True(applied.ExitCode != 0, manifest);
            Assert.Contains(problem, applied.Errors, StringComparison.Ordinal);
        }
    }

    private static string NodeImage(string images) =>
        $"apiVersion: apps.kruise.io/v1alpha1\nkind: NodeImage\nmetadata: {{name: node-1}}\nspec: {{images: {images}}}";

    private async Task PermitsWhatItSaysAsync()
    {
        using Kubernetes manager = await ClientAsync("kruise-manager");
        using Kubernetes daemon = await ClientAsync("kruise-daemon");
        var flags = new ManagerFlags();
        var command = new Command("manager");
        flags.AddTo(command);
        await CheckAsync("kruise-manager", ManagerPermissions.Of(flags.Read(command.Parse([]), _ => null), new WebhookOptions()));
        await CheckAsync("kruise-daemon", DaemonCommand.Permissions());

        await manager.CoreV1.ListNodeAsync(cancellationToken: Cancellation);
        await manager.CoreV1.ListNamespacedSecretAsync("default", fieldSelector: "metadata.name=pull", cancellationToken: Cancellation);
        await manager.CoreV1.ListNamespacedSecretAsync("kruise-system", fieldSelector: "metadata.name=kruise-webhook-certs", cancellationToken: Cancellation);
        await manager.CustomObjects.ListClusterCustomObjectAsync("apps.kruise.io", "v1alpha1", "imagepulljobs", cancellationToken: Cancellation);
        await manager.AdmissionregistrationV1.ListMutatingWebhookConfigurationAsync(
            fieldSelector: "metadata.name=kruise-mutating-webhook-configuration", cancellationToken: Cancellation);
        await manager.CoordinationV1.CreateNamespacedLeaseAsync(
            new V1Lease { Metadata = new V1ObjectMeta { Name = "kruise-manager" } }, "kruise-system", cancellationToken: Cancellation);
        await manager.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "copy" } }, "kruise-daemon-config", cancellationToken: Cancellation);
        await daemon.CustomObjects.ListClusterCustomObjectAsync(
            "apps.kruise.io", "v1alpha1", "nodeimages", fieldSelector: "metadata.name=node-1", cancellationToken: Cancellation);
        await daemon.CoreV1.ReadNamespacedSecretAsync("copy", "kruise-daemon-config", cancellationToken: Cancellation);

        await DeniedAsync(() => daemon.CoreV1.ListSecretForAllNamespacesAsync(cancellationToken: Cancellation));
        await DeniedAsync(() => daemon.CoreV1.ListNamespacedSecretAsync("kruise-daemon-config", cancellationToken: Cancellation));
        await DeniedAsync(() => daemon.CoreV1.ReadNamespacedSecretAsync("pull", "default", cancellationToken: Cancellation));
        await DeniedAsync(() => daemon.CoreV1.ListNamespacedSecretAsync("default", cancellationToken: Cancellation));
        await DeniedAsync(() => daemon.CoreV1.ListNodeAsync(cancellationToken: Cancellation));
        await DeniedAsync(() => manager.CoreV1.DeleteNamespacedSecretAsync("pull", "default", cancellationToken: Cancellation));
        await DeniedAsync(() => manager.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "mine" } }, "default", cancellationToken: Cancellation));
        await DeniedAsync(() => manager.CoreV1.ListNamespacedConfigMapAsync("default", cancellationToken: Cancellation));
        await DeniedAsync(() => manager.AdmissionregistrationV1.ListMutatingWebhookConfigurationAsync(cancellationToken: Cancellation));
    }

    // The check that the program itself makes before it starts.
    private async Task CheckAsync(string account, IEnumerable<Permission> permissions)
    {
        using var connection = ClusterConnection.Open(await cluster.Plane.ServiceAccountKubeconfigAsync("kruise-system", account, Cancellation));
        await new ClusterCheck(new ApiClient(connection, "test", limiter: null, TimeProvider.System))
            .RunAsync(["imagepulljobs", "nodeimages", "clonesets", "sidecarsets"], permissions, Cancellation);
    }

    private async Task<Kubernetes> ClientAsync(string account) => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(
        await cluster.Plane.ServiceAccountKubeconfigAsync("kruise-system", account, Cancellation)));

    private static async Task DeniedAsync(Func<Task> request) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<HttpOperationException>(request)).Response.StatusCode);
}
