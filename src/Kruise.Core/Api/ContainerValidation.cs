using System.Globalization;
using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>What the containers of a template may say.</summary>
internal static class ContainerValidation
{
    private const int MaxPort = 65535;

    /// <param name="containers">The containers.</param>
    /// <param name="volumes">What they can mount.</param>
    /// <param name="names">Names that are taken; theirs are added.</param>
    /// <param name="isInit">Whether they run before the others.</param>
    /// <param name="field">Where the list stands.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="mountable">What the volumes are.</param>
    public static void ValidateAll(
        IList<V1Container>? containers,
        HashSet<string> volumes,
        HashSet<string> names,
        bool isInit,
        string field,
        Problems problems,
        string mountable = "a volume or of a claim template")
    {
        var portNames = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < (containers?.Count ?? 0); i++)
        {
            V1Container container = containers![i];
            string path = $"{field}[{i}]";
            problems.UniqueLabel(path + ".name", container.Name, names);
            if (string.IsNullOrWhiteSpace(container.Image))
            {
                problems.Required(path + ".image", "must name an image, for example nginx:1.9.1");
            }
            else if (container.Image.Trim().Length != container.Image.Length)
            {
                problems.Invalid(path + ".image", container.Image, "must not begin or end with white space");
            }

            problems.OneOf(
                path + ".imagePullPolicy", container.ImagePullPolicy, ImagePullPolicies.Always, ImagePullPolicies.IfNotPresent, ImagePullPolicies.Never);
            problems.OneOf(path + ".terminationMessagePolicy", container.TerminationMessagePolicy, "File", "FallbackToLogsOnError");
            portNames.Clear();
            ValidatePorts(container.Ports, portNames, path + ".ports", problems);
            ValidateEnvironment(container.Env, path + ".env", problems);
            ValidateMounts(container.VolumeMounts, volumes, mountable, path + ".volumeMounts", problems);
            ValidateResources(container.Resources, path + ".resources", problems);
            ValidateProbes(container, isInit, path, problems);
        }
    }

    private static void ValidatePorts(IList<V1ContainerPort>? ports, HashSet<string> names, string field, Problems problems)
    {
        for (int i = 0; i < (ports?.Count ?? 0); i++)
        {
            V1ContainerPort port = ports![i];
            string path = $"{field}[{i}]";
            if (!string.IsNullOrEmpty(port.Name))
            {
                if (!Names.IsPortName(port.Name))
                {
                    problems.Invalid(
                        path + ".name", port.Name, "must be at most 15 lower-case letters, digits and single '-', with a letter and without '-' at the ends");
                }
                else if (!names.Add(port.Name))
                {
                    problems.Invalid(path + ".name", port.Name, "must be unique: it is taken by another one");
                }
            }

            problems.InRange(path + ".containerPort", 1, MaxPort, port.ContainerPort);
            problems.InRange(path + ".hostPort", 0, MaxPort, port.HostPort);
            problems.OneOf(path + ".protocol", port.Protocol, "TCP", "UDP", "SCTP");
        }
    }

    private static void ValidateEnvironment(IList<V1EnvVar>? variables, string field, Problems problems)
    {
        const string allowed = "must be letters, digits, '-', '_' and '.', not beginning with a digit";
        for (int i = 0; i < (variables?.Count ?? 0); i++)
        {
            V1EnvVar variable = variables![i];
            if (string.IsNullOrEmpty(variable.Name))
            {
                problems.Required($"{field}[{i}].name", allowed);
            }
            else if (!Names.IsEnvironmentName(variable.Name))
            {
                problems.Invalid($"{field}[{i}].name", variable.Name, allowed);
            }

            if (variable.ValueFrom is not null && !string.IsNullOrEmpty(variable.Value))
            {
                problems.Invalid($"{field}[{i}].valueFrom", $"valueFrom with value {variable.Value}", "a value is given or taken from somewhere, not both");
            }
        }
    }

    private static void ValidateMounts(IList<V1VolumeMount>? mounts, HashSet<string> volumes, string mountable, string field, Problems problems)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < (mounts?.Count ?? 0); i++)
        {
            V1VolumeMount mount = mounts![i];
            string path = $"{field}[{i}]";
            if (string.IsNullOrEmpty(mount.Name))
            {
                problems.Required(path + ".name", $"must be the name of {mountable}");
            }
            else if (!volumes.Contains(mount.Name))
            {
                problems.Invalid(path + ".name", mount.Name, $"must be the name of {mountable}; there is none of that name");
            }

            if (string.IsNullOrEmpty(mount.MountPath))
            {
                problems.Required(path + ".mountPath", "must be a path in the container");
            }
            else if (!paths.Add(mount.MountPath))
            {
                problems.Invalid(path + ".mountPath", mount.MountPath, "must be unique: another volume is mounted there");
            }
        }
    }

    private static void ValidateResources(V1ResourceRequirements? resources, string field, Problems problems)
    {
        NotNegative(resources?.Limits, field + ".limits", problems);
        NotNegative(resources?.Requests, field + ".requests", problems);
        foreach ((string name, ResourceQuantity request) in InOrder(resources?.Requests))
        {
            if (resources!.Limits?.TryGetValue(name, out ResourceQuantity? limit) == true && request.ToDecimal() > limit.ToDecimal())
            {
                problems.Invalid($"{field}.requests[{name}]", request.ToString(), $"must be <= the limit, which is {limit}");
            }
        }
    }

    private static void NotNegative(IDictionary<string, ResourceQuantity>? amounts, string field, Problems problems)
    {
        foreach ((string name, ResourceQuantity amount) in InOrder(amounts))
        {
            if (amount.ToDecimal() < 0)
            {
                problems.Invalid($"{field}[{name}]", amount.ToDecimal().ToString(CultureInfo.InvariantCulture), "must be >= 0");
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, ResourceQuantity>> InOrder(IDictionary<string, ResourceQuantity>? amounts) =>
        amounts is null ? [] : amounts.OrderBy(entry => entry.Key, StringComparer.Ordinal);

    private static void ValidateProbes(V1Container container, bool isInit, string field, Problems problems)
    {
        // An init container that restarts always runs beside the others, and has probes and hooks as they do.
        bool runsToTheEnd = isInit && container.RestartPolicy != "Always";
        ValidateProbe(container.LivenessProbe, runsToTheEnd, onlyOneSuccess: true, field + ".livenessProbe", problems);
        ValidateProbe(container.ReadinessProbe, runsToTheEnd, onlyOneSuccess: false, field + ".readinessProbe", problems);
        ValidateProbe(container.StartupProbe, runsToTheEnd, onlyOneSuccess: true, field + ".startupProbe", problems);
        if (runsToTheEnd && container.Lifecycle is not null)
        {
            problems.Invalid(field + ".lifecycle", "{}", "is not allowed: init containers run to their end");
        }
    }

    private static void ValidateProbe(V1Probe? probe, bool forbidden, bool onlyOneSuccess, string field, Problems problems)
    {
        if (probe is null)
        {
            return;
        }

        if (forbidden)
        {
            problems.Invalid(field, "{}", "is not allowed: init containers run to their end");
            return;
        }

        int handlers = (probe.Exec is null ? 0 : 1) + (probe.HttpGet is null ? 0 : 1) + (probe.TcpSocket is null ? 0 : 1) + (probe.Grpc is null ? 0 : 1);
        if (handlers > 1)
        {
            problems.Invalid(field, $"{handlers} handlers", "must have one of exec, httpGet, tcpSocket and grpc");
        }

        problems.AtLeast(field + ".initialDelaySeconds", 0, probe.InitialDelaySeconds);
        problems.AtLeast(field + ".timeoutSeconds", 0, probe.TimeoutSeconds);
        problems.AtLeast(field + ".periodSeconds", 0, probe.PeriodSeconds);
        problems.AtLeast(field + ".successThreshold", 0, probe.SuccessThreshold);
        problems.AtLeast(field + ".failureThreshold", 0, probe.FailureThreshold);
        problems.AtLeast(field + ".terminationGracePeriodSeconds", 1, probe.TerminationGracePeriodSeconds);
        if (onlyOneSuccess && probe.SuccessThreshold > 1)
        {
            problems.Invalid(
                field + ".successThreshold", Problems.Number(probe.SuccessThreshold.Value), "must be 1: only readiness is found again by several successes");
        }
    }
}
