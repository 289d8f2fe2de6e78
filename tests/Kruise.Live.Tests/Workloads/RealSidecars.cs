using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.Workloads;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>A namespace of a real API server, with a manager, its webhooks and hollow kubelets at work.</summary>
internal sealed class RealSidecars(SidecarNamespace home) : ISidecarWorld
{
    private const string Denied = " denied the request: ";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly List<string> _sets = [];
    private readonly List<string> _refused = [];
    private bool _tells;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DoAsync(SidecarStep step)
    {
        switch (step)
        {
            case SidecarStep.CreateSet create:
                if (await TryAsync(() => home.CreateSetAsync(create.Set, create.Spec)))
                {
                    _sets.Add(create.Set);
                    await home.KnownAsync(create.Set);
                }

                break;
            case SidecarStep.Edit edit:
                if (await TryAsync(() => home.EditAsync(edit.Set, edit.Change)))
                {
                    await home.KnownAsync(edit.Set);
                }

                break;
            case SidecarStep.DeleteSet delete:
                await home.Cluster.Admin.DeleteAsync(ResourceKind.Of<SidecarSet>(), home.Key(delete.Set), null, Cancellation);
                _sets.Remove(delete.Set);
                await GoneAsync(delete.Set);
                break;
            case SidecarStep.CreatePods create:
                for (int i = 0; i < create.Count; i++)
                {
                    V1Pod pod = create.Pod with { Metadata = create.Pod.Metadata with { Name = $"{create.Pod.Metadata.Name}-{i}" } };
                    _tells |= !await TryAsync(() => home.CreatePodAsync(pod));
                }

                break;
            case SidecarStep.DeletePod delete:
                await home.Cluster.Admin.DeleteAsync(ResourceKind.Of<V1Pod>(), new ObjectKey(home.Name, delete.Pod), null, Cancellation);
                await Until.HoldsAsync(
                    async _ => (await home.PodsAsync()).All(pod => pod.Metadata.Name != delete.Pod), "the pod is gone", s_limit, Cancellation);
                break;
            case SidecarStep.AllReady ready:
                await Until.HoldsAsync(
                    async _ => await home.PodsAsync() is var pods && pods.Length == ready.Pods && pods.All(PodState.IsReady), $"{ready.Pods} pods are ready", s_limit, Cancellation);
                break;
            case SidecarStep.Counts counts:
                await home.SettledAsync(
                    counts.Set,
                    status => (status.MatchedPods, status.UpdatedPods, status.ReadyPods, status.UpdatedReadyPods) == (counts.Matched, counts.Updated, counts.Ready, counts.UpdatedReady));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, "Not a step.");
        }
    }

    public async ValueTask<SidecarState> StateAsync()
    {
        List<SidecarSet> sets = [];
        List<string> told = [];
        foreach (string set in _sets)
        {
            sets.Add(await home.SetAsync(set));
            if (_tells)
            {
                await Until.HoldsAsync(async _ => (await home.EventsAsync(set)).Length > 0, "the event is there", s_limit, Cancellation);
                told.AddRange((await home.EventsAsync(set)).Where(line => line.Contains("SidecarSetConflict", StringComparison.Ordinal)).Select(line => line[line.IndexOf(": ", StringComparison.Ordinal)..][2..]));
            }
        }

        return new SidecarState(sets, await home.PodsAsync(), _refused, told, Plain);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string Plain(string text) => text.Replace(home.Name + "-", "", StringComparison.Ordinal).Replace(home.Name, "NS", StringComparison.Ordinal);

    // Pods that are made later would get its containers for as long as the webhook has not heard.
    private async Task GoneAsync(string set)
    {
        V1Pod probe = SidecarNamespace.Pod("probe", SidecarNamespace.Containers("probe"));
        await Until.HoldsAsync(
            async _ => SidecarNamespace.HashIn(await home.CreatePodAsync(probe, dryRun: true), home.Key(set).Name) is null, "the webhook has forgotten the set", s_limit, Cancellation);
    }

    private async Task<bool> TryAsync(Func<Task> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (ApiException e) when (e.Message.Contains(Denied, StringComparison.Ordinal))
        {
            _refused.Add(e.Message[(e.Message.IndexOf(Denied, StringComparison.Ordinal) + Denied.Length)..]);
            return false;
        }
    }
}
