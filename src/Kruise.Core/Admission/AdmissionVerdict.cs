using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.Admission;

/// <summary>The answer to a write of metadata and spec.</summary>
/// <param name="Allowed">Whether the write may go on.</param>
/// <param name="HttpCode">200, 400 for a bad object, 422 for a bad workload, 403 when a feature gate forbids the kind (inventory §4.1).</param>
/// <param name="Message">Every problem; empty when allowed.</param>
/// <param name="Object">The object to go on with: changed when allowed, as sent when not.</param>
public sealed record AdmissionVerdict(bool Allowed, int HttpCode, string Message, IKubernetesObject<V1ObjectMeta> Object)
{
    /// <summary>Every problem of the object by field; empty when allowed or when the kind as a whole is forbidden.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    /// <summary>What is to be recorded about it, unless the write is a dry run.</summary>
    public IReadOnlyList<Write.RecordEvent> Events { get; init; } = [];

    /// <summary>Allowed, with what the object is from here on.</summary>
    public static AdmissionVerdict Allow(IKubernetesObject<V1ObjectMeta> obj) => new(true, 200, "", obj);

    /// <summary>Refused for what is wrong with it.</summary>
    public static AdmissionVerdict Refuse(IKubernetesObject<V1ObjectMeta> sent, int httpCode, IReadOnlyList<FieldError> errors) =>
        new(false, httpCode, FieldError.Join(errors), sent) { Errors = errors };
}
