using System.Text;
using k8s.Models;
using Kruise.Core.Selectors;

namespace Kruise.Core.Api;

/// <summary>
/// What the template of a workload that keeps its pods running may say. v0.8.0 looked at little of it, and a bad template was found out pod by pod, when the
/// API server refused each: here it is refused where it is written. Fields that are not listed are left to the API server, which knows its own version.
/// </summary>
public static class PodTemplateValidation
{
    /// <summary>The most that annotations may hold, keys and values in UTF-8, bytes.</summary>
    private const int MaxAnnotationBytes = 256 * 1024;

    /// <summary>All problems of a template; expects a defaulted one.</summary>
    /// <param name="template">The template; null when there is none.</param>
    /// <param name="selector">What the template's labels must match; null when it is unusable itself.</param>
    /// <param name="claims">Names of claim templates, which can be mounted like volumes.</param>
    /// <param name="field">Where the template stands, for example <c>spec.template</c>.</param>
    public static IReadOnlyList<FieldError> Validate(
        V1PodTemplateSpec? template, V1LabelSelector? selector, IEnumerable<string> claims, string field)
    {
        var problems = new Problems();
        if (template is null)
        {
            problems.Required(field, "must describe a pod");
            return problems.Errors;
        }

        ValidateMetadata(template.Metadata, selector, field + ".metadata", problems);
        if (template.Spec is null)
        {
            problems.Required(field + ".spec", "must describe a pod: at least its containers");
            return problems.Errors;
        }

        ValidateSpec(template.Spec, claims, field + ".spec", problems);
        return problems.Errors;
    }

    private static void ValidateMetadata(V1ObjectMeta? metadata, V1LabelSelector? selector, string field, Problems problems)
    {
        foreach ((string key, string value) in InOrder(metadata?.Labels))
        {
            LabelSelectorValidation.ValidateKey(key, field + ".labels", problems.Errors);
            LabelSelectorValidation.ValidateValue(value, $"{field}.labels[{key}]", problems.Errors);
        }

        long bytes = 0;
        foreach ((string key, string value) in InOrder(metadata?.Annotations))
        {
            // Unlike those of labels, keys of annotations may have capitals in their prefix.
            LabelSelectorValidation.ValidateKey(key.ToLowerInvariant(), field + ".annotations", problems.Errors);
            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value ?? "");
        }

        if (bytes > MaxAnnotationBytes)
        {
            problems.Invalid(
                field + ".annotations", $"{Problems.Number(bytes)} bytes", $"must be at most {Problems.Number(MaxAnnotationBytes)} bytes together");
        }

        if (selector is not null && !new LabelMatcher(selector.MatchLabels, selector.MatchExpressions).Matches(metadata?.Labels))
        {
            string labels = string.Join(",", InOrder(metadata?.Labels).Select(label => $"{label.Key}={label.Value}"));
            problems.Invalid(field + ".labels", labels.Length == 0 ? "{}" : labels, "must be matched by spec.selector");
        }
    }

    private static void ValidateSpec(V1PodSpec spec, IEnumerable<string> claims, string field, Problems problems)
    {
        IReadOnlyList<V1Volume> list = [.. spec.Volumes ?? []];
        VolumeValidation.Validate(list, field + ".volumes", problems);
        var volumes = new Mountable("a volume or of a claim template", list, claims);
        var names = new HashSet<string>(StringComparer.Ordinal);
        ContainerValidation.ValidateAll([.. spec.InitContainers ?? []], volumes, names, isInit: true, field + ".initContainers", problems);
        if (spec.Containers is not { Count: > 0 })
        {
            problems.Required(field + ".containers", "must have at least one container");
        }

        ContainerValidation.ValidateAll([.. spec.Containers ?? []], volumes, names, isInit: false, field + ".containers", problems);
        if (spec.EphemeralContainers is { Count: > 0 } ephemeral)
        {
            problems.Invalid(
                field + ".ephemeralContainers", ephemeral[0]?.Name ?? "{}", "is not allowed in a template: such containers are added to running pods");
        }

        problems.OneOf(field + ".restartPolicy", spec.RestartPolicy, "Always");
        if (spec.ActiveDeadlineSeconds is { } deadline)
        {
            problems.Invalid(
                field + ".activeDeadlineSeconds", Problems.Number(deadline), "is not allowed: pods of a workload like this one do not end by themselves");
        }

        problems.AtLeast(field + ".terminationGracePeriodSeconds", 0, spec.TerminationGracePeriodSeconds);
        problems.OneOf(field + ".dnsPolicy", spec.DnsPolicy, "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None");
        foreach ((string key, string value) in InOrder(spec.NodeSelector))
        {
            LabelSelectorValidation.ValidateKey(key, field + ".nodeSelector", problems.Errors);
            LabelSelectorValidation.ValidateValue(value, $"{field}.nodeSelector[{key}]", problems.Errors);
        }

        for (int i = 0; i < (spec.Tolerations?.Count ?? 0); i++)
        {
            ValidateToleration(spec.Tolerations![i], $"{field}.tolerations[{i}]", problems);
        }
    }

    private static void ValidateToleration(V1Toleration toleration, string field, Problems problems)
    {
        if (!string.IsNullOrEmpty(toleration.Key))
        {
            LabelSelectorValidation.ValidateKey(toleration.Key, field + ".key", problems.Errors);
        }
        else if (toleration.OperatorProperty != LabelSelectorOperator.Exists)
        {
            problems.Invalid(
                field + ".operator", Api.Text.Or(toleration.OperatorProperty, "Equal"), "must be Exists when there is no key: it tolerates every taint");
        }

        problems.OneOf(field + ".operator", toleration.OperatorProperty, "Equal", LabelSelectorOperator.Exists);
        if (toleration.OperatorProperty == LabelSelectorOperator.Exists && !string.IsNullOrEmpty(toleration.Value))
        {
            problems.Invalid(field + ".value", toleration.Value, "must be empty: the operator Exists compares no value");
        }

        problems.OneOf(field + ".effect", toleration.Effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
        if (toleration.TolerationSeconds is { } seconds && toleration.Effect != "NoExecute")
        {
            problems.Invalid(field + ".tolerationSeconds", Problems.Number(seconds), "is only allowed with the effect NoExecute");
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> InOrder(IDictionary<string, string>? map) =>
        map is null ? [] : map.OrderBy(entry => entry.Key, StringComparer.Ordinal);
}
