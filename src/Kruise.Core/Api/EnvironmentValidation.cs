using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>What a container's environment may be made of. A source without anything in it may be one that only a newer Kubernetes knows, and passes.</summary>
internal static class EnvironmentValidation
{
    private const string AllowedName = "must be letters, digits, '-', '_' and '.', not beginning with a digit";

    public static void Validate(V1Container container, string field, Problems problems)
    {
        for (int i = 0; i < (container.Env?.Count ?? 0); i++)
        {
            V1EnvVar variable = container.Env![i];
            string path = $"{field}.env[{i}]";
            if (string.IsNullOrEmpty(variable.Name))
            {
                problems.Required(path + ".name", AllowedName);
            }
            else if (!Names.IsEnvironmentName(variable.Name))
            {
                problems.Invalid(path + ".name", variable.Name, AllowedName);
            }

            if (variable.ValueFrom is { } source)
            {
                ValidateSource(variable, source, path + ".valueFrom", problems);
            }
        }

        for (int i = 0; i < (container.EnvFrom?.Count ?? 0); i++)
        {
            ValidateAll(container.EnvFrom![i], $"{field}.envFrom[{i}]", problems);
        }
    }

    private static void ValidateSource(V1EnvVar variable, V1EnvVarSource source, string field, Problems problems)
    {
        if (!string.IsNullOrEmpty(variable.Value))
        {
            problems.Invalid(field, $"valueFrom with value {variable.Value}", "a value is given or taken from somewhere, not both");
        }

        int sources = (source.FieldRef is null ? 0 : 1) + (source.ResourceFieldRef is null ? 0 : 1) + (source.ConfigMapKeyRef is null ? 0 : 1)
            + (source.SecretKeyRef is null ? 0 : 1) + (source.FileKeyRef is null ? 0 : 1);
        if (sources > 1)
        {
            problems.Invalid(field, $"{sources} sources", "must have one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef and fileKeyRef");
        }

        Needed(source.FieldRef is null, source.FieldRef?.FieldPath, field + ".fieldRef.fieldPath", "must be a field of the pod, for example metadata.name");
        Needed(
            source.ResourceFieldRef is null, source.ResourceFieldRef?.Resource, field + ".resourceFieldRef.resource", "must be a resource of the container, for example limits.cpu");
        Reference(source.ConfigMapKeyRef is null, source.ConfigMapKeyRef?.Name, "ConfigMap", field + ".configMapKeyRef.name", problems);
        Needed(source.ConfigMapKeyRef is null, source.ConfigMapKeyRef?.Key, field + ".configMapKeyRef.key", "must be a key of the ConfigMap");
        Reference(source.SecretKeyRef is null, source.SecretKeyRef?.Name, "Secret", field + ".secretKeyRef.name", problems);
        Needed(source.SecretKeyRef is null, source.SecretKeyRef?.Key, field + ".secretKeyRef.key", "must be a key of the Secret");

        void Needed(bool isAbsent, string? value, string at, string allowed)
        {
            if (!isAbsent && string.IsNullOrEmpty(value))
            {
                problems.Required(at, allowed);
            }
        }
    }

    private static void ValidateAll(V1EnvFromSource source, string field, Problems problems)
    {
        if (!string.IsNullOrEmpty(source.Prefix) && !Names.IsEnvironmentName(source.Prefix))
        {
            problems.Invalid(field + ".prefix", source.Prefix, AllowedName);
        }

        if (source is { ConfigMapRef: not null, SecretRef: not null })
        {
            problems.Invalid(field, "2 sources", "must have one of configMapRef and secretRef");
        }

        Reference(source.ConfigMapRef is null, source.ConfigMapRef?.Name, "ConfigMap", field + ".configMapRef.name", problems);
        Reference(source.SecretRef is null, source.SecretRef?.Name, "Secret", field + ".secretRef.name", problems);
    }

    private static void Reference(bool isAbsent, string? name, string kind, string field, Problems problems)
    {
        if (!isAbsent)
        {
            problems.Reference(field, name, kind);
        }
    }
}
