using Kruise.Core.Api;

namespace Kruise.Sim.Scenarios;

/// <summary>What the short forms of the timeline change in a SidecarSet.</summary>
internal static class SidecarSetActions
{
    /// <summary>The SidecarSet with another image for one container, init containers included, as <c>kubectl set image</c> does it.</summary>
    public static SidecarSet WithImage(SidecarSet set, string container, string image)
    {
        IReadOnlyList<SidecarContainer>? Replaced(IReadOnlyList<SidecarContainer>? containers) =>
            containers is null ? null : [.. containers.Select(c => c.Name == container ? c with { Image = image } : c)];
        return set with { Spec = set.Spec with { Containers = Replaced(set.Spec.Containers), InitContainers = Replaced(set.Spec.InitContainers) } };
    }
}
