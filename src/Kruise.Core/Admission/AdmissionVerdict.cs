using k8s;
using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.Admission;

/// <summary>What is being done to an object.</summary>
public enum AdmissionOperation
{
    /// <summary>The object is new.</summary>
    Create,

    /// <summary>The object's metadata or spec is replaced. Status goes through its own subresource and is not admitted.</summary>
    Update,
}

/// <summary>The answer to a write of metadata and spec.</summary>
/// <param name="Allowed">Whether the write may go on.</param>
/// <param name="HttpCode">200, 400 for a bad object, 422 for a bad workload, 403 when a feature gate forbids the kind (inventory §4.1).</param>
/// <param name="Message">Every problem; empty when allowed.</param>
/// <param name="Object">The object to store: defaulted when allowed, as sent when not.</param>
public sealed record AdmissionVerdict(bool Allowed, int HttpCode, string Message, IKubernetesObject<V1ObjectMeta> Object)
{
    /// <summary>Every problem of the object by field; empty when allowed or when the kind as a whole is forbidden.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];
}
