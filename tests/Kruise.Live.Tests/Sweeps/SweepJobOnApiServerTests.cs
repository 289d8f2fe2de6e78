using k8s;
using k8s.Models;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Install;
using Kruise.Live.Tests.Lab;
using Kruise.Sim.Cli;
using Xunit;

namespace Kruise.Live.Tests.Sweeps;

/// <summary>The Job that runs a sweep in parts, as an API server takes it.</summary>
public sealed class SweepJobOnApiServerTests(SharedControlPlane shared)
{
    [Theory]
    [InlineData]
    [InlineData("--claim", "sweeps")]
    public async Task An_api_server_accepts_it(params string[] more)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        LabEnvironment.Require("kubectl");
        string kubeconfig = await shared.AdminKubeconfigAsync(cancellation);
        Kubernetes client = await shared.AdminAsync(cancellation);
        string space = await shared.CreateNamespaceAsync("sweep", cancellation);
        var output = new StringWriter();
        var errors = new StringWriter();
        int code = CommandLine.Run(
            ["sweep", Repository.At("scenarios/warm-up-1000.yaml"), "--vary", "timeline[0].apply.spec.parallelism=10,50,100", "--emit-job", "3", "--image", "registry.example/kruise-sim:1", .. more], output, errors);
        Assert.True(code == 0, errors.ToString());

        // The oldest server that tests meet has no schema for a newer kubectl to validate by.
        string[] apply = ["apply", "-n", space, "--validate=false", "-f", "-"];
        string tried = await Kubectl.RunAsync(kubeconfig, [.. apply, "--dry-run=server", "-o", "name"], output.ToString(), cancellation);
        Assert.Matches(@"^configmap/warm-up-1000-sweep-[0-9a-f]{8}\njob.batch/warm-up-1000-sweep-[0-9a-f]{8}\n$", tried);
        Assert.Empty((await client.BatchV1.ListNamespacedJobAsync(space, cancellationToken: cancellation)).Items);

        await Kubectl.RunAsync(kubeconfig, apply, output.ToString(), cancellation);
        V1Job job = Assert.Single((await client.BatchV1.ListNamespacedJobAsync(space, cancellationToken: cancellation)).Items);
        V1ConfigMap files = await client.CoreV1.ReadNamespacedConfigMapAsync(job.Metadata.Name, space, cancellationToken: cancellation);
        Assert.Equal(File.ReadAllText(Repository.At("scenarios/warm-up-1000.yaml")), files.Data["file-0"]);
        V1Job printed = KubernetesYaml.LoadAllFromString(output.ToString()).OfType<V1Job>().Single();
        Assert.Equal((3, 3), (job.Spec.Completions, job.Spec.Parallelism));
        Assert.Equal(printed.Spec.Template.Spec.Containers[0].Args, job.Spec.Template.Spec.Containers[0].Args);
        Assert.Equal(printed.Spec.Template.Spec.Volumes.Count, job.Spec.Template.Spec.Volumes.Count);
        Assert.Equal("Indexed", printed.Spec.CompletionMode);
        // A server older than 1.22 drops what it does not know yet; a newer one that did not read it would have put NonIndexed there.
        Assert.NotEqual("NonIndexed", job.Spec.CompletionMode);
    }
}
