using k8s.Models;

namespace Kruise.Live.Tests.Snapshots;

/// <summary>Nodes as kubelets and clouds write them.</summary>
internal static class SnapshotNodes
{
    public static V1Node Make(
        string name,
        string cpu = "7910m",
        string memory = "32000Mi",
        string pods = "110",
        string? zone = null,
        string? taint = null,
        bool cordoned = false,
        string architecture = "amd64",
        Dictionary<string, string>? labels = null,
        params string[] images)
    {
        var all = new Dictionary<string, string>(labels ?? [], StringComparer.Ordinal) { ["kubernetes.io/hostname"] = name };
        if (zone is not null)
        {
            all["topology.kubernetes.io/zone"] = zone;
        }

        V1Taint[] taints =
        [
            .. taint is null ? (V1Taint[])[] : [new V1Taint { Key = taint, Effect = "NoSchedule" }],
            .. cordoned ? (V1Taint[])[new V1Taint { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" }] : [],
        ];
        return new V1Node
        {
            Metadata = new V1ObjectMeta { Name = name, Labels = all },
            Spec = new V1NodeSpec { Taints = taints.Length > 0 ? taints : null, Unschedulable = cordoned ? true : null },
            Status = new V1NodeStatus
            {
                Allocatable = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu), ["memory"] = new(memory), ["pods"] = new(pods) },
                Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }],
                Images = [.. images.Select(image => new V1ContainerImage { Names = [image.Split(':')[0] + "@sha256:" + new string('a', 64), image], SizeBytes = 1 })],
                NodeInfo = new V1NodeSystemInfo
                {
                    Architecture = architecture,
                    OperatingSystem = "linux",
                    BootID = "b",
                    ContainerRuntimeVersion = "containerd://1.6",
                    KernelVersion = "6",
                    KubeProxyVersion = "v1",
                    KubeletVersion = "v1",
                    MachineID = "m",
                    OsImage = "o",
                    SystemUUID = "s",
                },
            },
        };
    }
}
