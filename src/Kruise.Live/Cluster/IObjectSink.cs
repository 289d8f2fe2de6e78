using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster;

/// <summary>Takes in what a reflector hears, one change at a time in the order of the watch.</summary>
internal interface IObjectSink<in T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>The object is there in this state.</summary>
    void Store(T obj);

    /// <summary>The object is gone; the deletion has this resourceVersion.</summary>
    void Delete(ObjectKey key, long revision);

    /// <summary>Everything up to this resourceVersion has been told.</summary>
    void Observe(long revision);
}
