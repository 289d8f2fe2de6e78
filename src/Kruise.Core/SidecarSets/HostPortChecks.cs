using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.SidecarSets;

/// <summary>
/// Ports of the host that sidecars ask for and cannot have: another container of the pod has them, or the pod is on the host's network, where each port is the
/// host's, and the two are not the same. The API server would refuse the pod for a container that its owner never wrote.
/// </summary>
internal static class HostPortChecks
{
    /// <summary>Each problem: the set, the name of its container, and what is wrong.</summary>
    public static IEnumerable<(SidecarSet Set, string Container, string Why)> Find(V1Pod pod, IReadOnlyList<SidecarSet> sets)
    {
        bool onHostNetwork = pod.Spec.HostNetwork == true;
        var replaced = sets.SelectMany(set => set.Spec.Containers ?? []).Select(sidecar => sidecar.Name).ToHashSet(StringComparer.Ordinal);
        var owners = new Dictionary<(string, string, int), string>();
        foreach (V1Container container in (pod.Spec.Containers ?? []).Where(container => !replaced.Contains(container.Name)))
        {
            foreach (V1ContainerPort port in container.Ports ?? [])
            {
                if (HostPort(port, onHostNetwork) is var taken and > 0)
                {
                    owners.TryAdd(HostPorts.Key(port, taken), $"the pod's container \"{container.Name}\"");
                }
            }
        }

        foreach (SidecarSet set in sets)
        {
            foreach (SidecarContainer sidecar in set.Spec.Containers ?? [])
            {
                foreach (V1ContainerPort port in sidecar.Ports ?? [])
                {
                    int wanted = HostPort(port, onHostNetwork);
                    string? why = wanted == 0 ? null
                        : onHostNetwork && wanted != port.ContainerPort
                            ? $"has host port {Problems.Number(wanted)} for port {Problems.Number(port.ContainerPort)}, and the pod is on the host's network "
                                + "(hostNetwork), where the two are the same: leave hostPort out, or keep such pods out of the set's selector"
                        : owners.TryGetValue(HostPorts.Key(port, wanted), out string? owner)
                            ? $"needs port {Problems.Number(wanted)}/{Text.Or(port.Protocol, "TCP")} of the host{(onHostNetwork ? ", whose network the pod is on (hostNetwork)" : "")}, "
                                + $"which {owner} has already: give one of them another port, or keep such pods out of the set's selector"
                        : null;
                    if (why is not null)
                    {
                        yield return (set, sidecar.Name, $"the container of SidecarSet {set.Metadata.Name} {why}");
                    }

                    if (wanted > 0)
                    {
                        owners.TryAdd(HostPorts.Key(port, wanted), $"container \"{sidecar.Name}\" of SidecarSet {set.Metadata.Name}");
                    }
                }
            }
        }
    }

    private static int HostPort(V1ContainerPort port, bool onHostNetwork) => port.HostPort is { } given and > 0 ? given : onHostNetwork ? port.ContainerPort : 0;
}
