using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;
using Kruise.Core.Workloads;

namespace Kruise.Live.Tests.Workloads;

/// <summary>The objects where there are SidecarSets.</summary>
/// <param name="Sets">The sets.</param>
/// <param name="Pods">The pods.</param>
/// <param name="Refused">The words with which something was refused, in order.</param>
/// <param name="Told">What events about sets say, beginning with their reason.</param>
/// <param name="Plain">Takes out of a text what is the world's own: how the namespace is called, and with it the sets.</param>
public sealed record SidecarState(
    IReadOnlyList<SidecarSet> Sets, IReadOnlyList<V1Pod> Pods, IReadOnlyList<string> Refused, IReadOnlyList<string> Told, Func<string, string> Plain)
{
    /// <summary>
    /// All of it as text that two worlds can agree on. Uids, times and hashes are left out or replaced by whether they are those of the set; what an API server mounts
    /// for a service account is not in it. Pods that are alike but for their names are counted.
    /// </summary>
    public string Describe()
    {
        List<string> lines =
        [
            .. Pods.Select(Describe).GroupBy(line => line, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} x {group.Key}")),
            .. Sets.OrderBy(set => set.Metadata.Name, StringComparer.Ordinal).Select(set => string.Create(
                CultureInfo.InvariantCulture,
                $"set {Plain(set.Metadata.Name)}: {set.Status.MatchedPods} matched, {set.Status.UpdatedPods} updated, {set.Status.ReadyPods} ready, {set.Status.UpdatedReadyPods} updated and ready")),
            .. Refused.Select(words => "refused: " + Plain(words)),
            .. Told.Select(words => "told: " + Plain(words)),
        ];
        return string.Join('\n', lines);
    }

    private string Describe(V1Pod pod)
    {
        IEnumerable<string> containers = pod.Spec.Containers.Select(container =>
        {
            V1ContainerStatus? status = pod.Status?.ContainerStatuses?.FirstOrDefault(s => s.Name == container.Name);
            return string.Create(CultureInfo.InvariantCulture, $"{Describe(container)} restarted {status?.RestartCount}{(status is { Ready: true } ? "" : " not ready")}");
        });
        IEnumerable<string> volumes = (pod.Spec.Volumes ?? []).Select(volume => volume.Name).Where(volume => !IsToken(volume));
        return $"pod {pod.Status?.Phase}{(PodState.IsReady(pod) ? "" : " not ready")}: init {List((pod.Spec.InitContainers ?? []).Select(Describe))}; {List(containers)}; volumes {List(volumes)}; {Injected(pod)}";
    }

    private static string Describe(V1Container container)
    {
        IEnumerable<string> env = (container.Env ?? []).Where(variable => variable.Name != SidecarSetKeys.IsInjected).Select(variable => $"{variable.Name}={variable.Value}");
        IEnumerable<string> mounts = (container.VolumeMounts ?? []).Where(mount => !IsToken(mount.Name)).Select(mount => $"{mount.Name} at {mount.MountPath}");
        string[] more = [.. env, .. mounts];
        bool injected = container.Env?.Any(variable => variable.Name == SidecarSetKeys.IsInjected) ?? false;
        return $"{(injected ? "+" : "")}{container.Name}={container.Image}{(more.Length == 0 ? "" : $" ({string.Join(", ", more)})")}";
    }

    // The sets in the pod's list; of each, whether the pod is at its hashes, and which containers were upgraded.
    private string Injected(V1Pod pod)
    {
        if (PodState.Annotation(pod, SidecarSetKeys.InjectedList) is not { } list)
        {
            return "of no set";
        }

        IEnumerable<string> sets = list.Split(',').Select(name =>
        {
            SidecarSet? set = Sets.FirstOrDefault(one => one.Metadata.Name == name);
            string at = set is null ? "that is gone"
                : HashOf(pod, SidecarSetKeys.Hash, name) == SidecarSetHash.In(set) ? "as it is"
                : HashOf(pod, SidecarSetKeys.HashWithoutImage, name) == SidecarSetHash.WithoutImagesIn(set) ? "but for images"
                : "as it was";
            JsonObject? state = PodState.Annotation(pod, SidecarSetKeys.InPlaceUpdateState) is { } json ? JsonNode.Parse(json)![name] as JsonObject : null;
            string upgraded = state?["lastContainerStatuses"] is JsonObject last ? $", upgraded {List(last.Select(one => one.Key))}" : "";
            return $"{Plain(name)} {at}{upgraded}";
        });
        return "of " + List(sets);
    }

    private static string? HashOf(V1Pod pod, string annotation, string set) =>
        PodState.Annotation(pod, annotation) is { } json ? (string?)JsonNode.Parse(json)![set]?["hash"] : null;

    private static bool IsToken(string volume) => volume.StartsWith("default-token-", StringComparison.Ordinal);

    private static string List(IEnumerable<string> items) => items.ToArray() is { Length: > 0 } all ? string.Join(", ", all) : "none";
}
