using k8s;
using k8s.Models;
using Kruise.Core.Admission;
using CoreOperation = Kruise.Core.Admission.AdmissionOperation;

namespace Kruise.Sim.Cluster;

/// <summary>The admission chain in front of the store. Called for creates and updates of the main resource, never for the status subresource.</summary>
internal interface IAdmission
{
    /// <summary>Admits, changes or rejects a request; <see cref="AdmissionInput.Object"/> must be copied, not changed in place.</summary>
    AdmissionOutcome Admit(in AdmissionInput input);
}

/// <summary>The same chain, step by step, for whoever charges time for each.</summary>
internal interface IAdmissionSteps
{
    /// <summary>The steps that a write of an object goes through, in order: those that change objects first.</summary>
    IReadOnlyList<AdmissionStep> StepsFor(IKubernetesObject<V1ObjectMeta> obj, CoreOperation operation);

    /// <summary>Asks one step, now.</summary>
    AdmissionOutcome Ask(AdmissionStep step, CoreOperation operation, IKubernetesObject<V1ObjectMeta>? old, IKubernetesObject<V1ObjectMeta> obj);
}

internal enum AdmissionOperation
{
    Create,
    Update,
}

/// <summary>A request as admission sees it.</summary>
/// <param name="Operation">What is asked for.</param>
/// <param name="Kind">The kind of the object.</param>
/// <param name="Old">The stored object; null on create.</param>
/// <param name="Object">The object as it would be stored.</param>
internal readonly record struct AdmissionInput(
    AdmissionOperation Operation,
    KindInfo Kind,
    IKubernetesObject<V1ObjectMeta>? Old,
    IKubernetesObject<V1ObjectMeta> Object);

/// <summary>The verdict: the object to go on with, or a rejection.</summary>
internal readonly record struct AdmissionOutcome
{
    private AdmissionOutcome(IKubernetesObject<V1ObjectMeta>? obj, int code, string reason, string? message) =>
        (Object, Code, Reason, Message) = (obj, code, reason, message);

    /// <summary>The admitted object; null when rejected.</summary>
    public IKubernetesObject<V1ObjectMeta>? Object { get; }

    public int Code { get; }

    public string Reason { get; }

    public string? Message { get; }

    /// <summary>Goes on with the object, the one of the request or a changed copy.</summary>
    public static AdmissionOutcome Allow(IKubernetesObject<V1ObjectMeta> obj) => new(obj, 200, ApiReason.None, null);

    /// <summary>Rejects. A webhook that names no code of its own answers 403 Forbidden.</summary>
    public static AdmissionOutcome Deny(string message, int code = 403, string reason = ApiReason.Forbidden) => new(null, code, reason, message);
}
