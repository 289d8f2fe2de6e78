using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>What the containers of a template may say.</summary>
internal static class ContainerValidation
{
    /// <summary>The highest port.</summary>
    public const int MaxPort = 65535;

    /// <param name="containers">The containers.</param>
    /// <param name="volumes">What they can mount.</param>
    /// <param name="names">Names that are taken; theirs are added.</param>
    /// <param name="isInit">Whether they run before the others, one after the other.</param>
    /// <param name="field">Where the list stands.</param>
    /// <param name="problems">Where problems go.</param>
    public static void ValidateAll(IReadOnlyList<V1Container>? containers, Mountable volumes, HashSet<string> names, bool isInit, string field, Problems problems)
    {
        var portNames = new HashSet<string>(StringComparer.Ordinal);
        var hostPorts = new HashSet<(string, string, int)>();
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
            if (isInit)
            {
                hostPorts.Clear();
            }

            ValidatePorts(container.Ports, portNames, hostPorts, path + ".ports", problems);
            EnvironmentValidation.Validate(container, path, problems);
            MountValidation.Validate(container, volumes, path, problems);
            ValidateResources(container.Resources, path + ".resources", problems);
            ValidateSecurity(container.SecurityContext, path + ".securityContext", problems);
            HandlerValidation.Validate(container, isInit, path, problems);
        }
    }

    /// <summary>Amounts by name, so that problems come in the same order always.</summary>
    public static IEnumerable<KeyValuePair<string, ResourceQuantity>> InOrder(IDictionary<string, ResourceQuantity>? amounts) =>
        amounts is null ? [] : amounts.OrderBy(entry => entry.Key, StringComparer.Ordinal);

    private static void ValidatePorts(
        IList<V1ContainerPort>? ports, HashSet<string> names, HashSet<(string, string, int)> hostPorts, string field, Problems problems)
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
            if (port.HostPort is { } hostPort and > 0 && !hostPorts.Add(HostPorts.Key(port, hostPort)))
            {
                problems.Invalid(path + ".hostPort", Problems.Number(hostPort), "must be unique: it is taken by another port");
            }

            problems.OneOf(path + ".protocol", port.Protocol, "TCP", "UDP", "SCTP");
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
            problems.NotNegative($"{field}[{name}]", amount);
        }
    }

    private static void ValidateSecurity(V1SecurityContext? security, string field, Problems problems)
    {
        problems.InRange(field + ".runAsUser", 0, int.MaxValue, security?.RunAsUser);
        problems.InRange(field + ".runAsGroup", 0, int.MaxValue, security?.RunAsGroup);
        if (security is { AllowPrivilegeEscalation: false, Privileged: true })
        {
            problems.Invalid(field + ".allowPrivilegeEscalation", "false", "must be true or absent: the container is privileged");
        }
        else if (security is { AllowPrivilegeEscalation: false } && (security.Capabilities?.Add?.Contains("CAP_SYS_ADMIN") ?? false))
        {
            problems.Invalid(field + ".allowPrivilegeEscalation", "false", "must be true or absent: the container is given CAP_SYS_ADMIN");
        }
    }
}
