using System.Diagnostics;
using k8s;
using k8s.Models;

namespace Kruise.Sim.Cluster;

/// <summary>
/// Finds stored objects that somebody changed in place. A debug build takes the fingerprint of every object among the first
/// <see cref="AlwaysSampled"/> revisions and of one in <see cref="SampleEvery"/> later, and compares it when the object is replaced or on demand.
/// </summary>
internal sealed class MutationDetector
{
    private const long AlwaysSampled = 10_000;
    private const long SampleEvery = 64;
    private readonly Dictionary<IKubernetesObject<V1ObjectMeta>, long> _fingerprints = new(ReferenceEqualityComparer.Instance);

    [Conditional("DEBUG")]
    public void Stored(IKubernetesObject<V1ObjectMeta> obj, long revision)
    {
        if (revision <= AlwaysSampled || revision % SampleEvery == 0)
        {
            _fingerprints.Add(obj, StructuralComparer.Fingerprint(obj));
        }
    }

    /// <exception cref="InvalidOperationException">The object was changed.</exception>
    [Conditional("DEBUG")]
    public void Replaced(IKubernetesObject<V1ObjectMeta> obj)
    {
        if (_fingerprints.Remove(obj, out long fingerprint))
        {
            Verify(obj, fingerprint);
        }
    }

    /// <exception cref="InvalidOperationException">An object was changed.</exception>
    [Conditional("DEBUG")]
    public void VerifyAll()
    {
        foreach ((IKubernetesObject<V1ObjectMeta> obj, long fingerprint) in _fingerprints)
        {
            Verify(obj, fingerprint);
        }
    }

    private static void Verify(IKubernetesObject<V1ObjectMeta> obj, long fingerprint)
    {
        if (StructuralComparer.Fingerprint(obj) != fingerprint)
        {
            throw new InvalidOperationException(
                $"The stored {obj.Kind} {obj.Metadata.Name} at resourceVersion {obj.Metadata.ResourceVersion} was changed in place; copy objects with 'with'.");
        }
    }
}
