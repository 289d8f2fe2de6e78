using Kruise.Sim.Engine;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;

namespace Kruise.Sim.Measures;

/// <summary>Everything one run measured. Times are moments since the run began; a rate is in bytes per second.</summary>
internal sealed record RunResult
{
    public required string Scenario { get; init; }

    /// <summary>The variant of the scenario; null when it has none.</summary>
    public string? Variant { get; init; }

    /// <summary>The question that the scenario answers; null when it states none.</summary>
    public string? Question { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>The hash of the event log: the same for the same scenario, seed and version on any machine.</summary>
    public required ulong Hash { get; init; }

    /// <summary>The control plane's preset, as scenarios write it.</summary>
    public required string Preset { get; init; }

    public required SimTime VirtualTime { get; init; }

    /// <summary>Seconds the run took on this machine; the only figure here that differs from run to run.</summary>
    public required double WallSeconds { get; init; }

    public required long Events { get; init; }

    public required IReadOnlyList<JobResult> Jobs { get; init; }

    public required IReadOnlyList<RegistryResult> Registries { get; init; }

    /// <summary>A row per job, node and image, in order of job, then node.</summary>
    public required IReadOnlyList<NodeRow> Nodes { get; init; }

    /// <summary>The CloneSets in order of creation; empty when the scenario has none.</summary>
    public IReadOnlyList<WorkloadResult> Workloads { get; init; } = [];

    /// <summary>A row per pod and rollout, in order of workload, rollout and beginning.</summary>
    public IReadOnlyList<PodRow> Pods { get; init; } = [];

    /// <summary>Seconds from the first request for a pod to its first readiness, over every pod that got there; null when none did.</summary>
    public Percentiles? PodStartup { get; init; }

    /// <summary>The SidecarSets in order of creation; empty when the scenario has none.</summary>
    public IReadOnlyList<SidecarSetResult> SidecarSets { get; init; } = [];

    /// <summary>A row per upgrade of a pod to a version of a SidecarSet, in order of set, version and beginning.</summary>
    public IReadOnlyList<SidecarRow> Upgrades { get; init; } = [];

    /// <summary>The calls of the pod webhook; null when there was none.</summary>
    public AdmissionResult? Admission { get; init; }

    /// <summary>What must never be, and was; the first fifty.</summary>
    public IReadOnlyList<Violation> Violations { get; init; } = [];

    /// <summary>How often, over all.</summary>
    public int ViolationCount { get; init; }

    public required ControlPlaneResult ControlPlane { get; init; }

    public required IReadOnlyList<ExpectationResult> Expectations { get; init; }

    public required TimeSeries Series { get; init; }

    /// <summary>Faults and other marks of the timeline, for plots.</summary>
    public required IReadOnlyList<TimelineMark> Marks { get; init; }

    /// <summary>Whether everything expected held, and nothing happened that must not.</summary>
    public bool Passed => ViolationCount == 0 && Expectations.All(e => e.Passed || e.IsOverSeeds);

    /// <summary>Things the user should know of the run, for example a job that the scenario's duration cut off.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What the same run would have taken with one thing changed; empty unless asked for.</summary>
    public IReadOnlyList<WhatIf> WhatIfs { get; init; } = [];
}

/// <summary>One job at the end of the run.</summary>
internal sealed record JobResult
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string Image { get; init; }

    public required int Desired { get; init; }

    public required int Succeeded { get; init; }

    public required int Failed { get; init; }

    /// <summary>When the job was applied.</summary>
    public required SimTime Start { get; init; }

    /// <summary>When the API server stored the job's completion; null when it had not finished.</summary>
    public SimTime? Completion { get; init; }

    /// <summary>Seconds from the moment a node was asked for until its success was stored, over the nodes that succeeded; null when none did.</summary>
    public Percentiles? Warmup { get; init; }

    /// <summary>The parallelism in force at the end, in nodes; null when unlimited by the job.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Whether the job goes on for nodes still to come (completion policy Never).</summary>
    public bool NeverCompletes { get; init; }

    /// <summary>The job's own message.</summary>
    public string? Message { get; init; }
}

/// <summary>Nearest-rank percentiles, seconds.</summary>
internal sealed record Percentiles(double P50, double P90, double P99, double Max);

internal sealed record RegistryResult
{
    public required string Name { get; init; }

    public required double BytesSent { get; init; }

    public required double PeakBytesPerSecond { get; init; }

    /// <summary>
    /// Bytes sent over what the egress could have sent from the first request's first byte to the last byte, 0 to 1; 0 when nothing was sent or the egress is
    /// unlimited.
    /// </summary>
    public required double MeanUtilisation { get; init; }

    /// <summary>The configured egress; infinite when unlimited.</summary>
    public required double EgressBytesPerSecond { get; init; }

    public required long Requests { get; init; }

    /// <summary>Requests answered with 429.</summary>
    public required long Throttled { get; init; }

    /// <summary>Requests that failed otherwise.</summary>
    public required long Errors { get; init; }
}

internal enum NodeOutcome
{
    Succeeded,
    Failed,

    /// <summary>The run ended, the job ended or the node left before the node was done.</summary>
    Unfinished,
}

/// <summary>One node's part in one job.</summary>
internal sealed record NodeRow
{
    public required string JobNamespace { get; init; }

    public required string Job { get; init; }

    public required string Image { get; init; }

    public required string Pool { get; init; }

    public required string Node { get; init; }

    /// <summary>When the job was applied, or the node joined, whichever came later.</summary>
    public required SimTime Asked { get; init; }

    /// <summary>When the API server stored the node's task.</summary>
    public SimTime? Dispatched { get; init; }

    /// <summary>When the daemon began its first attempt.</summary>
    public SimTime? Started { get; init; }

    public SimTime? FirstByte { get; init; }

    public SimTime? Downloaded { get; init; }

    public SimTime? Unpacked { get; init; }

    /// <summary>When the API server stored the daemon's last report on the task (or the manager's verdict).</summary>
    public SimTime? Reported { get; init; }

    public required int Attempts { get; init; }

    public required long BytesFetched { get; init; }

    public required NodeOutcome Outcome { get; init; }

    /// <summary>The last error; null when there was none.</summary>
    public string? Message { get; init; }

    /// <summary>Nanoseconds by <see cref="WarmupCause"/>; for finished rows they sum to <c>Reported - Asked</c>.</summary>
    public required long[] CauseNanoseconds { get; init; }

    /// <summary>Reported − Asked, seconds; null when unfinished.</summary>
    public double? WarmupSeconds => Reported is { } reported && Outcome != NodeOutcome.Unfinished ? (reported - Asked).Seconds : null;
}

internal sealed record ControlPlaneResult(long ApiWrites, long ApiReads, long Conflicts, long Reconciles, long CatchUpTimeouts, long WatchEvents);

internal sealed record ExpectationResult(string Metric, double? Value, double? Min, double? Max, bool Passed)
{
    /// <summary>Whether it is of many seeds, so that this one alone fails nothing.</summary>
    public bool IsOverSeeds { get; init; }
}

/// <summary>Something to mark on a time axis.</summary>
internal sealed record TimelineMark(SimTime From, SimTime? To, string Text);

/// <summary>What one change would do, measured by running it.</summary>
/// <param name="Change">In words, for example <c>parallelism 10 → 100</c>.</param>
/// <param name="Set">The <c>--set</c> arguments that make it.</param>
/// <param name="Succeeded">Nodes warmed, over all jobs.</param>
/// <param name="Failed">Nodes given up, over all jobs.</param>
/// <param name="Desired">Nodes to warm, over all jobs.</param>
/// <param name="CompletionSeconds">Of the last job to finish; null when one did not.</param>
/// <param name="Warmup">Over all nodes of all jobs.</param>
internal sealed record WhatIf(
    string Change, IReadOnlyList<string> Set, int Succeeded, int Failed, int Desired, double? CompletionSeconds, Percentiles? Warmup);

/// <summary>Samples at a constant interval; every array has one entry per sample. Rates are means over the interval that ends at the sample.</summary>
internal sealed record TimeSeries
{
    public required double IntervalSeconds { get; init; }

    public required double[] Seconds { get; init; }

    /// <summary>Rows (job × node) that succeeded so far.</summary>
    public required int[] Succeeded { get; init; }

    public required int[] Failed { get; init; }

    /// <summary>Rows asked for so far.</summary>
    public required int[] Desired { get; init; }

    /// <summary>Nodes with a task that is neither succeeded nor failed, over all jobs.</summary>
    public required int[] ActiveNodes { get; init; }

    /// <summary>Pulls inside container runtimes.</summary>
    public required int[] ActivePulls { get; init; }

    /// <summary>Keys waiting in the controllers' work queues.</summary>
    public required int[] QueueDepth { get; init; }

    /// <summary>Sum of the unfinished jobs' parallelism, in nodes.</summary>
    public required int[] Parallelism { get; init; }

    /// <summary>Per registry, in the order of <see cref="RunResult.Registries"/>.</summary>
    public required double[][] RegistryBytesPerSecond { get; init; }

    /// <summary>Per registry: what its egress allowed at the sample, faults included.</summary>
    public required double[][] RegistryLimitBytesPerSecond { get; init; }

    /// <summary>Per CloneSet, in the order of <see cref="RunResult.Workloads"/>.</summary>
    public IReadOnlyList<WorkloadSeries> Workloads { get; init; } = [];

    /// <summary>Per SidecarSet, in the order of <see cref="RunResult.SidecarSets"/>.</summary>
    public IReadOnlyList<SidecarSeries> SidecarSets { get; init; } = [];
}
