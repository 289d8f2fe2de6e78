using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>
/// Fills in what a pod template leaves out, as an API server of Kubernetes 1.16 to 1.20 does for its own workloads (inventory §6.13). Without it a template
/// would differ from itself as soon as somebody wrote one of these values out.
/// </summary>
/// <remarks>
/// Startup probes are filled in like the others: v0.8.0, built with 1.16, left them to the API server. A volume without a source is left as it is: its source
/// may be one of a newer Kubernetes that is not known here. See <see cref="PodDefaults"/> for what is filled in for pods only.
/// </remarks>
public static class PodTemplateDefaults
{
    /// <summary>Where a container leaves its last words.</summary>
    public const string TerminationMessagePath = "/dev/termination-log";

    /// <summary>How long a pod may take to end, seconds.</summary>
    public const int TerminationGracePeriodSeconds = 30;

    /// <summary>
    /// The template with its defaults. Ordinary containers without a pull policy get Always, as v0.8.0 had it: an image updated in place under the same tag is
    /// then pulled. Init containers go by their tag, as in Kubernetes.
    /// </summary>
    /// <returns>The same instance when nothing was missing.</returns>
    public static V1PodTemplateSpec Apply(V1PodTemplateSpec template)
    {
        if (template.Spec is null)
        {
            return template;
        }

        V1PodSpec spec = Apply(template.Spec, ImagePullPolicies.Always);
        return ReferenceEquals(spec, template.Spec) ? template : template with { Spec = spec };
    }

    /// <param name="spec">The spec of a pod or of a template.</param>
    /// <param name="pullPolicy">What ordinary containers get that have none; null to go by the tag.</param>
    internal static V1PodSpec Apply(V1PodSpec spec, string? pullPolicy)
    {
        bool hostPorts = spec.HostNetwork == true;
        IList<V1Container>? containers = SameOrCopy.Of(spec.Containers, c => ContainerDefaults.Apply(c, pullPolicy, hostPorts));
        IList<V1Container>? initContainers = SameOrCopy.Of(spec.InitContainers, c => ContainerDefaults.Apply(c, pullPolicy: null, hostPorts));
        IList<V1Volume>? volumes = SameOrCopy.Of(spec.Volumes, VolumeDefaults.Apply);
        bool complete = !string.IsNullOrEmpty(spec.DnsPolicy)
            && !string.IsNullOrEmpty(spec.RestartPolicy)
            && !string.IsNullOrEmpty(spec.SchedulerName)
            && spec is { SecurityContext: not null, TerminationGracePeriodSeconds: not null }
            && ReferenceEquals(containers, spec.Containers)
            && ReferenceEquals(initContainers, spec.InitContainers)
            && ReferenceEquals(volumes, spec.Volumes);
        return complete
            ? spec
            : spec with
            {
                DnsPolicy = Text.Or(spec.DnsPolicy, "ClusterFirst"),
                RestartPolicy = Text.Or(spec.RestartPolicy, "Always"),
                SchedulerName = Text.Or(spec.SchedulerName, "default-scheduler"),
                SecurityContext = spec.SecurityContext ?? new V1PodSecurityContext(),
                TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds ?? TerminationGracePeriodSeconds,
                Containers = containers,
                InitContainers = initContainers,
                Volumes = volumes,
            };
    }
}
