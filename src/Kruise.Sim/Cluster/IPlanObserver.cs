using Kruise.Core.Reconciling;

namespace Kruise.Sim.Cluster;

/// <summary>Sees what a controller decides, and what it decides from. Must change neither.</summary>
internal interface IPlanObserver
{
    /// <summary>The view has taken in a change; the controller has not heard of it yet.</summary>
    void OnChange(in ObjectChange change);

    /// <summary>A plan was made from the view as it is now, and nothing of it was carried out yet.</summary>
    void OnPlan(ObjectKey key, IClusterView view, Plan plan);
}
