using k8s;
using k8s.Autorest;
using k8s.Models;
using Xunit;

namespace Kruise.Live.Tests.Lab;

/// <summary>The fixture does what other tests take for granted.</summary>
public sealed class LabControlPlaneTests(SharedControlPlane shared)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_shared_control_plane_answers_and_gives_namespaces()
    {
        Kubernetes admin = await shared.AdminAsync(Cancellation);
        string first = await shared.CreateNamespaceAsync("lab", Cancellation);
        string second = await shared.CreateNamespaceAsync("lab", Cancellation);

        Assert.NotEqual(first, second);
        VersionInfo version = await admin.Version.GetCodeAsync(Cancellation);
        Assert.StartsWith("v1.", version.GitVersion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_and_service_accounts_are_who_they_say()
    {
        LabControlPlane plane = await shared.LabAsync(Cancellation);
        string home = await plane.CreateNamespaceAsync("lab", Cancellation);
        var account = new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = "worker" } };
        await plane.Admin.CoreV1.CreateNamespacedServiceAccountAsync(account, home, cancellationToken: Cancellation);

        string asUser = await DeniedAsync(plane.Kubeconfig("jane", ["developers"]));
        string asAccount = await DeniedAsync(await plane.ServiceAccountKubeconfigAsync(home, "worker", Cancellation));

        Assert.Contains("User \\\"jane\\\"", asUser, StringComparison.Ordinal);
        Assert.Contains($"system:serviceaccount:{home}:worker", asAccount, StringComparison.Ordinal);

        static async Task<string> DeniedAsync(string kubeconfig)
        {
            using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
            HttpOperationException denied =
                await Assert.ThrowsAsync<HttpOperationException>(() => client.CoreV1.ListNodeAsync(cancellationToken: Cancellation));
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, denied.Response.StatusCode);
            return denied.Response.Content;
        }
    }

    [Fact]
    public async Task An_api_server_comes_back_with_what_it_stored()
    {
        LabEnvironment.RequireControlPlane();
        await using LabControlPlane plane = await LabControlPlane.StartAsync(new LabControlPlaneOptions { Controllers = [] }, Cancellation);
        string kept = await plane.CreateNamespaceAsync("kept", Cancellation);

        await plane.KillApiServerAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => plane.Admin.CoreV1.ReadNamespaceAsync(kept, cancellationToken: Cancellation));
        await plane.StartApiServerAsync(Cancellation);

        Assert.Equal(kept, (await plane.Admin.CoreV1.ReadNamespaceAsync(kept, cancellationToken: Cancellation)).Metadata.Name);
        Assert.True(await plane.CompactEtcdAsync(cancellation: Cancellation) > 1);
    }
}
