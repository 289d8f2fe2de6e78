using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>Something that must never be, and was: the run has failed.</summary>
/// <param name="At">When.</param>
/// <param name="Rule">Which rule, in a word.</param>
/// <param name="Message">What was wrong, in a sentence.</param>
/// <param name="Objects">Whom it is about: kind and namespace/name.</param>
internal sealed record Violation(SimTime At, ViolationRule Rule, string Message, IReadOnlyList<string> Objects)
{
    public string Text => FormattableString.Invariant($"at {At}: {Message}");
}

internal enum ViolationRule
{
    /// <summary>A plan took more pods out of service than the strategy allows, be it of a CloneSet or of a SidecarSet.</summary>
    MaxUnavailable,

    /// <summary>A plan updated pods that <c>partition</c> keeps, or that a strategy that is paused keeps.</summary>
    Partition,

    /// <summary>Two pods had one instance id.</summary>
    InstanceId,

    /// <summary>A plan touched a pod, claim or revision of somebody else.</summary>
    Ownership,

    /// <summary>Something was left that belongs to nobody.</summary>
    Orphan,

    /// <summary>A sidecar upgrade was to change more of a pod than images of its set's containers.</summary>
    SidecarOnly,

    /// <summary>A pod's own container was restarted by a sidecar upgrade.</summary>
    BusinessRestart,

    /// <summary>A sidecar upgrade took a pod that <c>updateStrategy.selector</c> leaves out.</summary>
    Canary,

    /// <summary>A pod was made without a sidecar that it is to have, with another one, or with one twice.</summary>
    Injection,

    /// <summary>A SidecarSet touched something outside its namespace and selector.</summary>
    Scope,
}

/// <summary>Names of <see cref="ViolationRule"/>.</summary>
internal static class ViolationRules
{
    public static readonly IReadOnlyList<string> Keys = ["maxUnavailable", "partition", "instanceId", "ownership", "orphan", "sidecarOnly", "businessRestart", "canary", "injection", "scope"];

    public static string Key(ViolationRule rule) => Keys[(int)rule];
}
