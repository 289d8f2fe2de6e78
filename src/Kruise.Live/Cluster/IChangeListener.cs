using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster;

/// <summary>Hears of changes that the cache already contains. Called while the cache is held: must be quick, and must not wait.</summary>
internal interface IChangeListener
{
    void OnChange(in ObjectChange change, IClusterView view);

    /// <summary>The cache holds everything of this kind up to a resourceVersion.</summary>
    void OnObserved(Type kind, long revision);
}
