using Kruise.Core.Reconciling;
using Kruise.Sim.Engine;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;

namespace Kruise.Sim.Tests.Reports;

/// <summary>A plausible run without a simulation: nodes pull in windows of the job's parallelism from one registry.</summary>
internal sealed record SyntheticRun
{
    public int Nodes { get; init; } = 100;

    public int Parallelism { get; init; } = 10;

    public int Jobs { get; init; } = 1;

    public double DownloadSeconds { get; init; } = 4;

    /// <summary>Every n-th node fails after its attempts; 0 for none.</summary>
    public int FailEvery { get; init; }

    /// <summary>Every n-th node is never taken up; 0 for none.</summary>
    public int DeadEvery { get; init; }

    /// <summary>A registry outage: the pulls in it are held up to its end.</summary>
    public (double From, double To)? Outage { get; init; }

    public string? Variant { get; init; }

    public string? Question { get; init; } = "How long does it take to warm nginx:1.9.1 on every node?";

    public ulong Seed { get; init; } = 42;

    public static ScenarioReport Report(params IReadOnlyList<RunResult> runs) =>
        new() { Scenario = "synthetic", Question = runs[0].Question, Runs = runs, ReproduceCommand = "kruise-sim run scenarios/synthetic.yaml --seed 42" };

    public RunResult Build()
    {
        List<NodeRow> rows = [];
        List<JobResult> jobs = [];
        for (int job = 0; job < Jobs; job++)
        {
            NodeRow[] mine = BuildRows(job);
            rows.AddRange(mine);
            jobs.Add(Result(job, mine));
        }

        double end = jobs.Max(job => job.Completion?.Seconds) is { } done && jobs.All(job => job.Completion is not null) ? done : 7200;
        RegistryResult registry = new()
        {
            Name = "docker.io",
            BytesSent = rows.Sum(row => (double)row.BytesFetched),
            PeakBytesPerSecond = 1.1e9,
            MeanUtilisation = 0.61,
            EgressBytesPerSecond = 1.25e9,
            Requests = rows.Sum(row => row.Attempts) * 6L,
            Throttled = 3,
            Errors = 1,
        };
        return new RunResult
        {
            Scenario = "synthetic",
            Variant = Variant,
            Question = Question,
            Seed = Seed,
            Hash = 0x00ab_cdef_0123_4567,
            Preset = "default",
            VirtualTime = SimTime.FromSeconds(end),
            WallSeconds = 0.123,
            Events = 123_456,
            Jobs = jobs,
            Registries = [registry],
            Nodes = rows,
            ControlPlane = new ControlPlaneResult(rows.Count * 3L, 12, 4, rows.Count, 1, rows.Count * 5L),
            Expectations = [new ExpectationResult("warmup.seconds.p99", 123.456, null, 600, true), new ExpectationResult("jobs.failed", 7, null, 0, false)],
            Series = Sample(rows, end),
            Marks = Outage is { } outage ? [new TimelineMark(SimTime.FromSeconds(outage.From), SimTime.FromSeconds(outage.To), "docker.io: outage, 60 s")] : [],
            Notes = DeadEvery > 0 ? ["job default/warm-0 had not finished when the scenario's duration ended"] : [],
        };
    }

    private NodeRow[] BuildRows(int job)
    {
        RandomStream random = RandomStream.Named(Seed, $"synthetic/{job}");
        NodeRow[] rows = new NodeRow[Nodes];
        PriorityQueue<int, long> slots = new();
        long applied = job * 20_000_000_000L;
        for (int slot = 0; slot < Math.Min(Parallelism, Nodes); slot++) slots.Enqueue(slot, applied);
        for (int node = 0; node < Nodes; node++)
        {
            slots.TryDequeue(out int slot, out long free);
            rows[node] = Row(job, node, applied, free, random);
            bool dead = rows[node].Outcome == NodeOutcome.Unfinished;
            slots.Enqueue(slot, dead ? free + 600_000_000_000L : rows[node].Reported!.Value.Nanoseconds);
        }

        return rows;
    }

    private NodeRow Row(int job, int node, long applied, long free, RandomStream random)
    {
        long[] causes = new long[WarmupCauses.Count];
        long now = applied;
        Spend(WarmupCause.WaitingForSlot, free - applied);
        SimTime dispatched = new(Spend(WarmupCause.Dispatch, Draw(0.02, 0.2)));
        NodeRow row = new()
        {
            JobNamespace = "default",
            Job = $"warm-{job}",
            Image = "nginx:1.9.1",
            Pool = "web",
            Node = $"web-{node}",
            Asked = new SimTime(applied),
            Dispatched = dispatched,
            Attempts = 0,
            BytesFetched = 0,
            Outcome = NodeOutcome.Unfinished,
            CauseNanoseconds = causes,
        };
        if (DeadEvery > 0 && node % DeadEvery == DeadEvery - 1) return row;
        SimTime started = new(Spend(WarmupCause.PickUp, Draw(0.05, 0.4)));
        if (FailEvery > 0 && node % FailEvery == FailEvery - 1)
        {
            Spend(WarmupCause.BackOff, Draw(20, 60));
            return row with
            {
                Started = started,
                Reported = new SimTime(Spend(WarmupCause.Reporting, Draw(0.01, 0.1))),
                Attempts = 4,
                Outcome = NodeOutcome.Failed,
                Message = "manifest for \"nginx:1.9.1\" not found, or the registry refused, after 4 attempts",
            };
        }

        if (Outage is { } outage && now / 1e9 >= outage.From && now / 1e9 < outage.To)
            Spend(WarmupCause.BackOff, (long)(outage.To * 1e9) - now + Draw(0, 10));
        Spend(WarmupCause.RuntimeCall, Draw(0.005, 0.05));
        SimTime firstByte = new(Spend(WarmupCause.RegistryLatency, Draw(0.05, 0.3)));
        Spend(WarmupCause.DownloadRegistry, Draw(DownloadSeconds * 0.6, DownloadSeconds));
        SimTime downloaded = new(Spend(WarmupCause.DownloadNic, Draw(DownloadSeconds * 0.05, DownloadSeconds * 0.4)));
        SimTime unpacked = new(Spend(WarmupCause.Unpack, Draw(0.3, 1.5)));
        return row with
        {
            Started = started,
            FirstByte = firstByte,
            Downloaded = downloaded,
            Unpacked = unpacked,
            Reported = new SimTime(Spend(WarmupCause.Reporting, Draw(0.01, 0.4))),
            Attempts = causes[(int)WarmupCause.BackOff] > 0 ? 2 : 1,
            BytesFetched = 49_001_600,
            Outcome = NodeOutcome.Succeeded,
        };

        long Spend(WarmupCause cause, long nanoseconds)
        {
            causes[(int)cause] += nanoseconds;
            return now += nanoseconds;
        }

        long Draw(double from, double to) => (long)((from + ((to - from) * random.NextDouble())) * 1e9);
    }

    private JobResult Result(int job, NodeRow[] rows)
    {
        NodeRow[] done = [.. rows.Where(row => row.Outcome != NodeOutcome.Unfinished)];
        return new JobResult
        {
            Namespace = "default",
            Name = $"warm-{job}",
            Image = "nginx:1.9.1",
            Desired = Nodes,
            Succeeded = done.Count(row => row.Outcome == NodeOutcome.Succeeded),
            Failed = done.Count(row => row.Outcome == NodeOutcome.Failed),
            Start = rows[0].Asked,
            Completion = done.Length == rows.Length ? rows.Max(row => row.Reported) : null,
            Warmup = NearestRank.OfWarmups(rows),
            Parallelism = Parallelism,
        };
    }

    private TimeSeries Sample(List<NodeRow> rows, double end)
    {
        const int Samples = 600;
        double interval = end / Samples;
        int[] succeeded = new int[Samples], failed = new int[Samples], desired = new int[Samples], active = new int[Samples], pulls = new int[Samples];
        double[] rate = new double[Samples], limit = new double[Samples];
        foreach (NodeRow row in rows)
        {
            Add(desired, row.Asked, null);
            Add(active, row.Dispatched, row.Reported);
            Add(pulls, row.Started, row.Reported);
            Add(row.Outcome == NodeOutcome.Succeeded ? succeeded : failed, row.Outcome == NodeOutcome.Unfinished ? null : row.Reported, null);
        }

        for (int sample = 0; sample < Samples; sample++)
        {
            double at = (sample + 1) * interval;
            bool down = Outage is { } outage && at >= outage.From && at < outage.To;
            limit[sample] = down ? 0 : 1.25e9;
            rate[sample] = down ? 0 : Math.Min(1.1e9, pulls[sample] * 49e6 / DownloadSeconds);
        }

        return new TimeSeries
        {
            IntervalSeconds = interval,
            Seconds = [.. Enumerable.Range(1, Samples).Select(sample => sample * interval)],
            Succeeded = succeeded,
            Failed = failed,
            Desired = desired,
            ActiveNodes = active,
            ActivePulls = pulls,
            QueueDepth = new int[Samples],
            Parallelism = [.. Enumerable.Repeat(Parallelism * Jobs, Samples)],
            RegistryBytesPerSecond = [rate],
            RegistryLimitBytesPerSecond = [limit],
        };

        void Add(int[] counts, SimTime? from, SimTime? to)
        {
            if (from is not { } begin) return;
            int last = to is { } over ? Math.Min(Samples, (int)(over.Seconds / interval)) : Samples;
            for (int sample = (int)(begin.Seconds / interval); sample < last; sample++) counts[sample]++;
        }
    }
}
