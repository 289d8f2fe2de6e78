using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Workloads;

namespace Kruise.Live.Tests.Workloads;

/// <summary>The objects around a CloneSet.</summary>
public sealed record WorkloadState(
    CloneSet Set,
    IReadOnlyList<V1Pod> Pods,
    IReadOnlyList<V1PersistentVolumeClaim> Claims,
    IReadOnlyList<V1ControllerRevision> Revisions)
{
    /// <summary>
    /// All of it as text that two worlds can agree on. Names, uids, times and hashes are left out or replaced by what they stand for: a revision by its number, an
    /// instance by whether its pod and claims belong together. Pods that are alike are counted.
    /// </summary>
    public string Describe()
    {
        Dictionary<string, string> numbers = Revisions.ToDictionary(
            revision => revision.Metadata.Name, revision => string.Create(CultureInfo.InvariantCulture, $"{revision.Revision}"), StringComparer.Ordinal);
        List<string> lines = [.. Alike(Pods.Select(pod => Describe(pod, numbers)))];
        lines.AddRange(Alike(Claims.Select(Describe)));
        lines.AddRange(Revisions.OrderBy(revision => revision.Revision).Select(Describe));
        CloneSetStatus status = Set.Status;
        lines.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"status: {status.Replicas} replicas, {status.ReadyReplicas} ready, {status.AvailableReplicas} available, {status.UpdatedReplicas} updated, {status.UpdatedReadyReplicas} updated and ready; current {Number(numbers, status.CurrentRevision)}, update {Number(numbers, status.UpdateRevision)}; selector {status.LabelSelector}; conditions {List(status.Conditions?.Select(c => c.Type + "=" + c.Status))}; podsToDelete {List(Set.Spec.ScaleStrategy.PodsToDelete)}"));
        return string.Join('\n', lines);
    }

    private static IEnumerable<string> Alike(IEnumerable<string> lines) => lines
        .GroupBy(line => line, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} x {group.Key}"));

    private string Describe(V1Pod pod, Dictionary<string, string> numbers)
    {
        string instance = PodState.Label(pod, WorkloadKeys.CloneSetInstanceId) ?? "";
        bool named = pod.Metadata.Name == $"{Set.Metadata.Name}-{instance}";
        IEnumerable<string> containers = pod.Spec.Containers.Select(container =>
        {
            V1ContainerStatus? status = pod.Status?.ContainerStatuses?.FirstOrDefault(s => s.Name == container.Name);
            return string.Create(CultureInfo.InvariantCulture, $"{container.Name}={container.Image}{(status is { Ready: true } ? "" : " not ready")} restarted {status?.RestartCount}");
        });
        IEnumerable<string> labels = (pod.Metadata.Labels ?? new Dictionary<string, string>())
            .Where(label => label.Key is not WorkloadKeys.CloneSetInstanceId)
            .OrderBy(label => label.Key, StringComparer.Ordinal)
            .Select(label => $"{label.Key}={(label.Key == WorkloadKeys.ControllerRevisionHash ? Number(numbers, label.Value) : label.Value)}");
        IEnumerable<string> conditions = (pod.Status?.Conditions ?? [])
            .OrderBy(condition => condition.Type, StringComparer.Ordinal).Select(condition => $"{condition.Type}={condition.Status}");
        return $"pod {(named ? "" : "of a strange name ")}{pod.Status?.Phase}: {List(containers)}; labels {List(labels)}; owner {Owner(pod.Metadata)}; "
            + $"gates {List(pod.Spec.ReadinessGates?.Select(gate => gate.ConditionType))}; {List(conditions)}; "
            + $"claims {List((pod.Spec.Volumes ?? []).Where(v => v.PersistentVolumeClaim is not null).Select(v => v.PersistentVolumeClaim.ClaimName.Replace(pod.Metadata.Name, "POD", StringComparison.Ordinal)))}";
    }

    private string Describe(V1PersistentVolumeClaim claim)
    {
        string instance = claim.Metadata.Labels?.TryGetValue(WorkloadKeys.CloneSetInstanceId, out string? id) == true ? id : "";
        bool used = Pods.Any(pod => PodState.Label(pod, WorkloadKeys.CloneSetInstanceId) == instance);
        IEnumerable<string> labels = (claim.Metadata.Labels ?? new Dictionary<string, string>())
            .Where(label => label.Key is not WorkloadKeys.CloneSetInstanceId).OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}");
        return $"claim {claim.Metadata.Name.Replace($"{Set.Metadata.Name}-{instance}", "POD", StringComparison.Ordinal)} {(used ? "of a pod" : "of no pod")}; labels {List(labels)}; owner {Owner(claim.Metadata)}";
    }

    private string Describe(V1ControllerRevision revision)
    {
        JsonNode? containers = JsonNode.Parse(JsonSerializer.Serialize(revision.Data))?["spec"]?["template"]?["spec"]?["containers"];
        IEnumerable<string>? images = (containers as JsonArray)?.Select(container => $"{container!["name"]}={container["image"]}");
        return string.Create(CultureInfo.InvariantCulture, $"revision {revision.Revision}: {List(images)}; owner {Owner(revision.Metadata)}");
    }

    private string Owner(V1ObjectMeta metadata) => List((metadata.OwnerReferences ?? []).Select(owner =>
        $"{owner.Kind}{(owner.Uid == Set.Metadata.Uid && owner.Name == Set.Metadata.Name ? "" : " of another uid")}{(owner.Controller == true ? " controls" : "")}{(owner.BlockOwnerDeletion == true ? " blocks" : "")}"));

    private static string Number(Dictionary<string, string> numbers, string? name) =>
        name is null ? "none" : numbers.TryGetValue(name, out string? number) ? number : $"'{name}' that is gone";

    private static string List(IEnumerable<string>? items) => items?.ToArray() is { Length: > 0 } all ? string.Join(", ", all) : "none";
}
