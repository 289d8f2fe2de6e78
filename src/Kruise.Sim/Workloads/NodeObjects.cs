using k8s.Models;

namespace Kruise.Sim.Workloads;

/// <summary>Copies of node objects with one thing changed.</summary>
internal static class NodeObjects
{
    public const string DiskPressureTaint = "node.kubernetes.io/disk-pressure";
    public const string UnschedulableTaint = "node.kubernetes.io/unschedulable";

    public static bool IsReady(V1Node node) => Find(node, "Ready")?.Status == "True";

    public static V1NodeCondition? Find(V1Node node, string type) => node.Status?.Conditions?.FirstOrDefault(c => c.Type == type);

    public static V1Node WithCondition(V1Node node, string type, string status, string reason, string message, DateTime now)
    {
        V1NodeCondition? old = Find(node, type);
        var wanted = new V1NodeCondition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
            LastTransitionTime = old?.Status == status ? old.LastTransitionTime : now,
        };
        V1NodeStatus before = node.Status ?? new V1NodeStatus();
        return node with { Status = before with { Conditions = [.. (before.Conditions ?? []).Where(c => c.Type != type), wanted] } };
    }

    public static bool HasTaint(V1Node node, string key, string effect) => node.Spec?.Taints?.Any(t => t.Key == key && t.Effect == effect) == true;

    /// <summary>With a taint; one with another effect under the same key stays.</summary>
    public static V1Node WithTaint(V1Node node, string key, string effect, DateTime? added) => HasTaint(node, key, effect) ? node : node with
    {
        Spec = (node.Spec ?? new V1NodeSpec()) with { Taints = [.. node.Spec?.Taints ?? [], new V1Taint { Key = key, Effect = effect, TimeAdded = added }] },
    };

    /// <summary>Without the taints of a key.</summary>
    public static V1Node WithoutTaint(V1Node node, string key) => node.Spec?.Taints?.Any(t => t.Key == key) != true
        ? node
        : node with { Spec = node.Spec with { Taints = [.. node.Spec.Taints.Where(t => t.Key != key)] } };

    /// <summary>Cordoned or not: <c>spec.unschedulable</c> and the taint that goes with it.</summary>
    public static V1Node WithUnschedulable(V1Node node, bool unschedulable) => unschedulable
        ? WithTaint(node with { Spec = (node.Spec ?? new V1NodeSpec()) with { Unschedulable = true } }, UnschedulableTaint, "NoSchedule", null)
        : WithoutTaint(node with { Spec = (node.Spec ?? new V1NodeSpec()) with { Unschedulable = null } }, UnschedulableTaint);
}
