using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Tests.Selectors;

namespace Kruise.Core.Tests.Api;

/// <summary>SidecarSets for tests.</summary>
internal static class SidecarSetSamples
{
    /// <summary>A set with one container and its defaults.</summary>
    public static SidecarSet Of(string name = "set", string container = "log", string selector = "app=a") => SidecarSetDefaults.Apply(new SidecarSet
    {
        Metadata = new V1ObjectMeta { Name = name, Uid = "uid-of-" + name },
        Spec = new SidecarSetSpec { Selector = SelectorOverlapTests.Selector(selector), Containers = [Container(container)] },
    });

    public static SidecarContainer Container(string name = "log", string? image = "log:1") => new() { Name = name, Image = image };

    public static SidecarSet With(this SidecarSet set, Func<SidecarSetSpec, SidecarSetSpec> change) => set with { Spec = change(set.Spec) };

    public static SidecarSet WithContainer(this SidecarSet set, Func<SidecarContainer, SidecarContainer> change) =>
        set.With(spec => spec with { Containers = [change(spec.Containers![0]), .. spec.Containers.Skip(1)] });

    public static SidecarSet WithStrategy(this SidecarSet set, Func<SidecarSetUpdateStrategy, SidecarSetUpdateStrategy> change) =>
        set.With(spec => spec with { UpdateStrategy = change(spec.UpdateStrategy) });

    public static V1Volume Volume(string name, string path = "/a") => new() { Name = name, HostPath = new V1HostPathVolumeSource { Path = path } };
}
