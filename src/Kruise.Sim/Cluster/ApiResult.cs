using k8s;
using k8s.Models;

namespace Kruise.Sim.Cluster;

/// <summary>The answer to one request: an HTTP status code, the reason and message of a failure, and the object as stored.</summary>
/// <param name="Code">The HTTP status code.</param>
/// <param name="Reason">One of <see cref="ApiReason"/>; empty on success.</param>
/// <param name="Message">What was wrong, for people; null on success.</param>
/// <param name="Object">The stored object; the last state when the request removed it.</param>
internal readonly record struct ApiResult(int Code, string Reason, string? Message, IKubernetesObject<V1ObjectMeta>? Object)
{
    public bool Succeeded => Code is >= 200 and < 300;

    public bool IsConflict => Code == 409 && Reason == ApiReason.Conflict;

    public bool IsNotFound => Code == 404;

    internal static ApiResult Ok(IKubernetesObject<V1ObjectMeta> obj) => new(200, ApiReason.None, null, obj);

    internal static ApiResult Created(IKubernetesObject<V1ObjectMeta> obj) => new(201, ApiReason.None, null, obj);

    internal static ApiResult Failure(int code, string reason, string message) => new(code, reason, message, null);

    internal static ApiResult Invalid(KindInfo kind, string name, string problem) =>
        Failure(422, ApiReason.Invalid, $"{kind.Kind} \"{name}\" is invalid: {problem}");

    internal static ApiResult Conflict(KindInfo kind, string name, string problem) =>
        Failure(409, ApiReason.Conflict, $"Operation cannot be fulfilled on {kind.Plural} \"{name}\": {problem}");

    internal static ApiResult NotFound(KindInfo kind, string name) =>
        Failure(404, ApiReason.NotFound, $"{kind.Plural} \"{name}\" not found");
}

/// <summary>All objects of a kind, ordered by key, and the revision at which the list is exact: the place to watch from.</summary>
internal readonly record struct ApiList(IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Items, long Revision);
