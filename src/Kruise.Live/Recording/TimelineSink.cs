using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Recording;

/// <summary>Gives what a watch delivers the moment at which it did, and hands it on. What the first list holds had happened before.</summary>
/// <param name="clock">Nanoseconds since the recorder began.</param>
/// <param name="store">Takes a state of an object.</param>
/// <param name="delete">Takes a deletion.</param>
internal sealed class TimelineSink<T>(Func<long> clock, Action<T, Moment> store, Action<ObjectKey, Moment> delete) : IObjectSink<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private bool _isListed;

    public void Store(T obj) => store(obj, Now());

    public void Delete(ObjectKey key, long revision) => delete(key, Now());

    public void Observe(long revision) => _isListed = true;

    private Moment Now() => new(clock(), IsPast: !_isListed);
}
