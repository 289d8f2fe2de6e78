using k8s;
using k8s.Models;
using Kruise.Core.Features;

namespace Kruise.Core.Admission;

/// <summary>What is being done to an object.</summary>
public enum AdmissionOperation
{
    /// <summary>The object is new.</summary>
    Create,

    /// <summary>The object's metadata or spec is replaced. Status goes through its own subresource and is not admitted.</summary>
    Update,
}

/// <summary>A write of metadata and spec that is to be admitted.</summary>
/// <param name="Operation">What is being done.</param>
/// <param name="Object">The object as sent.</param>
/// <param name="Gates">The feature gates in force.</param>
/// <param name="Now">The time, UTC.</param>
public sealed record AdmissionRequest(AdmissionOperation Operation, IKubernetesObject<V1ObjectMeta> Object, FeatureGates Gates, DateTime Now)
{
    /// <summary>The stored object, for an update.</summary>
    public IKubernetesObject<V1ObjectMeta>? Old { get; init; }

    /// <summary>The namespace that the request is made in; an object that names none is of it.</summary>
    public string Namespace { get; init; } = "";
}
