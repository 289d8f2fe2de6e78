using k8s;
using k8s.Models;

namespace Kruise.Core.Reconciling;

/// <summary>
/// What a reconciler decided, as a value: writes in order, and when to look at the key again. The world carries it out. Groups run one
/// after another; when a write fails, the rest of its group still runs if the group is parallel, later groups do not, and the key
/// is retried with back-off.
/// </summary>
public sealed record Plan(IReadOnlyList<WriteGroup> Groups, TimeSpan? RequeueAfter = null)
{
    /// <summary>Nothing to write, nothing to wait for.</summary>
    public static Plan Nothing { get; } = new([]);

    /// <summary>Nothing to write; look again after <paramref name="delay"/>.</summary>
    public static Plan LookAgainAfter(TimeSpan delay) => new([], delay);

    /// <summary>A plan of one write.</summary>
    public static Plan Of(Write write, TimeSpan? requeueAfter = null) => new([new WriteGroup([write])], requeueAfter);
}

/// <summary>Writes that go one after another or, when <paramref name="Parallel"/>, at the same time.</summary>
public sealed record WriteGroup(IReadOnlyList<Write> Writes, bool Parallel = false);

/// <summary>
/// One write against the API server. Writes of one plan to one object build on each other: each is guarded by the resourceVersion that the one before it
/// produced.
/// </summary>
public abstract record Write
{
    private Write()
    {
    }

    /// <summary>Recorded when this write fails, with what went wrong at the end of its message; never for a conflict, which is decided again.</summary>
    public RecordEvent? IfFailed { get; init; }

    /// <summary>Creates the object; "already exists" counts as a failure.</summary>
    public sealed record Create(IKubernetesObject<V1ObjectMeta> Object) : Write;

    /// <summary>Replaces metadata and spec, guarded by the resourceVersion that the object carries.</summary>
    public sealed record Update(IKubernetesObject<V1ObjectMeta> Object) : Write
    {
        /// <summary>
        /// What the object was made from. With it a real API server is sent only what differs, so that fields which this program does not know stay; for kinds
        /// of Kubernetes, and ours that hold parts of them: their models keep no unknown fields.
        /// </summary>
        public IKubernetesObject<V1ObjectMeta>? From { get; init; }
    }

    /// <summary>Replaces the status through the status subresource, guarded by the resourceVersion that the object carries.</summary>
    public sealed record UpdateStatus(IKubernetesObject<V1ObjectMeta> Object) : Write
    {
        /// <inheritdoc cref="Update.From"/>
        public IKubernetesObject<V1ObjectMeta>? From { get; init; }
    }

    /// <summary>Deletes the object; a missing object counts as done. <paramref name="Uid"/> is a precondition when given.</summary>
    public sealed record Delete(Type Kind, ObjectKey Key, string? Uid = null) : Write;

    /// <summary>Records an event about an object; never fails a plan.</summary>
    public sealed record RecordEvent(V1ObjectReference About, EventSeverity Severity, string Reason, string Message) : Write
    {
        /// <summary>An event about an object in the version in which it was looked at.</summary>
        public static RecordEvent On(IKubernetesObject<V1ObjectMeta> obj, EventSeverity severity, string reason, string message) => new(
            new V1ObjectReference
            {
                ApiVersion = obj.ApiVersion,
                Kind = obj.Kind,
                Name = obj.Metadata.Name,
                NamespaceProperty = obj.Metadata.NamespaceProperty,
                Uid = obj.Metadata.Uid,
                ResourceVersion = obj.Metadata.ResourceVersion,
            },
            severity,
            reason,
            message);
    }

    /// <summary>Writes that go one after another as one member of a group; the first that fails ends them.</summary>
    public sealed record Sequence(IReadOnlyList<Write> Writes) : Write;
}

/// <summary>The write that a plan failed by, and what the API server said.</summary>
public sealed record PlanFailure(Write Write, string Error);

/// <summary>The type of an event.</summary>
public enum EventSeverity
{
    /// <summary>Something expected happened.</summary>
    Normal,

    /// <summary>Something a person may have to look at.</summary>
    Warning,
}

/// <summary>How the last plan for a key ended.</summary>
public enum PlanOutcome
{
    /// <summary>The key has not been planned for since the controller started.</summary>
    None,

    /// <summary>Every write succeeded.</summary>
    Succeeded,

    /// <summary>At least one write met a newer resourceVersion.</summary>
    Conflict,

    /// <summary>At least one write failed for another reason.</summary>
    Failed,
}
