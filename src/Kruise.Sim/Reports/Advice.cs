using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports;

/// <summary>What to change when a cause dominates, in words; <c>--what-if</c> measures it.</summary>
internal static class Advice
{
    public static string For(WarmupCause cause) => cause switch
    {
        WarmupCause.WaitingForSlot => "Nodes wait for their turn: raise the job's `parallelism`, as long as the registry has egress to spare.",
        WarmupCause.Dispatch => "The manager is slow to hand out work: raise its client QPS and burst, or its workers.",
        WarmupCause.PickUp => "Daemons are slow to take up their tasks: look for nodes without a running daemon, a slow daemon start or a slow watch.",
        WarmupCause.NodeQueue => "Pulls queue on the nodes: raise the daemon's limit of pulls at a time, or spread the jobs over time.",
        WarmupCause.BackOff => "Attempts fail and nodes sleep before they try again: see the errors in `nodes.csv`, then the registry's outages and request limits.",
        WarmupCause.RuntimeCall => "Calls into the container runtime dominate: the image is small or already there, and pulling it faster would change little.",
        WarmupCause.RegistryLatency => "Round trips to the registry dominate: bring a registry mirror closer, or use an image of fewer layers.",
        WarmupCause.DownloadRegistry => "The registry's egress is the bottleneck: add egress or a mirror, or make the image smaller; a higher `parallelism` would not help.",
        WarmupCause.DownloadUplink => "A zone's uplink is the bottleneck: put a mirror into the zone, or make the image smaller.",
        WarmupCause.DownloadNic => "The nodes' own network interfaces are the bottleneck: a smaller image helps, a faster registry does not.",
        WarmupCause.DownloadConnection => "The registry's limit for one connection is the bottleneck: more downloads at a time per node, or an image of more even layers, use more of the wire.",
        WarmupCause.Unpack => "Unpacking dominates: faster disks or processors, or a smaller image, help; the network does not.",
        _ => "Reports are slow to reach the API server: raise the daemons' report rate or the API server's capacity.",
    };
}
