using k8s.Models;
using Kruise.Core.Selectors;

namespace Kruise.Core.Api;

/// <summary>
/// What API servers ask of a pod's containers beyond <see cref="ContainerValidation"/>, which lets pass what only a newer Kubernetes may know. A template that is wrong
/// makes no pods, and its owner sees why; a SidecarSet that is wrong keeps everybody else's pods from being made: what is not known to be fine is refused here, as
/// v0.8.0 did, which held a set against Kubernetes' own code.
/// </summary>
internal static class SidecarPodRules
{
    private const string HugePages = "hugepages-";
    private const string OneHandler = "must have one of exec, httpGet, tcpSocket and ";

    private static readonly string[] _fields =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    public static void Validate(IReadOnlyList<V1Container>? containers, string field, Problems problems)
    {
        for (int i = 0; i < (containers?.Count ?? 0); i++)
        {
            V1Container container = containers![i];
            string path = $"{field}[{i}]";
            ValidateEnvironment(container, path, problems);
            ValidateResources(container.Resources, path + ".resources", problems);
            ValidateSecurity(container.SecurityContext, path + ".securityContext", problems);
            ValidateProbe(container.LivenessProbe, path + ".livenessProbe", problems);
            ValidateProbe(container.ReadinessProbe, path + ".readinessProbe", problems);
            ValidateProbe(container.StartupProbe, path + ".startupProbe", problems);
            ValidateHook(container.Lifecycle?.PostStart, path + ".lifecycle.postStart", problems);
            ValidateHook(container.Lifecycle?.PreStop, path + ".lifecycle.preStop", problems);
        }
    }

    /// <summary>The field of a pod that a variable or a file is taken from.</summary>
    public static void ValidateField(V1ObjectFieldSelector? selector, string[] allowed, string field, Problems problems)
    {
        if (selector is null)
        {
            return;
        }

        problems.OneOf(field + ".apiVersion", selector.ApiVersion, "v1");
        string path = selector.FieldPath ?? "";
        if (path.Length == 0)
        {
            return; // said already
        }

        bool hasKey = path.EndsWith("']", StringComparison.Ordinal)
            && (path.StartsWith("metadata.annotations['", StringComparison.Ordinal) || path.StartsWith("metadata.labels['", StringComparison.Ordinal));
        if (hasKey)
        {
            LabelSelectorValidation.ValidateKey(path[(path.IndexOf('\'', StringComparison.Ordinal) + 1)..^2].ToLowerInvariant(), field + ".fieldPath", problems.Errors);
        }
        else if (!allowed.Contains(path))
        {
            problems.Invalid(field + ".fieldPath", path, $"must be {string.Join(", ", allowed)}, or metadata.labels or metadata.annotations with a key in ['']");
        }
    }

    /// <summary>A resource of a container, and in what it is counted.</summary>
    public static void ValidateResource(V1ResourceFieldSelector? selector, string field, Problems problems)
    {
        string resource = selector?.Resource ?? "";
        if (resource.Length == 0)
        {
            return; // said already
        }

        string name = resource.StartsWith("limits.", StringComparison.Ordinal) || resource.StartsWith("requests.", StringComparison.Ordinal)
            ? resource[(resource.IndexOf('.', StringComparison.Ordinal) + 1)..]
            : "";
        if (name is not ("cpu" or "memory" or "ephemeral-storage") && !IsHugePages(name))
        {
            problems.Invalid(field + ".resource", resource, "must be limits. or requests. with cpu, memory or ephemeral-storage");
        }
        else if (selector!.Divisor is { } divisor && divisor.ToDecimal() != 0 && !IsDivisor(divisor.ToDecimal(), name == "cpu"))
        {
            problems.Invalid(field + ".divisor", divisor.ToString(), name == "cpu" ? "must be 1m or 1" : "must be 1, or 1 with k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi or Ei");
        }
    }

    private static void ValidateEnvironment(V1Container container, string field, Problems problems)
    {
        for (int i = 0; i < (container.Env?.Count ?? 0); i++)
        {
            if (container.Env![i].ValueFrom is { } from)
            {
                string path = $"{field}.env[{i}].valueFrom";
                if (from is { FieldRef: null, ResourceFieldRef: null, ConfigMapKeyRef: null, SecretKeyRef: null, FileKeyRef: null })
                {
                    problems.Required(path, "must have one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef and fileKeyRef");
                }

                ValidateField(from.FieldRef, _fields, path + ".fieldRef", problems);
                ValidateResource(from.ResourceFieldRef, path + ".resourceFieldRef", problems);
                ValidateKey(from.ConfigMapKeyRef?.Key, path + ".configMapKeyRef.key", problems);
                ValidateKey(from.SecretKeyRef?.Key, path + ".secretKeyRef.key", problems);
            }
        }

        for (int i = 0; i < (container.EnvFrom?.Count ?? 0); i++)
        {
            if (container.EnvFrom![i] is { ConfigMapRef: null, SecretRef: null })
            {
                problems.Required($"{field}.envFrom[{i}]", "must have one of configMapRef and secretRef");
            }
        }
    }

    private static void ValidateKey(string? key, string field, Problems problems)
    {
        if (!string.IsNullOrEmpty(key)
            && (key.Length > 253 || key == "." || key.StartsWith("..", StringComparison.Ordinal) || key.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))))
        {
            problems.Invalid(field, key, "must be at most 253 letters, digits, '-', '_' and '.', neither \".\" nor beginning with \"..\"");
        }
    }

    private static void ValidateProbe(V1Probe? probe, string field, Problems problems)
    {
        if (probe is { Exec: null, HttpGet: null, TcpSocket: null, Grpc: null })
        {
            problems.Required(field, OneHandler + "grpc");
        }

        ValidateHeaders(probe?.HttpGet, field, problems);
    }

    private static void ValidateHook(V1LifecycleHandler? hook, string field, Problems problems)
    {
        if (hook is { Exec: null, HttpGet: null, TcpSocket: null, Sleep: null })
        {
            problems.Required(field, OneHandler + "sleep");
        }

        ValidateHeaders(hook?.HttpGet, field, problems);
    }

    private static void ValidateHeaders(V1HTTPGetAction? get, string field, Problems problems)
    {
        for (int i = 0; i < (get?.HttpHeaders?.Count ?? 0); i++)
        {
            string name = get!.HttpHeaders[i].Name ?? "";
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
            {
                problems.Invalid($"{field}.httpGet.httpHeaders[{i}].name", name, "must be letters, digits and '-'");
            }
        }
    }

    private static void ValidateResources(V1ResourceRequirements? resources, string field, Problems problems)
    {
        ValidateAmounts(resources?.Limits, field + ".limits", problems);
        ValidateAmounts(resources?.Requests, field + ".requests", problems);
        foreach ((string name, ResourceQuantity request) in ContainerValidation.InOrder(resources?.Requests))
        {
            // A node has so many and gives each out once.
            if ((IsHugePages(name) || IsExtended(name))
                && (resources!.Limits is null || !resources.Limits.TryGetValue(name, out ResourceQuantity? limit) || limit.ToDecimal() > request.ToDecimal()))
            {
                problems.Invalid($"{field}.requests[{name}]", request.ToString(), "must have a limit that is the same");
            }
        }

        string[] all = [.. ContainerValidation.InOrder(resources?.Limits).Concat(ContainerValidation.InOrder(resources?.Requests)).Select(amount => amount.Key)];
        if (all.FirstOrDefault(IsHugePages) is { } pages && !all.Contains("cpu") && !all.Contains("memory"))
        {
            problems.Invalid(field, pages, "needs cpu or memory beside it");
        }
    }

    private static void ValidateAmounts(IDictionary<string, ResourceQuantity>? amounts, string field, Problems problems)
    {
        foreach ((string name, ResourceQuantity amount) in ContainerValidation.InOrder(amounts))
        {
            if (!IsResource(name))
            {
                problems.Invalid(field, name, "must be cpu, memory, ephemeral-storage, hugepages-SIZE, or a resource with a domain such as example.com/gpu");
            }
            else if (IsExtended(name) && amount.ToDecimal() % 1 != 0)
            {
                problems.Invalid($"{field}[{name}]", amount.ToString(), "must be a whole number");
            }
        }
    }

    private static bool IsResource(string name)
    {
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            return name is "cpu" or "memory" or "ephemeral-storage" || IsHugePages(name);
        }

        List<FieldError> errors = [];
        LabelSelectorValidation.ValidateKey(name, "", errors);

        // "requests." is put before it where quotas are counted.
        return errors.Count == 0 && !name.StartsWith("requests.", StringComparison.Ordinal);
    }

    private static bool IsHugePages(string name) => name.StartsWith(HugePages, StringComparison.Ordinal) && name.Length > HugePages.Length;

    private static bool IsExtended(string name) => name.Contains('/', StringComparison.Ordinal) && !name.Contains("kubernetes.io/", StringComparison.Ordinal);

    private static void ValidateSecurity(V1SecurityContext? context, string field, Problems problems)
    {
        problems.OneOf(field + ".procMount", context?.ProcMount, "Default", "Unmasked");
        if (context?.WindowsOptions?.RunAsUserName is { Length: 0 })
        {
            problems.Required(field + ".windowsOptions.runAsUserName", "must be a user, or be left out");
        }

        if (context?.SeccompProfile is not { } profile)
        {
            return;
        }

        field += ".seccompProfile";
        if (string.IsNullOrEmpty(profile.Type))
        {
            problems.Required(field + ".type", "must be Localhost, RuntimeDefault or Unconfined");
        }

        problems.OneOf(field + ".type", profile.Type, "Localhost", "RuntimeDefault", "Unconfined");
        if (profile.Type != "Localhost" && profile.LocalhostProfile is { } profileOfNobody)
        {
            problems.Invalid(field + ".localhostProfile", profileOfNobody, "is for the type Localhost only");
        }
        else if (profile.Type == "Localhost" && string.IsNullOrEmpty(profile.LocalhostProfile))
        {
            problems.Required(field + ".localhostProfile", "must be the path of a file below the kubelet's folder of profiles");
        }
        else
        {
            PathValidation.Within(profile.LocalhostProfile, field + ".localhostProfile", "the kubelet's folder of profiles", problems);
        }
    }

    // 1, or 1000 or 1024 as often as there are units.
    private static bool IsDivisor(decimal divisor, bool isCpu)
    {
        if (isCpu)
        {
            return divisor is 1 or 0.001m;
        }

        decimal thousands = 1, kibi = 1;
        for (int i = 0; i <= 6; i++, thousands *= 1000, kibi *= 1024)
        {
            if (divisor == thousands || divisor == kibi)
            {
                return true;
            }
        }

        return false;
    }
}
