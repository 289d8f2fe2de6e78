using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Planning;

/// <summary>One write as people read it: without the contents of secrets.</summary>
/// <param name="Verb">create, update, update status, delete or event.</param>
/// <param name="Kind">The kind of the object.</param>
/// <param name="Key">The object.</param>
internal sealed record PlannedWrite(string Verb, string Kind, ObjectKey Key)
{
    /// <summary>Which of the plan's groups it belongs to, from 1: groups go one after another.</summary>
    public int Group { get; private init; }

    /// <summary>Whether the writes of its group go at the same time.</summary>
    public bool Parallel { get; private init; }

    /// <summary>What an update changes.</summary>
    public IReadOnlyList<JsonChange> Changes { get; private init; } = [];

    /// <summary>The object that is created; null for every other verb.</summary>
    public JsonObject? Object { get; private init; }

    /// <summary>The event that is recorded: severity, reason and message.</summary>
    public (EventSeverity Severity, string Reason, string Message)? Event { get; private init; }

    /// <summary>The writes of a plan in order.</summary>
    public static IReadOnlyList<PlannedWrite> Of(Plan plan, IClusterView view) =>
    [
        .. plan.Groups.SelectMany(
            (group, i) => group.Writes.SelectMany(Members).Select(write => Of(write, view) with { Group = i + 1, Parallel = group.Parallel })),
    ];

    private static IEnumerable<Write> Members(Write write) => write is Write.Sequence sequence ? sequence.Writes.SelectMany(Members) : [write];

    private static PlannedWrite Of(Write write, IClusterView view) => write switch
    {
        Write.Create create => About("create", create.Object) with { Object = SecretText.Hide(Json(create.Object), null) },
        Write.Update update => About("update", update.Object) with { Changes = [.. Compare(update.Object, view).Where(change => !IsStatus(change))] },
        Write.UpdateStatus status => About("update status", status.Object) with { Changes = [.. Compare(status.Object, view).Where(IsStatus)] },
        Write.Delete delete => new PlannedWrite("delete", ResourceKind.Of(delete.Kind).Kind, delete.Key),
        Write.RecordEvent record => new PlannedWrite("event", record.About.Kind, new ObjectKey(record.About.NamespaceProperty ?? "", record.About.Name))
        {
            Event = (record.Severity, record.Reason, record.Message),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(write), write, "Not a write."),
    };

    private static PlannedWrite About(string verb, IKubernetesObject<V1ObjectMeta> obj) => new(verb, ResourceKind.Of(obj.GetType()).Kind, ObjectKey.Of(obj));

    private static IReadOnlyList<JsonChange> Compare(IKubernetesObject<V1ObjectMeta> wanted, IClusterView view)
    {
        IKubernetesObject<V1ObjectMeta>? present = view.Find(wanted.GetType(), ObjectKey.Of(wanted));
        JsonObject before = present is null ? [] : Json(present);
        JsonObject after = Json(wanted);
        return JsonDiff.Of(SecretText.Hide(before, null), SecretText.Hide(after, before));
    }

    private static bool IsStatus(JsonChange change) => change.Path == "status" || change.Path.StartsWith("status.", StringComparison.Ordinal);

    private static JsonObject Json(IKubernetesObject<V1ObjectMeta> obj) => JsonNode.Parse(ResourceKind.Of(obj.GetType()).Write(obj))!.AsObject();
}
