using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Ports of the host, of which a pod can have each but once.</summary>
internal static class HostPortValidation
{
    /// <summary>What makes two host ports the same to the API server: not that one address includes the other.</summary>
    public static (string Protocol, string HostIp, int Port) Key(V1ContainerPort port, int hostPort) =>
        (Text.Or(port.Protocol, "TCP"), port.HostIP ?? "", hostPort);

    /// <summary>Adds the problems of containers that run beside each other.</summary>
    public static void Validate(IReadOnlyList<V1Container>? containers, string field, Problems problems)
    {
        var taken = new HashSet<(string, string, int)>();
        for (int i = 0; i < (containers?.Count ?? 0); i++)
        {
            for (int j = 0; j < (containers![i].Ports?.Count ?? 0); j++)
            {
                V1ContainerPort port = containers[i].Ports[j];
                if (port.HostPort is { } hostPort and > 0 && !taken.Add(Key(port, hostPort)))
                {
                    problems.Invalid($"{field}[{i}].ports[{j}].hostPort", Problems.Number(hostPort), "must be unique: it is taken by another port");
                }
            }
        }
    }
}
