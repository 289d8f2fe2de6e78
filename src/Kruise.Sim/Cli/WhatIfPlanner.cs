using System.Globalization;
using Kruise.Core.Api;
using Kruise.Sim.Cluster;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Cli;

/// <summary>One change worth trying, as the <c>--set</c> arguments that make it.</summary>
internal sealed record WhatIfCandidate(string Change, IReadOnlyList<string> Set);

/// <summary>
/// Chooses, from where a run's time went, the few changes that could matter, so that each can be run and measured. It predicts nothing: what a change does is found by
/// simulating it.
/// </summary>
internal static class WhatIfPlanner
{
    /// <summary>A cause below this share of the time cannot shorten the run noticeably.</summary>
    private const double LeastShare = 0.05;

    /// <summary>Attempts after the first of a job that is to outlast a crowd at the registry.</summary>
    private const int PatientBackoffLimit = 10;

    /// <summary>How the daemon words an attempt that took longer than the job's <c>timeoutSeconds</c>.</summary>
    private const string TimedOut = "is canceled";

    /// <summary>A job of the timeline, where it stands and what it measured.</summary>
    private sealed record AppliedJob(string Path, ImagePullJob Job, JobResult Measured);

    public static IReadOnlyList<WhatIfCandidate> Plan(Scenario scenario, RunResult result)
    {
        var candidates = new List<WhatIfCandidate>();
        double[] share = Shares(result);
        double Share(params ReadOnlySpan<WarmupCause> causes)
        {
            double sum = 0;
            foreach (WarmupCause cause in causes)
            {
                sum += share[(int)cause];
            }

            return sum;
        }

        List<AppliedJob> jobs = AppliedJobs(scenario, result);
        if (Share(WarmupCause.WaitingForSlot) >= LeastShare)
        {
            AddMoreParallelism(jobs, candidates);
        }

        if (Share(WarmupCause.BackOff) >= LeastShare || result.Jobs.Any(job => job.Failed > 0))
        {
            AddFewerFailures(scenario, result, jobs, candidates);
        }

        if (result.Nodes.Any(row => row.Message?.Contains(TimedOut, StringComparison.Ordinal) == true))
        {
            AddLongerTimeout(jobs, candidates);
        }

        if (Share(WarmupCause.DownloadRegistry) >= LeastShare)
        {
            AddRegistries(scenario, "egress", r => r.Egress, candidates);
        }

        if (Share(WarmupCause.DownloadConnection) >= LeastShare)
        {
            AddRegistries(scenario, "perConnection", r => r.PerConnection, candidates);
        }

        AddPools(scenario, Share(WarmupCause.DownloadNic) >= LeastShare, Share(WarmupCause.Unpack) >= LeastShare, candidates);
        if (Share(WarmupCause.DownloadUplink) >= LeastShare)
        {
            var set = scenario.Spec.Cluster.Zones
                .Select((zone, i) => (zone, i))
                .Where(z => z.zone.Uplink is not null)
                .Select(z => $"spec.cluster.zones[{z.i}].uplink={new Bandwidth(z.zone.Uplink!.Value.BytesPerSecond * 2)}")
                .ToList();
            candidates.Add(new WhatIfCandidate("every zone uplink doubled", set));
        }

        if (Share(WarmupCause.Dispatch) >= LeastShare)
        {
            ControlPlaneSettings settings = ControlPlaneSettings.From(scenario.Spec.ControlPlane);
            double qps = settings.Timing.ClientQps * 4;
            int burst = settings.Timing.ClientBurst * 4;
            candidates.Add(new WhatIfCandidate(
                string.Create(CultureInfo.InvariantCulture, $"manager client at {qps:0.##} requests/s instead of {settings.Timing.ClientQps:0.##}"),
                [
                    string.Create(CultureInfo.InvariantCulture, $"spec.controlPlane.client.qps={qps:0.####}"),
                    string.Create(CultureInfo.InvariantCulture, $"spec.controlPlane.client.burst={burst}"),
                ]));
        }

        if (scenario.Spec.ControlPlane.Preset == ControlPlanePreset.OpenKruise08
            && Share(WarmupCause.WaitingForSlot, WarmupCause.Reporting, WarmupCause.PickUp) >= LeastShare)
        {
            candidates.Add(new WhatIfCandidate("reports as things happen instead of polling", ["spec.controlPlane.preset=default"]));
        }

        return candidates;
    }

    /// <summary>
    /// By cause: waiting for a slot as a share of the whole, the others as shares of the time in a slot, because a shorter time in a slot shortens the wait of
    /// the others in proportion.
    /// </summary>
    private static double[] Shares(RunResult result)
    {
        Attribution attribution = Attribution.Of(result.Nodes);
        return
        [
            .. Enum.GetValues<WarmupCause>().Select(cause =>
                cause == WarmupCause.WaitingForSlot ? attribution.Share(cause) : attribution.ShareAfterWait(cause)),
        ];
    }

    private static void AddMoreParallelism(List<AppliedJob> jobs, List<WhatIfCandidate> candidates)
    {
        foreach (int? factor in (ReadOnlySpan<int?>)[2, 5, 20, null])
        {
            Add("parallelism", "parallelism", jobs, candidates, job =>
                job.Measured.Parallelism is { } now && now < job.Measured.Desired
                    ? (now, factor is { } times ? (int)Math.Min(job.Measured.Desired, (long)now * times) : job.Measured.Desired)
                    : null);
        }
    }

    /// <summary>What overloads the registry fails, is tried again and overloads it anew: fewer at a time, or more patience, can be quicker.</summary>
    private static void AddFewerFailures(Scenario scenario, RunResult result, List<AppliedJob> jobs, List<WhatIfCandidate> candidates)
    {
        foreach (int divisor in (ReadOnlySpan<int>)[2, 10])
        {
            Add("parallelism", "parallelism", jobs, candidates, job =>
                job.Measured.Parallelism is { } now && Math.Max(1, Math.Min(now, job.Measured.Desired) / divisor) is var then && then < now ? (now, then) : null);
        }

        Add("back-off limit", "pullPolicy.backoffLimit", jobs, candidates, job =>
            (job.Job.Spec.PullPolicy?.BackoffLimit ?? ImagePullJobDefaults.BackoffLimit) is var now && now < PatientBackoffLimit ? (now, PatientBackoffLimit) : null);
        for (int i = 0; i < scenario.Spec.Registries.Count; i++)
        {
            RegistrySpec registry = scenario.Spec.Registries[i];
            if (registry.Requests is { } limit && result.Registries.Any(r => r.Name == registry.Name && r.Throttled > 0))
            {
                double then = limit.Rate * 2;
                candidates.Add(new WhatIfCandidate(
                    string.Create(CultureInfo.InvariantCulture, $"{registry.Name} requests {limit.Rate:0.####} → {then:0.####}/s"),
                    [string.Create(CultureInfo.InvariantCulture, $"spec.registries[{i}].requests.rate={then:R}")]));
            }
        }
    }

    private static void AddLongerTimeout(List<AppliedJob> jobs, List<WhatIfCandidate> candidates) =>
        Add("timeout in seconds", "pullPolicy.timeoutSeconds", jobs, candidates, job =>
            (job.Job.Spec.PullPolicy?.TimeoutSeconds ?? ImagePullJobDefaults.TimeoutSeconds) is var now && now <= int.MaxValue / 4 ? (now, now * 4) : null);

    /// <summary>One field of every job's spec changed at once, unless that has been tried or changes nothing.</summary>
    private static void Add(string name, string field, List<AppliedJob> jobs, List<WhatIfCandidate> candidates, Func<AppliedJob, (int Now, int Then)?> change)
    {
        var set = new List<string>();
        var words = new List<string>();
        foreach (AppliedJob job in jobs)
        {
            if (change(job) is { } value)
            {
                set.Add(string.Create(CultureInfo.InvariantCulture, $"{job.Path}.spec.{field}={value.Then}"));
                words.Add(string.Create(CultureInfo.InvariantCulture, $"{value.Now} → {value.Then}"));
            }
        }

        if (set.Count > 0 && !candidates.Exists(candidate => candidate.Set.SequenceEqual(set, StringComparer.Ordinal)))
        {
            candidates.Add(new WhatIfCandidate(name + " " + string.Join(", ", words.Distinct(StringComparer.Ordinal)), set));
        }
    }

    private static List<AppliedJob> AppliedJobs(Scenario scenario, RunResult result)
    {
        var jobs = new List<AppliedJob>();
        for (int entry = 0; entry < scenario.Spec.Timeline.Count; entry++)
        {
            if (scenario.Spec.Timeline[entry].Apply is not { } apply)
            {
                continue;
            }

            for (int i = 0; i < apply.Objects.Count; i++)
            {
                if (apply.Objects[i] is ImagePullJob job
                    && result.Jobs.FirstOrDefault(j => j.Name == job.Metadata.Name && j.Namespace == job.Metadata.NamespaceProperty) is { } measured)
                {
                    string index = apply.Objects.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"[{i}]");
                    jobs.Add(new AppliedJob(string.Create(CultureInfo.InvariantCulture, $"spec.timeline[{entry}].apply{index}"), job, measured));
                }
            }
        }

        return jobs;
    }

    private static void AddRegistries(Scenario scenario, string field, Func<RegistrySpec, Bandwidth?> rate, List<WhatIfCandidate> candidates)
    {
        for (int i = 0; i < scenario.Spec.Registries.Count; i++)
        {
            RegistrySpec registry = scenario.Spec.Registries[i];
            if (rate(registry) is { } now)
            {
                var then = new Bandwidth(now.BytesPerSecond * 2);
                candidates.Add(new WhatIfCandidate(
                    $"{registry.Name} {field} {now} → {then}",
                    [string.Create(CultureInfo.InvariantCulture, $"spec.registries[{i}].{field}={then}")]));
            }
        }
    }

    private static void AddPools(Scenario scenario, bool nic, bool unpack, List<WhatIfCandidate> candidates)
    {
        var nics = new List<string>();
        var unpacks = new List<string>();
        for (int i = 0; i < scenario.Spec.Cluster.NodePools.Count; i++)
        {
            NodePoolSpec pool = scenario.Spec.Cluster.NodePools[i];
            nics.Add(string.Create(
                CultureInfo.InvariantCulture, $"spec.cluster.nodePools[{i}].network.bandwidth={new Bandwidth(pool.Network.Bandwidth.BytesPerSecond * 2)}"));
            unpacks.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"spec.cluster.nodePools[{i}].runtime.unpack={new Bandwidth(WorldBuilder.Runtime(pool).UnpackIncompressibleBytesPerSecond * 2)}"));
            unpacks.Add(string.Create(
                CultureInfo.InvariantCulture, $"spec.cluster.nodePools[{i}].disk.write={new Bandwidth(pool.Disk.Write.BytesPerSecond * 2)}"));
        }

        if (nic)
        {
            candidates.Add(new WhatIfCandidate("every node's NIC doubled", nics));
        }

        if (unpack)
        {
            candidates.Add(new WhatIfCandidate("unpacking twice as fast (runtime and disk)", unpacks));
        }
    }
}
