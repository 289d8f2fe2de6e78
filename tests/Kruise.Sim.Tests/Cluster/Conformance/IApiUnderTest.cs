using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;

namespace Kruise.Sim.Tests.Cluster.Conformance;

/// <summary>
/// An API server that the conformance cases run against: the model, or a real kube-apiserver behind the same verbs. Serves Node, Secret, ImagePullJob and
/// NodeImage (as custom resources with a status subresource), with a running garbage collector.
/// </summary>
internal interface IApiUnderTest
{
    ValueTask<ApiAnswer> CreateAsync(IKubernetesObject<V1ObjectMeta> obj);

    ValueTask<ApiAnswer> UpdateAsync(IKubernetesObject<V1ObjectMeta> obj);

    ValueTask<ApiAnswer> UpdateStatusAsync(IKubernetesObject<V1ObjectMeta> obj);

    ValueTask<ApiAnswer> DeleteAsync(Type kind, ObjectKey key, DeleteOptions options);

    ValueTask<ApiAnswer> GetAsync(Type kind, ObjectKey key);

    ValueTask<(IReadOnlyList<string> Names, long Revision)> ListAsync(Type kind);

    /// <summary>Starts a watch whose events are gathered under a name.</summary>
    ValueTask<ApiAnswer> WatchAsync(string watch, Type kind, ObjectKey? key, long fromRevision);

    /// <summary>The events gathered so far.</summary>
    ValueTask<IReadOnlyList<GatheredEvent>> EventsAsync(string watch);

    /// <summary>Forgets the history, as etcd's compaction does.</summary>
    ValueTask CompactAsync();

    /// <summary>Returns when the garbage collector has nothing to do and every event has arrived.</summary>
    ValueTask SettleAsync();
}

/// <summary>The answer to one request.</summary>
internal readonly record struct ApiAnswer(int Code, string Reason, IKubernetesObject<V1ObjectMeta>? Object);

/// <summary>One event of a watch.</summary>
internal readonly record struct GatheredEvent(WatchEventType Type, string Name, long Revision, IKubernetesObject<V1ObjectMeta> Object);
