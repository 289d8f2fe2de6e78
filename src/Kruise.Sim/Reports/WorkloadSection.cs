using System.Globalization;
using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports.Plots;
using static System.FormattableString;

namespace Kruise.Sim.Reports;

/// <summary>What <c>report.md</c> says of workloads.</summary>
internal static class WorkloadSection
{
    /// <summary>The answer in a sentence or two per set: how far, how fast, what it cost in availability, and where the time went.</summary>
    public static string Answer(RunResult run, FigureLinks links)
    {
        List<string> sentences = [];
        if (run.ViolationCount > 0)
            sentences.Add(Invariant($"**The run has failed: {run.ViolationCount:#,0} times something happened that must never be**, first {Markdown.Plain(run.Violations[0].Text)}."));
        foreach (WorkloadResult workload in run.Workloads) sentences.Add(Of(run, workload, links));
        return string.Join(" ", sentences);
    }

    public static void Violations(StringBuilder page, RunResult run, FigureLinks links)
    {
        if (run.ViolationCount == 0) return;
        page.Paragraph("## What must not be");
        page.Table(
            [">at", "rule", "what", "objects"],
            run.Violations.Select(violation => new[]
            {
                links.Moment(violation.At.Seconds, Human.DurationAndSeconds(violation.At.Seconds)), Markdown.Code(ViolationRules.Key(violation.Rule)), Markdown.Plain(violation.Message),
                string.Join(", ", violation.Objects.Take(5).Select(Markdown.Code)) + (violation.Objects.Count > 5 ? Invariant($" and {violation.Objects.Count - 5} more") : ""),
            }));
        if (run.ViolationCount > run.Violations.Count) page.Paragraph(Invariant($"These are the first {run.Violations.Count} of {run.ViolationCount:#,0}."));
    }

    public static void Write(StringBuilder page, RunResult run, bool plots, FigureLinks links)
    {
        if (run.Workloads.Count == 0) return;
        page.Paragraph("## Workloads");
        page.Table(
            ["CloneSet", ">desired", ">updated", ">ready", ">most unavailable", ">allowed", ">pod-seconds unavailable", ">longest unavailable", ">pods created", ">pods gone", ">restarts", "settled"],
            run.Workloads.Select(workload => new[]
            {
                Markdown.Code(workload.FullName), Human.Count(workload.Desired), Human.Count(workload.Updated), Human.Count(workload.Ready), links.At(workload.MaxUnavailable, Most(workload.MaxUnavailable)),
                Human.Count(workload.AllowedUnavailable), Human.Number(Math.Round(workload.UnavailablePodSeconds, 1)),
                Longest(workload, null, workload.LongestUnavailability, links), Human.Count(workload.PodsCreated), Human.Count(workload.PodsDeleted),
                Human.Count(workload.Restarts), workload.IsSettled ? "yes" : "**no**",
            }));
        page.Paragraph(
            "Unavailable is desired − available, counted from the moment when all were available for the first time, or from the beginning when they never were; pod-seconds are that, summed over time. " +
            "The longest unavailability is the longest time without a break " +
            "during which one instance (a pod, or an old pod and then the one that took its place) was not available after it had been.");
        if (plots)
        {
            Plot(page, RunPlots.Availability);
            Plot(page, RunPlots.PodStates);
        }

        page.Paragraph("### Rollouts");
        page.Table(
            ["CloneSet", ">rollout", "revision", ">begun at", ">to update", ">updated and ready", ">50 % after", ">90 % after", ">100 % after", ">most unavailable", ">longest unavailable"],
            run.Workloads.SelectMany(workload => workload.Rollouts.Select(rollout => new[]
            {
                Markdown.Code(workload.FullName), rollout.Number == 0 ? "creation" : Human.Count(rollout.Number), rollout.Revision is { } revision ? Markdown.Code(revision) : "–",
                links.Moment(rollout.Begin.Seconds, Human.Duration(rollout.Begin.Seconds)), Human.Count(rollout.ToUpdate),
                links.Updated(workload, rollout, Human.Count(rollout.UpdatedReady)),
                After(workload, rollout, rollout.SecondsTo50), After(workload, rollout, rollout.SecondsTo90), After(workload, rollout, rollout.SecondsTo100),
                links.At(rollout.MaxUnavailable, Most(rollout.MaxUnavailable)), Longest(workload, rollout, rollout.LongestUnavailability, links),
            })));
        if (plots) Plot(page, RunPlots.Rollout);
        Labels(page, run, links);
        Causes(page, run, plots, links);

        string After(WorkloadResult workload, RolloutResult rollout, double? seconds) => seconds is { } value ? links.Reached(workload, rollout, value, Human.Duration(value)) : "–";
    }

    private static void Labels(StringBuilder page, RunResult run, FigureLinks links)
    {
        IReadOnlyList<(string Label, PodRow[] Rows)> groups = PodLabels.Groups(run);
        if (groups.Count < 2) return;
        page.Paragraph("### Pods by label");
        page.Table(
            ["label", ">pods of the last update", ">first begun after", ">50 % after", ">100 % after", ">most updating at a time"],
            groups.Where(group => group.Rows.Length > 0).Select(group =>
            {
                PodRow[] done = [.. group.Rows.OrderBy(row => row.UpdateSeconds ?? double.PositiveInfinity)];
                PodRow? first = group.Rows.Where(row => row.Begun is not null).MinBy(row => row.Begun!.Value - row.Asked);
                int[] rollouts = [.. group.Rows.Select(row => row.Rollout).Distinct()];
                return new[]
                {
                    group.Label.Length == 0 ? "none" : Markdown.Code(group.Label),
                    // Sets may be at different rollouts: no filter is these rows alone then.
                    rollouts is [var rollout] ? links.Rows(PodsCsv.FileName, Human.Count(group.Rows.Length), ("rollout", Invariant($"{rollout}")), ("labels", group.Label)) : Human.Count(group.Rows.Length),
                    first is null ? "–" : links.Pod(first, Human.Duration((first.Begun!.Value - first.Asked).Seconds)),
                    Updated(done[NearestRank.Index(done.Length, 50)]), Updated(done[^1]), Human.Count(PodLabels.MostAtOnce(group.Rows)),
                };
            }));

        string Updated(PodRow row) => row.UpdateSeconds is { } seconds ? links.Pod(row, Human.Duration(seconds)) : "–";
    }

    private static void Causes(StringBuilder page, RunResult run, bool plots, FigureLinks links)
    {
        IReadOnlyList<PodRow> rows = PodAttribution.Relevant(run);
        PodAttribution attribution = PodAttribution.Of(rows);
        if (attribution.Ranked.Count == 0) return;
        page.Paragraph("### Where the pods' time went");
        page.Table(
            ["where the time went", ">a pod, mean", ">seconds", ">share", ">share of its turn"],
            attribution.Ranked.Select(cause => new[]
            {
                PodCauses.Titles[(int)cause], Human.Duration(attribution.Mean(cause)), attribution.Mean(cause).ToString("#,0.000", CultureInfo.InvariantCulture),
                Human.Percent(attribution.Share(cause)), cause == PodCause.WaitingForTurn ? "–" : Human.Percent(attribution.ShareAfterWait(cause)),
            }.Select(cell => links.Cause(PodsCsv.FileName, PodCauses.Keys[(int)cause], cell)).ToArray()));
        page.Paragraph(Invariant($"Over {attribution.Rows:#,0} pods of {(rows.Any(row => row.Rollout > 0) ? "updates" : "the creation")}; for each pod the causes sum to its time from the ") +
            "beginning of the rollout until it was updated and ready ([pods.csv](pods.csv)).");
        if (plots) Plot(page, RunPlots.PodTimeByCause);
    }

    private static string Of(RunResult run, WorkloadResult workload, FigureLinks links)
    {
        if (workload.IsGone) return $"{Markdown.Code(workload.FullName)} was deleted.";
        RolloutResult rollout = workload.Rollouts[^1];
        string what = rollout.Number == 0 ? "created" : "updated";
        string ready = links.Updated(workload, rollout, Human.Count(Math.Min(rollout.UpdatedReady, rollout.ToUpdate)));
        string sentence = Invariant($"{Markdown.Code(workload.FullName)}: {ready} of {rollout.ToUpdate:#,0} pods {what} and ready");
        if (rollout.ToUpdate == 0) sentence += " as partition keeps them all";
        else if (rollout.SecondsTo100 is { } all)
            sentence += $" after {Reached(all, Human.DurationAndSeconds(Math.Round(all, 3)))}, half of them after {Reached(rollout.SecondsTo50!.Value, Human.Duration(rollout.SecondsTo50.Value))}";
        else sentence += $" when the run ended after {Human.DurationAndSeconds(Math.Round(run.VirtualTime.Seconds, 3))}";
        if (rollout.Number > 0)
        {
            string most = links.At(rollout.MaxUnavailable, Human.Count(rollout.MaxUnavailable.Value));
            sentence += Invariant($"; at most {most} unavailable at a time ({workload.AllowedUnavailable:#,0} allowed)");
            if (rollout.LongestUnavailability is { } longest) sentence += ", no instance for longer than " + Longest(workload, rollout, longest, links);
        }

        PodAttribution attribution = PodAttribution.Of(run.Pods.Where(row => row.Rollout == rollout.Number && row.Workload == workload.Name && row.Namespace == workload.Namespace));
        if (attribution.Ranked is [var dominant, ..]) sentence += $"; {Cause(dominant, attribution.Share(dominant))} of the pods' time went to {PodCauses.Titles[(int)dominant]}";
        if (attribution.Ranked is [PodCause.WaitingForTurn, ..] && attribution.RankedAfterWait is [var inTurn, ..])
            sentence += $", and of the {Human.Duration(attribution.SecondsAfterWait / attribution.Rows)} of a pod's turn {Cause(inTurn, attribution.ShareAfterWait(inTurn))} to {PodCauses.Titles[(int)inTurn]}";
        return sentence + "." + string.Concat(workload.Rollouts.Where(r => r is { Number: > 0, Superseded: not null, IsComplete: false }).Select(before => Superseded(workload, before, links)));

        string Reached(double seconds, string figure) => links.Reached(workload, rollout, seconds, figure);

        string Cause(PodCause cause, double share) => links.Cause(PodsCsv.FileName, PodCauses.Keys[(int)cause], Human.Percent(share));
    }

    // What was given up before it came to its end is as much of an answer as what followed it.
    private static string Superseded(WorkloadResult workload, RolloutResult rollout, FigureLinks links) => Invariant(
        $" Update {rollout.Number} was given up for the next after {Human.Duration((rollout.Superseded!.Value - rollout.Begin).Seconds)}: ")
        + Invariant($"at most {links.Updated(workload, rollout, Human.Count(rollout.UpdatedReady))} of {rollout.ToUpdate:#,0} pods were updated and ready at a time, ")
        + $"at most {links.At(rollout.MaxUnavailable, Human.Count(rollout.MaxUnavailable.Value))} unavailable.";

    private static string Most(Peak peak) => peak.At is { } at ? $"{Human.Count(peak.Value)} at {Human.Duration(at.Seconds)}" : "0";

    private static string Longest(WorkloadResult workload, RolloutResult? rollout, Stretch? stretch, FigureLinks links) =>
        stretch is null ? "–" : links.Unavailable(workload, rollout, stretch, Human.Duration(stretch.Length.Seconds));

    private static void Plot(StringBuilder page, PlotFile plot) => RunPage.Plot(page, plot);
}
