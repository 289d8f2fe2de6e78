using Kruise.Sim.Engine;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Measures.Sidecars;

/// <summary>One SidecarSet at the end of the run.</summary>
internal sealed record SidecarSetResult
{
    public required string Name { get; init; }

    /// <summary>Pods that match and have the containers.</summary>
    public required int Matched { get; init; }

    /// <summary>Pods that were made with the containers, over the run.</summary>
    public required int Injected { get; init; }

    /// <summary>Pods that match and were made without the containers because their webhook did not answer, over the run.</summary>
    public required int Missed { get; init; }

    /// <summary>Pods that match and do not have the containers, whatever the reason.</summary>
    public required int Without { get; init; }

    /// <summary>Pods at the set's present containers.</summary>
    public required int Upgraded { get; init; }

    public required int Ready { get; init; }

    public required int UpgradedReady { get; init; }

    /// <summary>Pods that differ from the set in more than images.</summary>
    public required int OutOfReach { get; init; }

    /// <summary>What <c>partition</c> comes to in pods.</summary>
    public required int Partition { get; init; }

    /// <summary>What <c>maxUnavailable</c> comes to in pods.</summary>
    public required int AllowedUnavailable { get; init; }

    /// <summary>The most pods at the set's version that were not ready, at any moment from the first upgrade on.</summary>
    public required Peak MaxUnavailable { get; init; }

    /// <summary>Upgraded pods that were not ready times the seconds for which they were not.</summary>
    public required double UnavailablePodSeconds { get; init; }

    /// <summary>The longest upgrade of one pod, from the write to its being ready, or to the end of the run; null without any.</summary>
    public Stretch? LongestUpgrade { get; init; }

    /// <summary>The most upgrades under way at any moment.</summary>
    public required Peak MaxUpgrading { get; init; }

    /// <summary>In order; the first is the set's creation.</summary>
    public required IReadOnlyList<SidecarRolloutResult> Rollouts { get; init; }

    /// <summary>Seconds from the write that upgrades a pod to its being ready, over those that were; null when none was.</summary>
    public Percentiles? Upgrade { get; init; }

    /// <summary>Starts of the set's containers beyond the first.</summary>
    public required int Restarts { get; init; }

    /// <summary>Starts beyond the first of the own containers of pods that have the set.</summary>
    public required int BusinessRestarts { get; init; }

    /// <summary>Pulls of images for the set's containers that ended.</summary>
    public required int Pulls { get; init; }

    /// <summary>Bytes that kubelets fetched for the set's containers.</summary>
    public required long BytesFetched { get; init; }

    /// <summary>Keys of the labels by which the update strategy spreads the pods.</summary>
    public IReadOnlyList<string> ScatterKeys { get; init; } = [];

    /// <summary>Whether the set was deleted.</summary>
    public required bool IsGone { get; init; }
}

/// <summary>One version of a set's containers: from the commit of a changed hash to the next such change or the end of the run.</summary>
internal sealed record SidecarRolloutResult
{
    /// <summary>0 for the set's creation, then 1, 2 and so on.</summary>
    public required int Number { get; init; }

    public required SimTime Begin { get; init; }

    /// <summary>When the next version was asked for; null when none was.</summary>
    public SimTime? Superseded { get; init; }

    /// <summary>Pods that were upgraded, or could be, at last.</summary>
    public required int ToUpgrade { get; init; }

    /// <summary>The most that were upgraded and ready at a time.</summary>
    public required int UpgradedReady { get; init; }

    /// <summary>Pods whose upgrade was begun.</summary>
    public required int Upgrades { get; init; }

    /// <summary>Those of them that were not ready when the next version came or the run ended.</summary>
    public required int Failed { get; init; }

    /// <summary>Seconds from the beginning until so many of the pods to be upgraded were upgraded and ready at a time; null when it never came to that.</summary>
    public double? SecondsTo50 { get; init; }

    public double? SecondsTo90 { get; init; }

    public double? SecondsTo100 { get; init; }

    public required Peak MaxUnavailable { get; init; }

    public bool IsComplete => SecondsTo100 is not null;
}

internal enum SidecarOutcome
{
    Upgraded,

    /// <summary>Not ready when the next version came or the run ended.</summary>
    Failed,

    /// <summary>The pod, or the set, went before it was ready.</summary>
    Left,
}

/// <summary>One pod's upgrade to one version of a set.</summary>
internal sealed record SidecarRow
{
    public required string Set { get; init; }

    public required int Rollout { get; init; }

    public required string Namespace { get; init; }

    public required string Pod { get; init; }

    public string? Node { get; init; }

    /// <summary>Labels (<c>key=value</c>) of the pod when its upgrade began, without those of controllers, in order.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>When the version was asked for.</summary>
    public required SimTime Asked { get; init; }

    /// <summary>When the API server stored the pod with its new images.</summary>
    public required SimTime Begun { get; init; }

    /// <summary>When the last pull of an image ended well.</summary>
    public SimTime? Pulled { get; init; }

    /// <summary>When the last of the containers started.</summary>
    public SimTime? Started { get; init; }

    /// <summary>When the API server stored that the pod was ready with them.</summary>
    public SimTime? Done { get; init; }

    public required int PullAttempts { get; init; }

    public required long BytesFetched { get; init; }

    public required SidecarOutcome Outcome { get; init; }

    /// <summary>Nanoseconds by <see cref="PodCause"/>; they sum to <c>Done - Asked</c>, or to what had passed when it ended otherwise.</summary>
    public required long[] CauseNanoseconds { get; init; }

    /// <summary>What it waited for when: each cause and the moment it began, in order.</summary>
    public required IReadOnlyList<(PodCause Cause, SimTime At)> Steps { get; init; }

    /// <summary>Done − Begun, seconds; null when it never was ready.</summary>
    public double? UpgradeSeconds => Done is { } done ? (done - Begun).Seconds : null;
}
