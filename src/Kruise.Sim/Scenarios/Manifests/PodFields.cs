using k8s.Models;
using Kruise.Core.Api;
using static Kruise.Sim.Scenarios.Manifests.PodField;

namespace Kruise.Sim.Scenarios.Manifests;

/// <summary>
/// The fields of pod templates and claims in three classes. Every field that the client library knows of these types is here, which a test holds against the
/// library; types that are not here stand below inert fields, and all of their fields are as inert.
/// </summary>
internal static class PodFields
{
    private const string InProcess = "it concerns what runs inside the container, which the twin does not run";
    private const string InKernel = "it concerns what the container may do on its node, which the twin does not run";
    private const string InNetwork = "the twin has no network between pods";
    private const string NoPriorities = "is not simulated: all pods have one priority and none is preempted";
    private const string NoDevices = "is not simulated: nodes have cpu, memory and a number of pods, and no other resources";
    private const string NoVolume = "is not simulated: what attaching or mounting it takes is not known";
    private const string NoSource = "is not simulated: a claim is bound at once to a volume of its own, which is empty";
    private const string HandlerAnswers = "the answer of a probe is the container's readiness, which spec.containers of the scenario describes";

    /// <summary>The types in the order in which a reader meets them.</summary>
    public static IReadOnlyList<(Type Type, string Title, IReadOnlyList<PodField> Fields)> All { get; } =
    [
        (typeof(V1PodTemplateSpec), "Pod template", [Modelled("metadata", "labels, annotations and finalizers of every pod"), Modelled("spec", "the pod's spec") with { IsRequired = true }]),
        (typeof(V1PodSpec), "Pod", [.. Pod()]),
        (typeof(V1Container), "Container", [.. Container()]),
        (typeof(V1ResourceRequirements), "Resources of a container",
        [
            Modelled("requests", "cpu and memory, which the scheduler counts against the node's capacity; other resources are refused"),
            Modelled("limits", "cpu and memory stand in for requests that are absent, as on a cluster; nothing is throttled or killed for using more"),
            .. Refused(NoDevices, "claims"),
        ]),
        (typeof(V1Probe), "Readiness probe",
        [
            Modelled("initialDelaySeconds", "from the container's start to the first probe"),
            Modelled("periodSeconds", "from one probe to the next; a container is found ready or unready only by a probe"),
            Modelled("successThreshold", "probes in a row that must succeed before the container is ready"),
            Modelled("failureThreshold", "probes in a row that must fail before the container is unready"),
            .. Inert(HandlerAnswers, "exec", "httpGet", "tcpSocket", "grpc"),
            .. Inert("a probe is answered at once", "timeoutSeconds"),
            .. Refused("belongs to probes that kill, which are not simulated", "terminationGracePeriodSeconds"),
        ]),
        (typeof(V1Lifecycle), "Lifecycle of a container",
        [
            Modelled("preStop", "how long the container is held before it is told to stop"),
            .. Refused("is not simulated: a container runs as soon as it has started", "postStart"),
            .. Inert("how long a container takes to stop is said in spec.containers of the scenario", "stopSignal"),
        ]),
        (typeof(V1LifecycleHandler), "Handler of preStop",
        [
            Modelled("sleep", "a number of seconds"),
            Modelled("exec", "sleep with a number of seconds, by itself or through a shell ([sleep, \"10\"] or [sh, -c, sleep 10]); another command takes as long as "
                + "preStop in spec.containers of the scenario says, and is refused without it"),
            Modelled("httpGet", "takes as long as preStop in spec.containers of the scenario says, and is refused without it"),
            Modelled("tcpSocket", "takes as long as preStop in spec.containers of the scenario says, and is refused without it"),
        ]),
        (typeof(V1ContainerPort), "Port of a container",
        [
            .. Inert(InNetwork, "containerPort", "name", "protocol"),
            .. Refused("is not simulated: the scheduler does not count ports of nodes", "hostPort", "hostIP"),
        ]),
        (typeof(V1Affinity), "Affinity",
        [
            Modelled("nodeAffinity", "which nodes"),
            .. Refused("is not simulated: the scheduler does not look at the pods that are on a node, but for topologySpreadConstraints", "podAffinity", "podAntiAffinity"),
        ]),
        (typeof(V1NodeAffinity), "Node affinity",
        [
            Modelled("requiredDuringSchedulingIgnoredDuringExecution", "which nodes"),
            .. Refused("is not simulated: the scheduler has no preferences among nodes but its own", "preferredDuringSchedulingIgnoredDuringExecution"),
        ]),
        (typeof(V1NodeSelector), "Node selector", [Modelled("nodeSelectorTerms", "terms of which one must match") with { IsRequired = true }]),
        (typeof(V1NodeSelectorTerm), "Term of a node selector",
        [
            Modelled("matchExpressions", "requirements of the node's labels, all of which must hold"),
            .. Refused("is not simulated: nodes are selected by labels", "matchFields"),
        ]),
        (typeof(V1NodeSelectorRequirement), "Requirement of a node selector",
        [
            Modelled("key", "the label's key") with { IsRequired = true },
            Modelled("operator", "how it is compared") with { IsRequired = true, Only = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"] },
            Modelled("values", "what it is compared with"),
        ]),
        (typeof(V1Toleration), "Toleration",
        [
            Modelled("key", "the taint's key; every key when absent"),
            Modelled("operator", "how values are compared") with { Only = ["Equal", "Exists"] },
            Modelled("value", "the taint's value"),
            Modelled("effect", "the taint's effect; every effect when absent") with { Only = ["NoSchedule", "PreferNoSchedule", "NoExecute"] },
            Modelled("tolerationSeconds", "how long a taint with the effect NoExecute is endured"),
        ]),
        (typeof(V1TopologySpreadConstraint), "Topology spread constraint",
        [
            Modelled("maxSkew", "the most by which domains may differ in pods") with { IsRequired = true },
            Modelled("topologyKey", "the label whose values are the domains") with { IsRequired = true },
            Modelled("whenUnsatisfiable", "whether the constraint must or should hold") with { IsRequired = true, Only = ["DoNotSchedule", "ScheduleAnyway"] },
            Modelled("labelSelector", "which pods are counted"),
            .. Refused("is not simulated", "matchLabelKeys", "minDomains", "nodeAffinityPolicy", "nodeTaintsPolicy"),
        ]),
        (typeof(V1PodReadinessGate), "Readiness gate", [Modelled("conditionType", "a condition that must be True before the pod is ready") with { IsRequired = true }]),
        (typeof(V1Volume), "Volume", [.. Volume()]),
        (typeof(V1PersistentVolumeClaimVolumeSource), "Claim of a volume",
        [
            Modelled("claimName", "the claim that must exist before the pod is placed") with { IsRequired = true },
            .. Inert(InProcess, "readOnly"),
        ]),
        (typeof(V1PersistentVolumeClaimSpec), "Claim",
        [
            .. Inert("every claim is bound at once to a volume of its own, whatever it asks for", "accessModes", "resources", "storageClassName", "volumeAttributesClassName", "volumeMode"),
            .. Refused(NoSource, "dataSource", "dataSourceRef"),
            .. Refused("is not simulated: there are no volumes to choose from", "selector", "volumeName"),
        ]),
    ];

    private static readonly Dictionary<Type, Dictionary<string, PodField>> _byType =
        All.ToDictionary(t => t.Type, t => t.Fields.ToDictionary(f => f.Name, StringComparer.Ordinal));

    /// <summary>What the twin makes of a field; null for types that stand below inert fields or are none of a pod's.</summary>
    public static PodField? Of(Type type, string field) =>
        _byType.GetValueOrDefault(type == typeof(SidecarContainer) ? typeof(V1Container) : type)?.GetValueOrDefault(field);

    private static IEnumerable<PodField> Pod() =>
    [
        Modelled("containers", "pulled, created, started and made ready as spec.containers of the scenario says") with { IsRequired = true },
        Modelled("initContainers", "run one after the other before the containers"),
        Modelled("restartPolicy", "containers that end are started again, with back-off") with { Only = ["Always"] },
        Modelled("terminationGracePeriodSeconds", "how long the pod may take to stop"),
        Modelled("readinessGates", "conditions that must be True before the pod is ready"),
        Modelled("nodeSelector", "labels of the nodes on which the pod may run"),
        Modelled("affinity", "which nodes, by labels"),
        Modelled("tolerations", "taints that the pod endures"),
        Modelled("topologySpreadConstraints", "how pods are spread over zones or nodes"),
        Modelled("schedulerName", "the scheduler of the twin") with { Only = ["default-scheduler"] },
        Modelled("volumes", "claims must exist before the pod is placed"),
        .. Inert("registries of a scenario ask for no credentials", "imagePullSecrets"),
        .. Inert(InNetwork, "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases", "hostname", "hostnameOverride", "setHostnameAsFQDN", "subdomain"),
        .. Inert(InKernel, "hostIPC", "hostPID", "hostUsers", "os", "securityContext", "shareProcessNamespace"),
        .. Inert("pods of the twin do not call the API server", "automountServiceAccountToken", "serviceAccount", "serviceAccountName"),
        .. Inert("the scheduler does not count ports of nodes, so that only false is accepted", "hostNetwork").Select(field => field with { Only = ["false"] }),
        .. Refused("is not simulated: containers run until something stops them", "activeDeadlineSeconds"),
        .. Refused("are added to pods that run, not to templates", "ephemeralContainers"),
        .. Refused("is not simulated: pods are placed by the scheduler", "nodeName"),
        .. Refused(NoPriorities, "preemptionPolicy", "priority", "priorityClassName"),
        .. Refused("is not simulated: nodes have one runtime", "overhead", "runtimeClassName"),
        .. Refused(NoDevices, "resourceClaims"),
        .. Refused("is not simulated: the scheduler counts what containers request", "resources"),
        .. Refused("is not simulated: pods are scheduled one by one, as soon as they exist", "schedulingGates", "schedulingGroup"),
        .. Refused("is not simulated", "evictionResponders"),
    ];

    private static IEnumerable<PodField> Container() =>
    [
        Modelled("name", "what spec.containers of the scenario and setImage call it") with { IsRequired = true },
        Modelled("image", "an image of the scenario's registries") with { IsRequired = true },
        Modelled("imagePullPolicy", "whether an image that is on the node is asked for again") with { Only = ["Always", "IfNotPresent", "Never"] },
        Modelled("resources", "what the scheduler counts"),
        Modelled("readinessProbe", "when the container is looked at"),
        Modelled("lifecycle", "preStop"),
        .. Inert(InProcess, "args", "command", "env", "envFrom", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty", "workingDir"),
        .. Inert("files in containers are not simulated", "volumeDevices", "volumeMounts"),
        .. Inert(InNetwork, "ports"),
        .. Inert(InKernel, "securityContext"),
        .. Inert("resources of pods that run do not change", "resizePolicy"),
        .. Refused("is not simulated: what crashes is said in spec.containers of the scenario", "livenessProbe", "startupProbe"),
        .. Refused("is not simulated: containers have the restart policy of their pod", "restartPolicy", "restartPolicyRules"),
    ];

    private static IEnumerable<PodField> Volume() =>
    [
        Modelled("name", "the volume's name; a claim template of the same name takes its place") with { IsRequired = true },
        Modelled("persistentVolumeClaim", "a claim that must exist before the pod is placed"),
        .. Inert("files in containers are not simulated", "configMap", "downwardAPI", "emptyDir", "hostPath", "projected", "secret"),
        .. Refused("is not simulated; claims of a template stand under volumeClaimTemplates", "ephemeral"),
        .. Refused("is not simulated: what it pulls would be missing in the run", "image"),
        .. Refused(
            NoVolume,
            "awsElasticBlockStore",
            "azureDisk",
            "azureFile",
            "cephfs",
            "cinder",
            "csi",
            "fc",
            "flexVolume",
            "flocker",
            "gcePersistentDisk",
            "gitRepo",
            "glusterfs",
            "iscsi",
            "nfs",
            "photonPersistentDisk",
            "portworxVolume",
            "quobyte",
            "rbd",
            "scaleIO",
            "storageos",
            "vsphereVolume"),
    ];
}
