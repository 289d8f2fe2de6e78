using k8s.Models;
using Kruise.Core.ImagePull;

namespace Kruise.Core.Api;

/// <summary>Fills in what a container leaves out. Each part is the same instance when nothing was missing. Zero is absent where Kubernetes says so.</summary>
internal static class ContainerDefaults
{
    /// <param name="container">The container.</param>
    /// <param name="pullPolicy">The pull policy when it has none; null to go by the tag.</param>
    /// <param name="hostPorts">Whether the pod is on the host's network, where ports are the host's.</param>
    public static V1Container Apply(V1Container container, string? pullPolicy, bool hostPorts)
    {
        IList<V1ContainerPort>? ports = SameOrCopy.Of(container.Ports, port => Apply(port, hostPorts));
        IList<V1EnvVar>? env = SameOrCopy.Of(container.Env, Apply);
        V1Probe? liveness = Apply(container.LivenessProbe);
        V1Probe? readiness = Apply(container.ReadinessProbe);
        V1Probe? startup = Apply(container.StartupProbe);
        V1Lifecycle? lifecycle = Apply(container.Lifecycle);
        bool complete = !string.IsNullOrEmpty(container.ImagePullPolicy)
            && !string.IsNullOrEmpty(container.TerminationMessagePath)
            && !string.IsNullOrEmpty(container.TerminationMessagePolicy)
            && ReferenceEquals(ports, container.Ports)
            && ReferenceEquals(env, container.Env)
            && ReferenceEquals(liveness, container.LivenessProbe)
            && ReferenceEquals(readiness, container.ReadinessProbe)
            && ReferenceEquals(startup, container.StartupProbe)
            && ReferenceEquals(lifecycle, container.Lifecycle);
        return complete
            ? container
            : container with
            {
                ImagePullPolicy = Text.Or(container.ImagePullPolicy, pullPolicy ?? ByTag(container.Image)),
                TerminationMessagePath = Text.Or(container.TerminationMessagePath, PodTemplateDefaults.TerminationMessagePath),
                TerminationMessagePolicy = Text.Or(container.TerminationMessagePolicy, "File"),
                Ports = ports,
                Env = env,
                LivenessProbe = liveness,
                ReadinessProbe = readiness,
                StartupProbe = startup,
                Lifecycle = lifecycle,
            };
    }

    public static V1ObjectFieldSelector? Apply(V1ObjectFieldSelector? field) =>
        field is not null && string.IsNullOrEmpty(field.ApiVersion) ? field with { ApiVersion = "v1" } : field;

    // Kubernetes looks at a tag beside a digest too.
    private static string ByTag(string? image) =>
        ImageReference.TryParse(image, out ImageReference? reference, out _)
        && (reference.TagOrDigest == ImageReference.DefaultTag
            || (reference.IsDigest && image!.Contains($":{ImageReference.DefaultTag}@", StringComparison.Ordinal)))
            ? ImagePullPolicies.Always
            : ImagePullPolicies.IfNotPresent;

    private static V1ContainerPort Apply(V1ContainerPort port, bool hostPorts)
    {
        bool needsHostPort = hostPorts && port.HostPort is null or 0;
        return !string.IsNullOrEmpty(port.Protocol) && !needsHostPort
            ? port
            : port with { Protocol = Text.Or(port.Protocol, "TCP"), HostPort = needsHostPort ? port.ContainerPort : port.HostPort };
    }

    private static V1EnvVar Apply(V1EnvVar variable)
    {
        V1ObjectFieldSelector? field = Apply(variable.ValueFrom?.FieldRef);
        return ReferenceEquals(field, variable.ValueFrom?.FieldRef) ? variable : variable with { ValueFrom = variable.ValueFrom! with { FieldRef = field } };
    }

    private static V1Probe? Apply(V1Probe? probe)
    {
        if (probe is null)
        {
            return null;
        }

        V1HTTPGetAction? http = Apply(probe.HttpGet);
        bool complete = probe is { TimeoutSeconds: not (null or 0), PeriodSeconds: not (null or 0), SuccessThreshold: not (null or 0) }
            && probe.FailureThreshold is not (null or 0)
            && ReferenceEquals(http, probe.HttpGet);
        return complete
            ? probe
            : probe with
            {
                TimeoutSeconds = Or(probe.TimeoutSeconds, 1),
                PeriodSeconds = Or(probe.PeriodSeconds, 10),
                SuccessThreshold = Or(probe.SuccessThreshold, 1),
                FailureThreshold = Or(probe.FailureThreshold, 3),
                HttpGet = http,
            };
    }

    private static V1Lifecycle? Apply(V1Lifecycle? lifecycle)
    {
        if (lifecycle is null)
        {
            return null;
        }

        V1LifecycleHandler? start = Apply(lifecycle.PostStart);
        V1LifecycleHandler? stop = Apply(lifecycle.PreStop);
        return ReferenceEquals(start, lifecycle.PostStart) && ReferenceEquals(stop, lifecycle.PreStop)
            ? lifecycle
            : lifecycle with { PostStart = start, PreStop = stop };
    }

    private static V1LifecycleHandler? Apply(V1LifecycleHandler? handler)
    {
        V1HTTPGetAction? http = Apply(handler?.HttpGet);
        return ReferenceEquals(http, handler?.HttpGet) ? handler : handler! with { HttpGet = http };
    }

    private static V1HTTPGetAction? Apply(V1HTTPGetAction? http) =>
        http is not null && (string.IsNullOrEmpty(http.Path) || string.IsNullOrEmpty(http.Scheme))
            ? http with { Path = Text.Or(http.Path, "/"), Scheme = Text.Or(http.Scheme, "HTTP") }
            : http;

    private static int Or(int? number, int fallback) => number is null or 0 ? fallback : number.Value;
}
