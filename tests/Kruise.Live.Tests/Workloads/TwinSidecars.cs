using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;

namespace Kruise.Live.Tests.Workloads;

/// <summary>A simulated cluster with the SidecarSet controller at work, whose API server asks the webhooks.</summary>
internal sealed class TwinSidecars : ISidecarWorld, IApiCallback
{
    private const string Namespace = "default";

    // Longer than any two writes of an upgrade are apart.
    private static readonly SimTime s_quiet = SimTime.FromSeconds(60);

    private readonly TwinCluster _cluster;
    private readonly List<string> _refused = [];
    private readonly List<string> _told = [];
    private ApiResult? _answer;

    public TwinSidecars() => _cluster = new TwinCluster(
        new SidecarSetReconciler(SidecarSetOptions.Default),
        ["agent:1", "agent:2", "agent:3", "tail:1", "tail:2", "prepare:1", "web:1", "own:1", "mine:1"],
        Admit);

    public ValueTask DoAsync(SidecarStep step)
    {
        switch (step)
        {
            case SidecarStep.CreateSet create:
                Write(new Write.Create(new SidecarSet
                {
                    Metadata = new V1ObjectMeta { Name = create.Set },
                    Spec = create.Spec with { Namespace = Namespace, Selector = create.Spec.Selector ?? SidecarNamespace.Select(SidecarNamespace.App, "web") },
                }));
                Known(create.Set);
                break;
            case SidecarStep.Edit edit:
                SidecarSet stored = Set(edit.Set)!;
                Write(new Write.Update(stored with { Spec = edit.Change(stored.Spec) }));
                Known(edit.Set);
                break;
            case SidecarStep.DeleteSet delete:
                Write(new Write.Delete(typeof(SidecarSet), ObjectKey.Cluster(delete.Set), null));
                Known(delete.Set);
                break;
            case SidecarStep.CreatePods create:
                for (int i = 0; i < create.Count; i++)
                {
                    Write(new Write.Create(create.Pod with { Metadata = create.Pod.Metadata with { Name = $"{create.Pod.Metadata.Name}-{i}", NamespaceProperty = Namespace } }));
                }

                break;
            case SidecarStep.DeletePod delete:
                Write(new Write.Delete(typeof(V1Pod), new ObjectKey(Namespace, delete.Pod), null));
                _cluster.Until(() => Pods.All(pod => pod.Metadata.Name != delete.Pod), "the pod is gone");
                break;
            case SidecarStep.AllReady ready:
                _cluster.Until(() => Pods.Length == ready.Pods && Pods.All(PodState.IsReady), $"{ready.Pods} pods are ready");
                break;
            case SidecarStep.Counts counts:
                Settle(counts);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step, "Not a step.");
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<SidecarState> StateAsync() => ValueTask.FromResult(new SidecarState(
        [.. _cluster.Server.StoreOf(typeof(SidecarSet)).List(null).Cast<SidecarSet>()], Pods, _refused, _told, text => text.Replace(Namespace, "NS", StringComparison.Ordinal)));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void OnApiResult(long token, Write write, in ApiResult result) => _answer = result;

    private V1Pod[] Pods => _cluster.List<V1Pod>(Namespace);

    private SidecarSet? Set(string name) => _cluster.Server.Peek<SidecarSet>(ObjectKey.Cluster(name));

    private void Admit(TwinCluster cluster)
    {
        var admission = new WorldAdmission(cluster.Loop, FeatureGates.Default, cluster.Server)
        {
            Cache = cluster.Cache,
            Recorded = happened => _told.Add(happened.Message),
        };
        cluster.Server.Admission = admission;
        cluster.Server.Webhooks = new WebhookChain(
            cluster.Loop, cluster.Server, admission, new WebhookService(cluster.Loop, new WebhookSettings(), RandomStream.Named(TwinCluster.Seed, "webhooks")));
    }

    private void Write(Write write)
    {
        _answer = null;
        _cluster.Client.Send(write, this, 0);
        _cluster.Until(() => _answer is not null, "the write is answered");
        if (!_answer!.Value.Succeeded)
        {
            _refused.Add(_answer.Value.Message ?? "");
        }
    }

    // The webhook's cache is a watch behind.
    private void Known(string name) => _cluster.Until(
        () => _cluster.Cache.Get<SidecarSet>(ObjectKey.Cluster(name))?.Metadata.ResourceVersion == Set(name)?.Metadata.ResourceVersion, "the set is known to the webhook");

    private void Settle(SidecarStep.Counts counts)
    {
        string before = "";
        SimTime since = SimTime.Zero, limit = _cluster.Loop.Now + TwinCluster.Patience;
        bool holds = false;
        do
        {
            SidecarSet set = Set(counts.Set)!;
            SidecarSetStatus status = set.Status;
            string now = string.Join(',', Pods.Select(pod => pod.Metadata.ResourceVersion).Append(set.Metadata.ResourceVersion));
            holds = status.ObservedGeneration == set.Metadata.Generation
                && (status.MatchedPods, status.UpdatedPods, status.ReadyPods, status.UpdatedReadyPods) == (counts.Matched, counts.Updated, counts.Ready, counts.UpdatedReady);
            if (now != before || !holds)
            {
                (before, since) = (now, _cluster.Loop.Now);
            }
            else if (_cluster.Loop.Now - since > s_quiet)
            {
                return;
            }
        }
        while (_cluster.Loop.Step(limit));

        // Nothing at all is left to happen.
        if (!holds)
        {
            throw new TimeoutException($"not within {TwinCluster.Patience} of virtual time; last {Set(counts.Set)?.Status}");
        }
    }
}
