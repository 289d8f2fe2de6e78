using k8s.Models;

namespace Kruise.Sim.Workloads;

/// <summary>
/// What of a pod's spec would decide about where or how it runs and is not modelled: a scenario that asks for it must be refused, or its figures would be
/// wrong in silence.
/// Fields that change nothing a kubelet or scheduler of the twin does (environment, commands, ports, volumes, security) are fine.
/// </summary>
internal static class UnmodelledFields
{
    private static readonly string[] Resources = ["cpu", "memory"];

    /// <summary>The fields that are set and not modelled, each with what is, in the order of the spec; empty when all is well.</summary>
    public static IEnumerable<(string Field, string Why)> Of(V1PodSpec spec)
    {
        if (spec.Affinity?.PodAffinity is not null)
        {
            yield return ("affinity.podAffinity", "affinity between pods is not modelled; node affinity is");
        }

        if (spec.Affinity?.PodAntiAffinity is not null)
        {
            yield return ("affinity.podAntiAffinity", "affinity between pods is not modelled; topologySpreadConstraints are");
        }

        if (spec.SchedulerName is { Length: > 0 } and not "default-scheduler")
        {
            yield return ("schedulerName", "there is one scheduler, default-scheduler");
        }

        if (spec.SchedulingGates is { Count: > 0 })
        {
            yield return ("schedulingGates", "scheduling gates came after Kubernetes 1.20 and are not modelled");
        }

        if (spec.EphemeralContainers is { Count: > 0 })
        {
            yield return ("ephemeralContainers", "ephemeral containers are not modelled");
        }

        if (spec.PreemptionPolicy is not null)
        {
            yield return ("preemptionPolicy", "preemption is not modelled; a higher priority only goes first");
        }

        for (int i = 0; i < (spec.TopologySpreadConstraints?.Count ?? 0); i++)
        {
            V1TopologySpreadConstraint constraint = spec.TopologySpreadConstraints![i];
            if (constraint is { MinDomains: not null } or { NodeAffinityPolicy: not null } or { NodeTaintsPolicy: not null } or { MatchLabelKeys.Count: > 0 })
            {
                yield return (FormattableString.Invariant($"topologySpreadConstraints[{i}]"), "of a constraint maxSkew, topologyKey, whenUnsatisfiable and labelSelector are modelled");
            }
        }

        foreach ((string Field, string Why) problem in Containers("initContainers", spec.InitContainers).Concat(Containers("containers", spec.Containers)))
        {
            yield return problem;
        }
    }

    private static IEnumerable<(string Field, string Why)> Containers(string field, IList<V1Container>? containers)
    {
        for (int i = 0; i < (containers?.Count ?? 0); i++)
        {
            V1Container container = containers![i];
            string at = FormattableString.Invariant($"{field}[{i}]");
            if (container.LivenessProbe is not null)
            {
                yield return (at + ".livenessProbe", "liveness is not modelled; crashes are, as what a container does");
            }

            if (container.StartupProbe is not null)
            {
                yield return (at + ".startupProbe", "startup probes are not modelled; readiness probes are");
            }

            if (container.Lifecycle?.PostStart is not null)
            {
                yield return (at + ".lifecycle.postStart", "postStart hooks are not modelled; preStop hooks are");
            }

            if (container.RestartPolicy is not null)
            {
                yield return (at + ".restartPolicy", "containers with restart policies of their own came after Kubernetes 1.20 and are not modelled");
            }

            if (container.Ports?.Any(p => p.HostPort is > 0) == true)
            {
                yield return (at + ".ports.hostPort", "host ports are not modelled");
            }

            string? other = (container.Resources?.Requests?.Keys ?? []).Concat(container.Resources?.Limits?.Keys ?? [])
                .Where(name => !Resources.Contains(name, StringComparer.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault();
            if (other is not null)
            {
                yield return (at + ".resources", $"{other} is not modelled; cpu and memory are");
            }
        }
    }
}
