using k8s.Models;

namespace Kruise.Sim.Cluster;

/// <summary>
/// What kube-apiserver fills into a pod (pkg/apis/core/v1/defaults.go), and the admission plugin DefaultTolerationSeconds with its 300 s. Returns the same
/// instance when
/// nothing is missing, so that writing a pod back costs nothing.
/// </summary>
internal sealed class PodDefaults(long tolerationSeconds = PodDefaults.DefaultTolerationSeconds)
{
    public const string NotReadyTaint = "node.kubernetes.io/not-ready";
    public const string UnreachableTaint = "node.kubernetes.io/unreachable";

    /// <summary>kube-apiserver's <c>--default-unreachable-toleration-seconds</c>, and that of nodes not ready.</summary>
    public const long DefaultTolerationSeconds = 300;

    private readonly V1Toleration _notReady = Toleration(NotReadyTaint, tolerationSeconds);
    private readonly V1Toleration _unreachable = Toleration(UnreachableTaint, tolerationSeconds);

    public V1Pod Apply(V1Pod pod) => pod.Spec is null || Apply(pod.Spec) is not { } spec || ReferenceEquals(spec, pod.Spec) ? pod : pod with { Spec = spec };

    /// <summary>Always for a tag <c>latest</c> or none, otherwise IfNotPresent; a digest counts as a tag of its own.</summary>
    public static string PullPolicyOf(string? image)
    {
        if (image is null || image.Contains('@', StringComparison.Ordinal))
        {
            return "IfNotPresent";
        }

        int colon = image.LastIndexOf(':');
        string tag = colon > image.LastIndexOf('/') ? image[(colon + 1)..] : "latest";
        return tag == "latest" ? "Always" : "IfNotPresent";
    }

    private V1PodSpec Apply(V1PodSpec spec)
    {
        IList<V1Container>? containers = Apply(spec.Containers);
        IList<V1Container>? init = Apply(spec.InitContainers);
        IList<V1Toleration>? tolerations = WithTolerations(spec.Tolerations);
        bool complete = spec is { RestartPolicy: { Length: > 0 }, DnsPolicy: { Length: > 0 }, SchedulerName: { Length: > 0 } }
            && spec is { TerminationGracePeriodSeconds: not null, SecurityContext: not null, EnableServiceLinks: not null };
        if (complete
            && ReferenceEquals(containers, spec.Containers)
            && ReferenceEquals(init, spec.InitContainers)
            && ReferenceEquals(tolerations, spec.Tolerations))
        {
            return spec;
        }

        return spec with
        {
            Containers = containers,
            InitContainers = init,
            Tolerations = tolerations,
            RestartPolicy = Or(spec.RestartPolicy, "Always"),
            DnsPolicy = Or(spec.DnsPolicy, "ClusterFirst"),
            SchedulerName = Or(spec.SchedulerName, "default-scheduler"),
            TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds ?? 30,
            SecurityContext = spec.SecurityContext ?? new V1PodSecurityContext(),
            EnableServiceLinks = spec.EnableServiceLinks ?? true,
        };
    }

    private static IList<V1Container>? Apply(IList<V1Container>? containers)
    {
        for (int i = 0; i < (containers?.Count ?? 0); i++)
        {
            if (!IsComplete(containers![i]))
            {
                return [.. containers.Select(Apply)];
            }
        }

        return containers;
    }

    private static bool IsComplete(V1Container container) =>
        container is { ImagePullPolicy: { Length: > 0 }, TerminationMessagePath: { Length: > 0 }, TerminationMessagePolicy: { Length: > 0 }, Resources: not null }
        && !LacksRequests(container.Resources)
        && IsComplete(container.ReadinessProbe) && IsComplete(container.LivenessProbe) && IsComplete(container.StartupProbe);

    private static V1Container Apply(V1Container container) => IsComplete(container) ? container : container with
    {
        ImagePullPolicy = Or(container.ImagePullPolicy, PullPolicyOf(container.Image)),
        TerminationMessagePath = Or(container.TerminationMessagePath, "/dev/termination-log"),
        TerminationMessagePolicy = Or(container.TerminationMessagePolicy, "File"),
        Resources = container.Resources is null ? new V1ResourceRequirements() : WithRequests(container.Resources),
        ReadinessProbe = Apply(container.ReadinessProbe),
        LivenessProbe = Apply(container.LivenessProbe),
        StartupProbe = Apply(container.StartupProbe),
    };

    // A limit without a request is the request too.
    private static bool LacksRequests(V1ResourceRequirements resources)
    {
        foreach ((string name, _) in resources.Limits ?? new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal))
        {
            if (resources.Requests is null || !resources.Requests.ContainsKey(name))
            {
                return true;
            }
        }

        return false;
    }

    private static V1ResourceRequirements WithRequests(V1ResourceRequirements resources)
    {
        if (!LacksRequests(resources))
        {
            return resources;
        }

        IDictionary<string, ResourceQuantity> given = resources.Requests ?? new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        var requests = new Dictionary<string, ResourceQuantity>(given, StringComparer.Ordinal);
        foreach ((string name, ResourceQuantity limit) in resources.Limits)
        {
            requests.TryAdd(name, limit);
        }

        return resources with { Requests = requests };
    }

    private static bool IsComplete(V1Probe? probe) =>
        probe is null or { TimeoutSeconds: > 0, PeriodSeconds: > 0, SuccessThreshold: > 0, FailureThreshold: > 0 };

    private static V1Probe? Apply(V1Probe? probe) => IsComplete(probe) ? probe : probe! with
    {
        TimeoutSeconds = probe.TimeoutSeconds is > 0 ? probe.TimeoutSeconds : 1,
        PeriodSeconds = probe.PeriodSeconds is > 0 ? probe.PeriodSeconds : 10,
        SuccessThreshold = probe.SuccessThreshold is > 0 ? probe.SuccessThreshold : 1,
        FailureThreshold = probe.FailureThreshold is > 0 ? probe.FailureThreshold : 3,
    };

    private IList<V1Toleration>? WithTolerations(IList<V1Toleration>? tolerations)
    {
        bool notReady = Tolerates(tolerations, NotReadyTaint);
        bool unreachable = Tolerates(tolerations, UnreachableTaint);
        if (notReady && unreachable)
        {
            return tolerations;
        }

        List<V1Toleration> result = [.. tolerations ?? []];
        if (!notReady)
        {
            result.Add(_notReady);
        }

        if (!unreachable)
        {
            result.Add(_unreachable);
        }

        return result;
    }

    private static bool Tolerates(IList<V1Toleration>? tolerations, string taint)
    {
        for (int i = 0; i < (tolerations?.Count ?? 0); i++)
        {
            V1Toleration toleration = tolerations![i];
            if ((toleration.Key == taint || string.IsNullOrEmpty(toleration.Key)) && toleration.Effect is null or "" or "NoExecute")
            {
                return true;
            }
        }

        return false;
    }

    private static V1Toleration Toleration(string taint, long seconds) =>
        new() { Key = taint, OperatorProperty = "Exists", Effect = "NoExecute", TolerationSeconds = seconds };

    private static string Or(string? value, string otherwise) => string.IsNullOrEmpty(value) ? otherwise : value;
}
