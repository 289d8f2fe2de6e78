using k8s.Models;

namespace Kruise.Core.ImagePull;

/// <summary>The constants of the NodeImage controller (inventory §7.4).</summary>
public sealed record NodeImageOptions
{
    private const string NodeTypeLabel = "type";
    private const string VirtualKubelet = "virtual-kubelet";

    /// <summary>Ours: waits end exactly when they are due, and nodes that cannot have a daemon yet get no NodeImage.</summary>
    public static NodeImageOptions Default { get; } = new();

    /// <summary>Upstream v0.8.0: no wait shorter than 3 to 5 s, and a NodeImage for every node at once.</summary>
    public static NodeImageOptions OpenKruise08 { get; } = new()
    {
        RequeueFloor = TimeSpan.FromSeconds(3),
        RequeueFloorJitter = TimeSpan.FromSeconds(2),
        CreateForUnreadyNodes = true,
        CreateForVirtualKubelets = true,
    };

    /// <summary>How long after createdAt a node may stay silent about a tag before the tag fails.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after a tag's deadline the node may still report the failure itself.</summary>
    public TimeSpan DeadlineSlack { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A wait shorter than this is lengthened to it; zero waits exactly.</summary>
    public TimeSpan RequeueFloor { get; init; } = TimeSpan.Zero;

    /// <summary>Random part of a lengthened wait: uniform in [0, width), whole milliseconds.</summary>
    public TimeSpan RequeueFloorJitter { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Whether a node whose Ready condition is not True gets a NodeImage. Without it, the NodeImage is made when the node becomes ready and
    /// stays when it ceases to be; a node that carries no Ready condition counts as ready.
    /// </summary>
    public bool CreateForUnreadyNodes { get; init; }

    /// <summary>Whether nodes labelled <c>type=virtual-kubelet</c>, which can run no daemon, get a NodeImage.</summary>
    public bool CreateForVirtualKubelets { get; init; }

    /// <summary>Whether a node without a NodeImage gets one: it may have a daemon, as far as its labels and its Ready condition tell.</summary>
    public bool Wants(V1Node node)
    {
        if (!CreateForVirtualKubelets
            && node.Metadata.Labels?.TryGetValue(NodeTypeLabel, out string? type) == true
            && type == VirtualKubelet)
        {
            return false;
        }

        V1NodeCondition? ready = node.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Ready");
        return CreateForUnreadyNodes || ready is null || ready.Status == "True";
    }
}
