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

        if (Share(WarmupCause.WaitingForSlot) >= LeastShare)
        {
            AddParallelism(scenario, result, candidates);
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
            double qps = settings.ClientQps * 4;
            int burst = settings.ClientBurst * 4;
            candidates.Add(new WhatIfCandidate(
                string.Create(CultureInfo.InvariantCulture, $"manager client at {qps:0.##} requests/s instead of {settings.ClientQps:0.##}"),
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
                cause == WarmupCause.WaitingForSlot ? attribution.Share(cause) : attribution.ShareInSlot(cause)),
        ];
    }

    private static void AddParallelism(Scenario scenario, RunResult result, List<WhatIfCandidate> candidates)
    {
        foreach (int factor in (ReadOnlySpan<int>)[2, 5, 20])
        {
            var set = new List<string>();
            var words = new List<string>();
            for (int entry = 0; entry < scenario.Spec.Timeline.Count; entry++)
            {
                if (scenario.Spec.Timeline[entry].Apply is not { } apply)
                {
                    continue;
                }

                for (int i = 0; i < apply.Objects.Count; i++)
                {
                    if (apply.Objects[i] is not ImagePullJob job
                        || result.Jobs.FirstOrDefault(j => j.Name == job.Metadata.Name && j.Namespace == job.Metadata.NamespaceProperty) is not { Parallelism: { } now } measured
                        || now * (factor / 2) >= measured.Desired)
                    {
                        continue;
                    }

                    int then = Math.Min(measured.Desired, now * factor);
                    string index = apply.Objects.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"[{i}]");
                    set.Add(string.Create(CultureInfo.InvariantCulture, $"spec.timeline[{entry}].apply{index}.spec.parallelism={then}"));
                    words.Add(string.Create(CultureInfo.InvariantCulture, $"{now} → {then}"));
                }
            }

            if (set.Count > 0)
            {
                candidates.Add(new WhatIfCandidate("parallelism " + string.Join(", ", words.Distinct(StringComparer.Ordinal)), set));
            }
        }
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
