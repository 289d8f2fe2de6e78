using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

/// <summary>One CloneSet at the end of the run.</summary>
internal sealed record WorkloadResult
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>Pods that there should be.</summary>
    public required int Desired { get; init; }

    /// <summary>Pods that are there and neither ended nor terminating.</summary>
    public required int Pods { get; init; }

    /// <summary>Of these, those at the update revision.</summary>
    public required int Updated { get; init; }

    public required int Ready { get; init; }

    public required int UpdatedReady { get; init; }

    public required int Available { get; init; }

    /// <summary>Pods kept at the old revision.</summary>
    public required int Partition { get; init; }

    /// <summary>What <c>maxUnavailable</c> comes to in pods.</summary>
    public required int AllowedUnavailable { get; init; }

    /// <summary>
    /// The most that were unavailable (desired − available) at any moment after all were available for the first time; over the whole run when they never
    /// were.
    /// </summary>
    public required Peak MaxUnavailable { get; init; }

    /// <summary>How many were unavailable times the seconds for which they were, over the same time.</summary>
    public double UnavailablePodSeconds { get; init; }

    /// <summary>The longest of all rollouts; null when nobody ever was unavailable.</summary>
    public Stretch? LongestUnavailability { get; init; }

    /// <summary>In order; the first is the set's creation.</summary>
    public required IReadOnlyList<RolloutResult> Rollouts { get; init; }

    public required int PodsCreated { get; init; }

    public required int PodsDeleted { get; init; }

    /// <summary>Starts of containers beyond the first, whether after a crash or for a change in place.</summary>
    public required int Restarts { get; init; }

    /// <summary>Whether everything asked for was done when the run ended.</summary>
    public required bool IsSettled { get; init; }

    /// <summary>Whether the set was deleted.</summary>
    public required bool IsGone { get; init; }

    /// <summary>The name in metrics and tables.</summary>
    public string FullName => Namespace + "/" + Name;
}

/// <summary>One update of a set: from the commit of a changed template to the next such change or the end of the run.</summary>
internal sealed record RolloutResult
{
    /// <summary>0 for the set's creation, then 1, 2 and so on.</summary>
    public required int Number { get; init; }

    /// <summary>The name of the ControllerRevision; null when the controller never made one.</summary>
    public string? Revision { get; init; }

    public required SimTime Begin { get; init; }

    /// <summary>When the next update began; null when none did.</summary>
    public SimTime? Superseded { get; init; }

    /// <summary>Pods that were to be updated at last: replicas − partition.</summary>
    public required int ToUpdate { get; init; }

    /// <summary>The most that were updated and ready at a time.</summary>
    public required int UpdatedReady { get; init; }

    /// <summary>Seconds from the beginning until so many of the pods to be updated were updated and ready at a time; null when it never came to that.</summary>
    public double? SecondsTo50 { get; init; }

    public double? SecondsTo90 { get; init; }

    public double? SecondsTo100 { get; init; }

    public required Peak MaxUnavailable { get; init; }

    /// <summary>
    /// The longest time without a break during which one instance was not available after it had been: from the moment a pod stops being available (or is
    /// deleted) to
    /// the moment it, or the pod that took its place, is available; up to the end of the run when it never was again. It belongs to the rollout in which it
    /// began.
    /// </summary>
    public Stretch? LongestUnavailability { get; init; }

    public bool IsComplete => SecondsTo100 is not null;
}

/// <summary>The largest value of something and the first moment at which it was reached; null when it was never above zero.</summary>
internal readonly record struct Peak(int Value, SimTime? At);

/// <summary>A time without a break.</summary>
internal sealed record Stretch(SimTime From, SimTime Length, string Pod);

internal enum PodOutcome
{
    Updated,

    /// <summary>It had begun when the run ended or the next update came, or its pod went and got no successor.</summary>
    Unfinished,
}

/// <summary>How a pod came to the update revision.</summary>
internal enum PodUpdateWay
{
    InPlace,

    /// <summary>A new pod took the place of an old one.</summary>
    ReCreated,

    /// <summary>A new pod took nobody's place: the set's first ones, surge, more replicas.</summary>
    Created,
}

/// <summary>One pod's part in one rollout.</summary>
internal sealed record PodRow
{
    public required string Namespace { get; init; }

    public required string Workload { get; init; }

    public required int Rollout { get; init; }

    /// <summary>The pod's name; that of the old pod as long as the new one is not there.</summary>
    public required string Pod { get; init; }

    /// <summary>The pod whose place it took.</summary>
    public string? Replaces { get; init; }

    public string? Node { get; init; }

    public required PodUpdateWay Way { get; init; }

    /// <summary>Labels (<c>key=value</c>) that the pod had when its update began, beside its template's, in order.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>When the rollout began; for pods that came with more replicas, when these were asked for.</summary>
    public required SimTime Asked { get; init; }

    /// <summary>When the API server stored the first write that began it.</summary>
    public SimTime? Begun { get; init; }

    /// <summary>When the first request for the new pod reached the API server; before <see cref="Created"/> where webhooks were called.</summary>
    public SimTime? Requested { get; init; }

    public SimTime? Created { get; init; }

    public SimTime? Bound { get; init; }

    /// <summary>When the last pull of an image ended well.</summary>
    public SimTime? Pulled { get; init; }

    /// <summary>When the last container started.</summary>
    public SimTime? Started { get; init; }

    /// <summary>When the API server stored that it was updated and ready.</summary>
    public SimTime? Done { get; init; }

    public required int PullAttempts { get; init; }

    public required long BytesFetched { get; init; }

    public required PodOutcome Outcome { get; init; }

    /// <summary>Nanoseconds by <see cref="PodCause"/>; they sum to <c>Done - Asked</c>, or to what had passed when it ended unfinished.</summary>
    public required long[] CauseNanoseconds { get; init; }

    /// <summary>What it was doing when, for plots: each cause and the moment it began, in order.</summary>
    public required IReadOnlyList<(PodCause Cause, SimTime At)> Steps { get; init; }

    /// <summary>Done − Asked, seconds; null when unfinished.</summary>
    public double? UpdateSeconds => Done is { } done ? (done - Asked).Seconds : null;
}
