namespace Kruise.Sim.Measures.Workloads;

/// <summary>
/// What a pod's update waited for, from the beginning of the rollout until the pod was updated and ready. For each row of <c>pods.csv</c> the nanoseconds by
/// cause sum to its update time exactly.
/// </summary>
internal enum PodCause
{
    /// <summary>Others went first: <c>partition</c>, <c>maxUnavailable</c>, the order of the update, or the controller had yet to come by.</summary>
    WaitingForTurn = 0,

    /// <summary>A lifecycle hook held the pod before its update or deletion.</summary>
    LifecycleHook = 1,

    /// <summary>From the first write that takes the pod out of service to the one that gives it the new revision.</summary>
    ControllerWrites = 2,

    /// <summary>The grace period between a pod's leaving service and the change of its images.</summary>
    Grace = 3,

    /// <summary>From the pod's being chosen for replacement to its deletion.</summary>
    Deletion = 4,

    /// <summary>The old pod was being deleted (or there was none), and the controller had yet to ask for the new one.</summary>
    Creation = 5,

    /// <summary>
    /// The new pod had been asked for, and the API server had yet to store it: calls of webhooks and, where they did not answer or refused, the time until the next
    /// attempts. Also the time for which a set that was refused asked for none of its other pods.
    /// </summary>
    Admission = 6,

    /// <summary>The new pod had yet to be bound to a node.</summary>
    Scheduling = 7,

    /// <summary>The scheduler had found no node for the pod.</summary>
    Unschedulable = 8,

    /// <summary>The node's kubelet had yet to take the pod, or its change, up.</summary>
    KubeletSync = 9,

    /// <summary>Making the pod's sandbox.</summary>
    Sandbox = 10,

    /// <summary>Waiting in the kubelet's own queue of pulls.</summary>
    PullQueue = 11,

    /// <summary>Pulls that failed, and the sleeps after them.</summary>
    PullBackOff = 12,

    /// <summary>Calls into the container runtime while pulling, and its own bookkeeping.</summary>
    RuntimeCall = 13,

    /// <summary>Round trips to the registry and its answering time.</summary>
    RegistryLatency = 14,

    /// <summary>Downloading, held down by the registry's egress.</summary>
    DownloadRegistry = 15,

    /// <summary>Downloading, held down by the zone's uplink.</summary>
    DownloadUplink = 16,

    /// <summary>Downloading, held down by the node's network interface.</summary>
    DownloadNic = 17,

    /// <summary>Downloading, held down by the registry's limit for one connection.</summary>
    DownloadConnection = 18,

    /// <summary>Unpacking layers (decompression and writing).</summary>
    Unpack = 19,

    /// <summary>Stopping the containers that change.</summary>
    ContainerStop = 20,

    /// <summary>Creating and starting containers.</summary>
    ContainerStart = 21,

    /// <summary>Init containers at work.</summary>
    InitContainers = 22,

    /// <summary>A container ended by itself and waited for its restart.</summary>
    CrashBackOff = 23,

    /// <summary>Containers ran and did not answer their readiness probes yet.</summary>
    ReadinessDelay = 24,

    /// <summary>Containers were ready, and the API server had yet to store the kubelet's report.</summary>
    StatusReporting = 25,

    /// <summary>The kubelet had reported, and the controller had yet to open the pod's readiness gate.</summary>
    ReadinessGate = 26,

    /// <summary>The pod's node was lost, and the pod had yet to be evicted, or its node to come back.</summary>
    NodeLost = 27,
}

/// <summary>Names and order of <see cref="PodCause"/> wherever they are written.</summary>
internal static class PodCauses
{
    public const int Count = 28;

    /// <summary>As keys of <c>summary.json</c> and as metric names, in the order of the enumeration.</summary>
    public static readonly IReadOnlyList<string> Keys =
    [
        "waitingForTurn", "lifecycleHook", "controllerWrites", "grace", "deletion", "creation", "admission", "scheduling", "unschedulable", "kubeletSync", "sandbox",
        "pullQueue", "pullBackOff", "runtimeCall", "registryLatency", "downloadRegistry", "downloadUplink", "downloadNic", "downloadConnection", "unpack",
        "containerStop", "containerStart", "initContainers", "crashBackOff", "readinessDelay", "statusReporting", "readinessGate", "nodeLost",
    ];

    /// <summary>As people read them.</summary>
    public static readonly IReadOnlyList<string> Titles =
    [
        "waiting for its turn", "held by a lifecycle hook", "writes of the controller", "grace period", "deletion of the old pod", "creation of the new pod", "admission of the new pod",
        "scheduling and binding", "no node has room", "kubelet sync", "sandbox", "queue of pulls", "failed pulls and back-off", "runtime calls", "registry latency",
        "download (registry-bound)", "download (uplink-bound)", "download (NIC-bound)", "download (connection-bound)", "unpack", "container stop",
        "container create and start", "init containers", "crash back-off", "readiness delay", "status reporting", "readiness gate", "node lost",
    ];

    /// <summary>What a row of that cause waits for, as <see cref="PodCause"/> says it.</summary>
    public static readonly IReadOnlyList<string> Meanings =
    [
        "Others went first: partition, maxUnavailable, the order of the update, or the controller had yet to come by.",
        "A lifecycle hook held the pod before its update or deletion.",
        "From the first write that takes the pod out of service to the one that gives it the new revision.",
        "The grace period between a pod's leaving service and the change of its images.",
        "From the pod's being chosen for replacement to its deletion.",
        "The old pod was being deleted (or there was none), and the controller had yet to ask for the new one.",
        "The new pod had been asked for, and the API server had yet to store it: calls of webhooks and, where they did not answer or refused, the time until the next attempts. "
            + "Also the time for which a set that was refused asked for none of its other pods.",
        "The new pod had yet to be bound to a node.",
        "The scheduler had found no node for the pod.",
        "The node's kubelet had yet to take the pod, or its change, up.",
        "Making the pod's sandbox.",
        "Waiting in the kubelet's own queue of pulls.",
        "Pulls that failed, and the sleeps after them.",
        "Calls into the container runtime while pulling, and its own bookkeeping.",
        "Round trips to the registry and its answering time.",
        "Downloading, held down by the registry's egress.",
        "Downloading, held down by the zone's uplink.",
        "Downloading, held down by the node's network interface.",
        "Downloading, held down by the registry's limit for one connection.",
        "Unpacking layers (decompression and writing).",
        "Stopping the containers that change.",
        "Creating and starting containers.",
        "Init containers at work.",
        "A container ended by itself and waited for its restart.",
        "Containers ran and did not answer their readiness probes yet.",
        "Containers were ready, and the API server had yet to store the kubelet's report.",
        "The kubelet had reported, and the controller had yet to open the pod's readiness gate.",
        "The pod's node was lost, and the pod had yet to be evicted, or its node to come back.",
    ];
}
