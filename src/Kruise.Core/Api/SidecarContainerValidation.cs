namespace Kruise.Core.Api;

/// <summary>What the containers and volumes of a <see cref="SidecarSet"/> may say: what those of a pod may, so that no pod is refused for them later, and their own.</summary>
internal static class SidecarContainerValidation
{
    public static void Validate(SidecarSetSpec spec, Problems problems)
    {
        VolumeValidation.Validate(spec.Volumes, "spec.volumes", problems, needsSource: true);
        if (spec.Containers is not { Count: > 0 } && spec.InitContainers is not { Count: > 0 })
        {
            problems.Required("spec.containers", "must have at least one container, or spec.initContainers one");
            return;
        }

        var volumes = new Mountable("a volume of the set", spec.Volumes ?? [], []);
        var names = new HashSet<string>(StringComparer.Ordinal);
        ContainerValidation.ValidateAll(spec.InitContainers, volumes, names, isInit: true, "spec.initContainers", problems);
        ContainerValidation.ValidateAll(spec.Containers, volumes, names, isInit: false, "spec.containers", problems);
        SidecarVolumeRules.Validate(spec.Volumes, "spec.volumes", problems);
        SidecarPodRules.Validate(spec.InitContainers, "spec.initContainers", problems);
        SidecarPodRules.Validate(spec.Containers, "spec.containers", problems);
        ValidateOwn(spec.InitContainers, isInit: true, "spec.initContainers", problems);
        ValidateOwn(spec.Containers, isInit: false, "spec.containers", problems);
    }

    // Init containers have no defaults for these, and need none.
    private static void ValidateOwn(IReadOnlyList<SidecarContainer>? containers, bool isInit, string field, Problems problems)
    {
        for (int i = 0; i < (containers?.Count ?? 0); i++)
        {
            SidecarContainer container = containers![i];
            string path = $"{field}[{i}]";
            Policy(path + ".podInjectPolicy", container.PodInjectPolicy, SidecarContainer.BeforeAppContainer, SidecarContainer.AfterAppContainer);
            Policy(path + ".shareVolumePolicy.type", container.ShareVolumePolicy?.Type, ShareVolumePolicy.Enabled, ShareVolumePolicy.Disabled);
            for (int j = 0; j < (container.TransferEnv?.Count ?? 0); j++)
            {
                TransferEnvVar variable = container.TransferEnv![j];
                if (variable.SourceContainerName.Length == 0)
                {
                    problems.Required($"{path}.transferEnv[{j}].sourceContainerName", "must be the name of a container of the pod");
                }

                if (variable.EnvName.Length == 0)
                {
                    problems.Required($"{path}.transferEnv[{j}].envName", "must be the name of a variable of that container");
                }
            }
        }

        void Policy(string at, string? value, string first, string second)
        {
            if (!isInit && string.IsNullOrEmpty(value))
            {
                problems.Required(at, $"must be {first} or {second}");
            }

            problems.OneOf(at, value, first, second);
        }
    }
}
