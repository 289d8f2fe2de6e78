using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.SidecarSets;

/// <summary>What became of a pod that is being made.</summary>
/// <param name="Pod">The pod with its sidecars; the same instance when no set selects it or it is refused.</param>
/// <param name="Sets">The sets that are in it, by name.</param>
public sealed record Injection(V1Pod Pod, IReadOnlyList<SidecarSet> Sets)
{
    /// <summary>Why the pod cannot be made; null when it can.</summary>
    public FieldError? Refusal { get; init; }

    /// <summary>Sets that disagree, whether the pod is refused for it or not.</summary>
    public IReadOnlyList<InjectionConflict> Conflicts { get; init; } = [];
}

/// <summary>Something of a set that cannot be put into a pod as the set has it.</summary>
/// <param name="Set">The set that comes later by name.</param>
/// <param name="Message">What, and what may be done about it.</param>
public sealed record InjectionConflict(SidecarSet Set, string Message);
