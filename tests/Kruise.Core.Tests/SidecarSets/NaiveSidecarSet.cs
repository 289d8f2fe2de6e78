using System.Text.Json;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>What a set makes of all pods, computed from nothing each time.</summary>
internal sealed class NaiveSidecarSet
{
    public NaiveSidecarSet(SidecarSet set, IEnumerable<V1Pod> pods)
    {
        string? hash = Value(set.Metadata.Annotations, SidecarSetKeys.Hash), without = Value(set.Metadata.Annotations, SidecarSetKeys.HashWithoutImage);
        string name = set.Metadata.Name;
        Matched =
        [
            .. pods.Where(pod => pod.Metadata.NamespaceProperty is not ("kube-system" or "kube-public")
                && (string.IsNullOrEmpty(set.Spec.Namespace) || pod.Metadata.NamespaceProperty == set.Spec.Namespace)
                && pod.Metadata.DeletionTimestamp is null && pod.Status?.Phase is not ("Succeeded" or "Failed")
                && Selects(set.Spec.Selector!, pod)
                && Said(pod, SidecarSetKeys.Hash, name) is not null),
        ];
        Updated = [.. Matched.Where(pod => hash is not null && without is not null && Said(pod, SidecarSetKeys.Hash, name) == hash)];
        Ready = [.. Matched.Where(pod => pod.Status?.Phase == "Running" && pod.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }) && HasArrived(set, pod))];
        V1Pod[] reachable = [.. Matched.Where(pod => hash is not null && without is not null && Said(pod, SidecarSetKeys.HashWithoutImage, name) == without)];
        OutOfReach = [.. Matched.Except(Updated).Except(reachable)];
        Waiting =
        [
            .. reachable.Except(Updated).Where(pod => set.Spec.UpdateStrategy.Selector is not { } canary || Selects(canary, pod))
                .OrderBy(PodRank.Of, ActivePodOrder.Instance).ThenBy(pod => pod.Metadata.NamespaceProperty, StringComparer.Ordinal),
        ];
    }

    public IReadOnlyList<V1Pod> Matched { get; }

    public IReadOnlyList<V1Pod> Updated { get; }

    public IReadOnlyList<V1Pod> Ready { get; }

    public IReadOnlyList<V1Pod> OutOfReach { get; }

    public IReadOnlyList<V1Pod> Waiting { get; }

    public int Unavailable => Updated.Except(Ready).Count();

    public string Counts => $"{Matched.Count} {Updated.Count} {Ready.Count} {Updated.Intersect(Ready).Count()} {OutOfReach.Count} {Waiting.Except(Ready).Count()}";

    /// <summary>What the set sees in one pod, without its place in the order.</summary>
    public string Of(V1Pod pod) => $"{Matched.Contains(pod)} {Updated.Contains(pod)} {Ready.Contains(pod)} {OutOfReach.Contains(pod)} {Waiting.Contains(pod)}";

    private static string? Value(IDictionary<string, string>? map, string key) => map is not null && map.TryGetValue(key, out string? value) ? value : null;

    private static bool Selects(V1LabelSelector selector, V1Pod pod) => selector.MatchLabels.All(label => Value(pod.Metadata.Labels, label.Key) == label.Value);

    private static string? Said(V1Pod pod, string key, string set)
    {
        try
        {
            JsonElement map = JsonElement.Parse(Value(pod.Metadata.Annotations, key) ?? "{}");
            return !map.TryGetProperty(set, out JsonElement said) ? null : said.ValueKind == JsonValueKind.String ? said.GetString() : said.GetProperty("hash").GetString();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool HasArrived(SidecarSet set, V1Pod pod)
    {
        if (Value(pod.Metadata.Annotations, SidecarSetKeys.InPlaceUpdateState) is not { } json
            || !JsonElement.Parse(json).TryGetProperty(set.Metadata.Name, out JsonElement state))
        {
            return true;
        }

        foreach (JsonProperty last in state.GetProperty("lastContainerStatuses").EnumerateObject())
        {
            V1ContainerStatus status = pod.Status!.ContainerStatuses.First(s => s.Name == last.Name);
            if (set.Spec.Containers!.Any(c => c.Name == last.Name)
                && status.ImageID == last.Value.GetProperty("imageID").GetString()
                && status.Image != pod.Spec.Containers.First(c => c.Name == last.Name).Image)
            {
                return false;
            }
        }

        return true;
    }
}
