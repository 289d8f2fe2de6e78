using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Install;

/// <summary>A real API server of their own for tests that install and uninstall, and kubectl to talk to it as people do.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private LabControlPlane? _plane;
    private string _home = "";

    internal LabControlPlane Plane => _plane!;

    public async ValueTask InitializeAsync()
    {
        if (LabEnvironment.Find("kubectl") is null)
        {
            return;
        }

        try
        {
            LabEnvironment.RequireControlPlane();
        }
        catch (Exception e) when (e.Message.StartsWith("$XunitDynamicSkip$", StringComparison.Ordinal))
        {
            // Each test says again what is missing; a fixture cannot skip.
            return;
        }

        _home = Directory.CreateTempSubdirectory("kruise-kubectl-").FullName;
        _plane = await LabControlPlane.StartAsync(cancellation: TestContext.Current.CancellationToken);
    }

    /// <summary>Skips the test where there is no cluster to be had.</summary>
    public static void Require()
    {
        LabEnvironment.Require("kubectl");
        LabEnvironment.RequireControlPlane();
    }

    public async ValueTask DisposeAsync()
    {
        if (_plane is not null)
        {
            await _plane.DisposeAsync();
            Directory.Delete(_home, recursive: true);
        }
    }

    /// <summary>Runs kubectl as the administrator. Its caches are the fixture's own.</summary>
    internal Task<Tool> KubectlAsync(string arguments, string input = "") => Tool.RunAsync(
        "kubectl",
        [$"--kubeconfig={Plane.AdminKubeconfig}", $"--cache-dir={_home}", .. arguments.Split(' ')],
        TestContext.Current.CancellationToken,
        input);
}
