using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Ports of the host, of which a pod can have each but once.</summary>
internal static class HostPorts
{
    /// <summary>What makes two host ports the same to the API server: not that one address includes the other.</summary>
    public static (string Protocol, string HostIp, int Port) Key(V1ContainerPort port, int hostPort) =>
        (Text.Or(port.Protocol, "TCP"), port.HostIP ?? "", hostPort);
}
