using Kruise.Live.Tests.Hollow;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>A cluster with hollow kubelets and a manager under its own service account, webhooks and all, for tests that each have a namespace of it.</summary>
public sealed class RunningCloneSets : IAsyncDisposable
{
    private CloneSetCluster? _cluster;
    private ManagerProcess? _manager;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Started when it is first asked for; skips the test where there is no cluster to be had.</summary>
    internal async Task<CloneSetCluster> ClusterAsync()
    {
        if (_cluster is null)
        {
            _cluster = await CloneSetCluster.StartAsync(Cancellation, script: Script, withWebhooks: true);
            _manager = await ManagerProcess.StartAsync(_cluster.Cluster.ManagerKubeconfig, withWebhooks: true, arguments: "--enable-leader-election=false");
            await _manager.ReadyAsync(Cancellation);
        }

        return _cluster;
    }

    internal ManagerProcess Manager => _manager!;

    private static ContainerScript Script(string image) =>
        image.StartsWith("bad", StringComparison.Ordinal) ? ContainerScript.Quick with { Fate = ContainerFate.NeverReady }
        : image.StartsWith("crash", StringComparison.Ordinal) ? ContainerScript.Quick with { Fate = ContainerFate.Crashes }
        : ContainerScript.Quick;

    public async ValueTask DisposeAsync()
    {
        if (_manager is not null)
        {
            await _manager.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
