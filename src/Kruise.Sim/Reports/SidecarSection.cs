using System.Globalization;
using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports.Plots;
using static System.FormattableString;

namespace Kruise.Sim.Reports;

/// <summary>What <c>report.md</c> says of SidecarSets and of admission.</summary>
internal static class SidecarSection
{
    /// <summary>The answer in a sentence or two per set, and one on admission where something went wrong; empty without sets.</summary>
    public static string Answer(RunResult run, FigureLinks links)
    {
        if (run.SidecarSets.Count == 0) return "";
        List<string> sentences = [.. run.SidecarSets.Select(set => Of(run, set, links))];
        if (run.Admission is { } admission && admission.Refused + admission.Failed + admission.Passed > 0) sentences.Add(Of(admission));
        return string.Join(" ", sentences);
    }

    public static void Write(StringBuilder page, RunResult run, bool plots, FigureLinks links)
    {
        if (run.SidecarSets.Count == 0) return;
        page.Paragraph("## Sidecars");
        page.Table(
            ["SidecarSet", ">with it", ">injected", ">missed", ">without it", ">at its version", ">ready", ">out of reach", ">restarts", ">of the pods' own containers", ">pulls", ">fetched"],
            run.SidecarSets.Select(set => new[]
            {
                Name(set), Human.Count(set.Matched), Human.Count(set.Injected), Human.Count(set.Missed), Human.Count(set.Without), Human.Count(set.Upgraded), Human.Count(set.UpgradedReady),
                Human.Count(set.OutOfReach), Human.Count(set.Restarts), Human.Count(set.BusinessRestarts), Human.Count(set.Pulls), Human.Bytes(set.BytesFetched),
            }));
        page.Paragraph(
            "With it are pods that the set selects and that were made with its containers; injected counts them over the run, missed those that were made without because their " +
            "webhook did not answer. A pod is ready when it runs the images that it is meant to of the set's containers and is ready as a whole.");
        if (plots) RunPage.Plot(page, RunPlots.SidecarUpgrade);
        Versions(page, run, plots, links);
        Labels(page, run, links);
        Causes(page, run, links);
        Admission(page, run, links);
    }

    /// <summary>The slowest of the sets' last versions; null when one is not through, or none was asked for or had a pod to upgrade.</summary>
    public static double? SecondsTo100(RunResult run)
    {
        SidecarRolloutResult[] last = [.. run.SidecarSets.Where(set => set.Rollouts.Count > 1).Select(set => set.Rollouts[^1])];
        return last.Any(version => version.Upgrades > 0) && last.All(version => version.IsComplete) ? last.Max(version => version.SecondsTo100) : null;
    }

    private static void Versions(StringBuilder page, RunResult run, bool plots, FigureLinks links)
    {
        if (!RunPlots.ShowUpgrades(run)) return;
        page.Paragraph("### Upgrades");
        page.Table(
            ["SidecarSet", ">version", ">asked for at", ">to upgrade", ">upgraded and ready", ">begun", ">failed", ">50 % after", ">90 % after", ">100 % after", ">most unavailable", ">allowed"],
            run.SidecarSets.SelectMany(set => set.Rollouts.Where(version => version.Number > 0).Select(version => new[]
            {
                Name(set), Human.Count(version.Number), links.Moment(version.Begin.Seconds, Human.Duration(version.Begin.Seconds)), Human.Count(version.ToUpgrade),
                links.Upgraded(set, version, Human.Count(version.UpgradedReady)), Rows(set, version, version.Upgrades), version.Failed == 0 ? "0" : Rows(set, version, version.Failed, ("outcome", "failed")),
                After(set, version, version.SecondsTo50), After(set, version, version.SecondsTo90), After(set, version, version.SecondsTo100),
                links.At(version.MaxUnavailable, Most(version.MaxUnavailable)), Human.Count(set.AllowedUnavailable),
            })));
        page.Paragraph(
            "Unavailable are upgraded pods that are not ready: they are what the set's maxUnavailable limits. To upgrade are, at last, the pods at the version and those that partition and the " +
            "strategy's selector do not keep. An upgrade has failed when its pod was not ready when the next version came or the run ended.");
        MoreThanAllowed(page, [run]);
        if (!plots) return;
        RunPage.Plot(page, RunPlots.SidecarUnavailable);
        RunPage.Plot(page, RunPlots.SidecarRollout);

        string Rows(SidecarSetResult set, SidecarRolloutResult version, int count, params (string, string)[] also) =>
            links.Rows(SidecarsCsv.FileName, Human.Count(count), [("sidecarSet", set.Name), ("version", Invariant($"{version.Number}")), .. also]);

        string After(SidecarSetResult set, SidecarRolloutResult version, double? seconds) => seconds is { } value ? links.Reached(set, version, value, Human.Duration(value)) : "–";
    }

    /// <summary>Why more upgraded pods were out of service than maxUnavailable, where that was so: a reader would take it for a fault.</summary>
    public static void MoreThanAllowed(StringBuilder page, IEnumerable<RunResult> runs)
    {
        if (!runs.Any(run => run.SidecarSets.Any(set => set.MaxUnavailable.Value > set.AllowedUnavailable))) return;
        page.Paragraph(
            "More upgraded pods can be out of service than allowed: maxUnavailable limits what an upgrade takes out of service. Pods that are not ready as they are cost nothing, so that they are upgraded at " +
            "once and beside as many as maxUnavailable allows; after a bad version these are the pods that it broke. A pod that gets unready by itself afterwards counts too.");
    }

    private static void Labels(StringBuilder page, RunResult run, FigureLinks links)
    {
        (SidecarSetResult Set, string Label, SidecarRow[] Rows)[] groups = [.. run.SidecarSets.SelectMany(set => UpgradeLabels.Groups(run, set).Select(group => (set, group.Label, group.Rows)))];
        if (groups.Length == 0) return;
        page.Paragraph("### Upgrades by label");
        page.Table(
            ["SidecarSet", "label", ">upgrades to the last version", ">first begun after", ">last begun after", ">most under way at a time"],
            groups.Select(group => new[]
            {
                Name(group.Set), Markdown.Code(group.Label),
                links.Rows(
                    SidecarsCsv.FileName, Human.Count(group.Rows.Length), ("sidecarSet", group.Set.Name), ("version", Invariant($"{group.Set.Rollouts[^1].Number}")), ("labels", group.Label)),
                Begun(group.Rows.MinBy(row => row.Begun - row.Asked)!), Begun(group.Rows.MaxBy(row => row.Begun - row.Asked)!), Human.Count(UpgradeLabels.MostAtOnce(group.Rows)),
            }));

        string Begun(SidecarRow row) => links.Upgrade(row, Human.Duration((row.Begun - row.Asked).Seconds));
    }

    private static void Causes(StringBuilder page, RunResult run, FigureLinks links)
    {
        PodAttribution attribution = Attribution(run.Upgrades);
        if (attribution.Ranked.Count == 0) return;
        page.Paragraph("### Where the upgrades' time went");
        page.Table(
            ["where the time went", ">a pod, mean", ">seconds", ">share", ">share of its upgrade"],
            attribution.Ranked.Select(cause => new[]
            {
                PodCauses.Titles[(int)cause],
                Human.Duration(attribution.Mean(cause)), attribution.Mean(cause).ToString("#,0.000", CultureInfo.InvariantCulture),
                Human.Percent(attribution.Share(cause)), cause == PodCause.WaitingForTurn ? "–" : Human.Percent(attribution.ShareAfterWait(cause)),
            }.Select(cell => links.Cause(SidecarsCsv.FileName, PodCauses.Keys[(int)cause], cell)).ToArray()));
        page.Paragraph(Invariant($"Over {attribution.Rows:#,0} upgrades; for each the causes sum to its time from the moment its version was asked for ([sidecars.csv](sidecars.csv))."));
    }

    private static void Admission(StringBuilder page, RunResult run, FigureLinks links)
    {
        if (run.Admission is not { } admission) return;
        page.Paragraph("### Admission of pods");
        page.Table(
            [">calls", ">p50", ">p99", ">max", ">refused", ">not answered, refused", ">not answered, made without", ">a pod waits, p50", ">p99", ">max", ">start-up p50", ">p99"],
            [[
                Human.Count(admission.Calls), Human.Duration(admission.Call.P50), Human.Duration(admission.Call.P99), Human.Duration(admission.Call.Max), Human.Count(admission.Refused),
                Human.Count(admission.Failed), Human.Count(admission.Passed), Wait(admission.Wait?.P50), Wait(admission.Wait?.P99), Wait(admission.Wait?.Max),
                StartUp(run.PodStartup?.P50), StartUp(run.PodStartup?.P99),
            ]]);
        page.Paragraph(
            "Calls are those of the pod webhook. A pod waits from its first request's reaching the API server until it is stored, with every attempt that was refused before; that wait is part of its " +
            "start-up and, as admission, of where the pods' time went.");

        string Wait(double? seconds) => seconds is { } value ? links.Pod(FigureLinks.AdmissionWait, value, Human.Duration(value)) : "–";

        string StartUp(double? seconds) => seconds is { } value ? links.Pod(FigureLinks.StartUp, value, Human.Duration(value)) : "–";
    }

    private static string Of(RunResult run, SidecarSetResult set, FigureLinks links)
    {
        if (set.IsGone) return $"SidecarSet {Name(set)} was deleted.";
        SidecarRolloutResult version = set.Rollouts[^1];
        string sentence = $"SidecarSet {Name(set)}: ";
        if (version.Number == 0)
        {
            sentence += Invariant($"injected into {set.Injected:#,0} pods");
            if (set.Missed > 0) sentence += Invariant($", **missing in {set.Missed:#,0}** that were made while the webhook did not answer");
            else if (set.Without > 0) sentence += Invariant($", not in {set.Without:#,0} that match");
            if (run.PodStartup is { } startup) sentence += $"; a pod starts within {StartUp(startup.P50)} (99 %: {StartUp(startup.P99)})";
            if (run.Admission is { } admission) sentence += $", {Human.Duration(admission.Wait?.P50 ?? admission.Call.P50)} of it admission";
            return sentence + ".";
        }

        if (version.Upgrades == 0 && version.IsComplete)
        {
            sentence += Invariant($"{version.ToUpgrade:#,0} pods were at its version when it was asked for, and none was upgraded");
            if (set.Ready < set.Matched) sentence += Invariant($"; {set.Matched - set.Ready:#,0} of {set.Matched:#,0} are not ready when the run ends");
            return sentence + "." + GivenUp(set, links);
        }

        string ready = links.Upgraded(set, version, Human.Count(Math.Min(version.UpgradedReady, version.ToUpgrade)));
        sentence += Invariant($"{ready} of {version.ToUpgrade:#,0} pods upgraded and ready");
        if (version.SecondsTo100 is { } all)
            sentence += $" after {Reached(all, Human.DurationAndSeconds(Math.Round(all, 3)))}, half of them after {Reached(version.SecondsTo50!.Value, Human.Duration(version.SecondsTo50.Value))}";
        else sentence += $" when the run ended after {Human.DurationAndSeconds(Math.Round(run.VirtualTime.Seconds, 3))}";
        string beside = version.MaxUnavailable.Value > set.AllowedUnavailable ? ", beside pods that were so before" : "";
        sentence += Invariant($"; at most {links.At(version.MaxUnavailable, Human.Count(version.MaxUnavailable.Value))} out of service at a time ({set.AllowedUnavailable:#,0} allowed{beside})");
        if (set.Upgrade is { } upgrade) sentence += $", a pod for {Took(upgrade.P50)} (99 %: {Took(upgrade.P99)})";
        PodAttribution attribution = Attribution(run.Upgrades.Where(row => row.Set == set.Name && row.Rollout == version.Number));
        if (attribution.RankedAfterWait is [var dominant, ..])
        {
            string share = links.Cause(SidecarsCsv.FileName, PodCauses.Keys[(int)dominant], Human.Percent(attribution.ShareAfterWait(dominant)));
            sentence += $", {share} of it for {PodCauses.Titles[(int)dominant]}";
        }

        sentence += set.BusinessRestarts == 0 ? "; no container of the pods' own was restarted" : Invariant($"; the pods' own containers were restarted {set.BusinessRestarts:#,0} times");
        if (set.Missed > 0) sentence += Invariant($"; **missing in {set.Missed:#,0} pods** that were made while the webhook did not answer");
        return sentence + "." + GivenUp(set, links);

        string StartUp(double seconds) => links.Pod(FigureLinks.StartUp, seconds, Human.Duration(seconds));

        string Took(double seconds) => links.Upgrade(set, seconds, Human.Duration(seconds));

        string Reached(double seconds, string figure) => links.Reached(set, version, seconds, figure);
    }

    private static string GivenUp(SidecarSetResult set, FigureLinks links) =>
        string.Concat(set.Rollouts.Where(v => v is { Number: > 0, Superseded: not null, IsComplete: false }).Select(before => GivenUp(set, before, links)));

    // What was given up is as much of an answer as what followed it.
    private static string GivenUp(SidecarSetResult set, SidecarRolloutResult version, FigureLinks links)
    {
        return $" Version {Human.Count(version.Number)} was given up for the next after {Human.Duration((version.Superseded!.Value - version.Begin).Seconds)}: "
            + $"{Rows(version.Upgrades)} upgrades begun, {Rows(version.Failed, ("outcome", "failed"))} of them not ready, "
            + $"at most {links.At(version.MaxUnavailable, Human.Count(version.MaxUnavailable.Value))} out of service at a time.";

        string Rows(int count, params (string, string)[] also) =>
            links.Rows(SidecarsCsv.FileName, Human.Count(count), [("sidecarSet", set.Name), ("version", Invariant($"{version.Number}")), .. also]);
    }

    private static string Of(AdmissionResult admission)
    {
        List<string> parts = [];
        if (admission.Failed > 0) parts.Add(Invariant($"{admission.Failed:#,0} were not answered and the pods refused"));
        if (admission.Passed > 0) parts.Add(Invariant($"{admission.Passed:#,0} were not answered and the pods made without sidecars"));
        if (admission.Refused > 0) parts.Add(Invariant($"{admission.Refused:#,0} were answered with a refusal"));
        string sentence = Invariant($"Of {admission.Calls:#,0} calls of the pod webhook ") + string.Join(", ", parts);
        return sentence + (admission.Wait is { } wait ? $"; half of the pods waited {Human.Duration(wait.P50)} for their admission, the last {Human.Duration(wait.Max)}." : ".");
    }

    /// <summary>Where the time of upgrades went.</summary>
    public static PodAttribution Attribution(IEnumerable<SidecarRow> rows) => PodAttribution.Of(rows.Select(row => row.CauseNanoseconds));

    private static string Name(SidecarSetResult set) => Markdown.Code(set.Name);

    private static string Most(Peak peak) => peak.At is { } at ? $"{Human.Count(peak.Value)} at {Human.Duration(at.Seconds)}" : "0";

}
