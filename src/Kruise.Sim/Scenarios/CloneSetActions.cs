using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Sim.Scenarios;

/// <summary>What the short forms of the timeline change in a CloneSet.</summary>
internal static class CloneSetActions
{
    /// <summary>The CloneSet with another image for one container, init containers included, as <c>kubectl set image</c> does it.</summary>
    public static CloneSet WithImage(CloneSet set, string container, string image)
    {
        if (set.Spec.Template is not { Spec: { } pod } template)
        {
            return set;
        }

        IList<V1Container>? Replaced(IList<V1Container>? containers) =>
            containers is null ? null : [.. containers.Select(c => c.Name == container ? c with { Image = image } : c)];
        V1PodSpec changed = pod with { Containers = Replaced(pod.Containers), InitContainers = Replaced(pod.InitContainers) };
        return set with { Spec = set.Spec with { Template = template with { Spec = changed } } };
    }
}
