using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.Admission;

/// <summary>What admission may look at beside the request.</summary>
public interface IAdmissionView
{
    /// <summary>Whether there is a cluster to look into; rules about other objects are not checked where a manifest is judged outside one.</summary>
    bool HasCluster { get; }

    /// <summary>All SidecarSets, in any order.</summary>
    IReadOnlyList<SidecarSet> SidecarSets { get; }

    /// <summary>The pod, or null when there is none.</summary>
    V1Pod? Pod(ObjectKey key);
}

/// <summary>No cluster: a manifest judged for itself.</summary>
public sealed class NoCluster : IAdmissionView
{
    private NoCluster()
    {
    }

    /// <summary>The one instance.</summary>
    public static NoCluster Instance { get; } = new();

    /// <inheritdoc/>
    public bool HasCluster => false;

    /// <inheritdoc/>
    public IReadOnlyList<SidecarSet> SidecarSets => [];

    /// <inheritdoc/>
    public V1Pod? Pod(ObjectKey key) => null;
}
