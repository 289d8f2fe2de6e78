using System.Globalization;
using Kruise.Core.Workloads;
using Kruise.Sim.Engine;

namespace Kruise.Sim.Measures.Workloads;

// What is told when the run is over.
internal sealed partial class WorkloadRecorder
{
    /// <summary>Every set, in order of creation.</summary>
    public IReadOnlyList<WorkloadResult> BuildResults()
    {
        SimTime now = loop.Now;
        var results = new List<WorkloadResult>(_sets.Count);
        foreach (SetTrack set in _sets)
        {
            Catch(set);
            TellOpenStretches(set, now);
            TellNotAdmitted(set);
            results.Add(new WorkloadResult
            {
                Namespace = set.Namespace,
                Name = set.Name,
                Desired = set.Desired,
                Pods = set.Active,
                Updated = set.UpdatedPods,
                Ready = set.Ready,
                UpdatedReady = set.UpdatedReady,
                Available = set.Available,
                Partition = set.Numbers.Partition,
                AllowedUnavailable = set.Numbers.MaxUnavailable,
                MaxUnavailable = set.MaxUnavailable,
                UnavailablePodSeconds = set.UnavailablePodSeconds(now),
                LongestUnavailability = set.Rollouts.Select(r => r.Unavailability.Longest).MaxBy(s => s?.Length.Nanoseconds ?? 0),
                Rollouts = [.. set.Rollouts.Select(r => r.ToResult())],
                PodsCreated = set.Created,
                PodsDeleted = set.Deleted,
                Restarts = set.Restarts,
                IsSettled = set.IsSettled,
                IsGone = set.IsGone,
            });
        }

        return results;
    }

    /// <summary>A row per pod and rollout, in order of set, rollout and beginning.</summary>
    public IReadOnlyList<PodRow> BuildRows() =>
    [
        .. _sets.SelectMany(set => set.Rollouts).SelectMany(rollout => rollout.Slots.Where(slot => !slot.IsDropped).Select(slot => slot.ToRow(loop.Now))),
    ];

    /// <summary>What was unfinished, a line per set.</summary>
    public IEnumerable<string> Unfinished() =>
        from set in _sets
        where !set.IsSettled
        select string.Create(
            CultureInfo.InvariantCulture,
            $"CloneSet {set.Namespace}/{set.Name} had not settled when the scenario's duration was over: {set.Active} of {set.Desired} pods, {set.Available} available, "
            + $"{set.UpdatedReady} updated and ready ({set.ToUpdate} to be), {set.Terminating} terminating{WithoutNode(set)}");

    // How many the scheduler finds no node for, and what it says of the first of them.
    private string WithoutNode(SetTrack set)
    {
        PodTrack[] pods = [.. set.Pods.Values.Where(pod => pod.Sight is { IsActive: true, IsUnschedulable: true })];
        return pods.Length == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; {pods.Length} without a node: {PodState.Condition(_latest[pods[0].Uid], "PodScheduled")?.Message}");
    }

    // Places that are still empty although their pods were asked for, or would have been.
    private void TellNotAdmitted(SetTrack set)
    {
        using IEnumerator<SimTime> requests = admissions.Waiting(set.Latest.Metadata.Uid).GetEnumerator();
        foreach (PodSlot slot in set.Vacancies.Select(vacancy => vacancy.Slot).OfType<PodSlot>())
        {
            HoldUp(slot);
            if (requests.MoveNext())
            {
                slot.Enter(PodCause.Admission, SimTime.Max(requests.Current, slot.EnteredAt));
            }
        }
    }

    private static void TellOpenStretches(SetTrack set, SimTime now)
    {
        foreach (PodTrack pod in set.Pods.Values)
        {
            if (pod is { UnavailableSince: { } since, Sight.IsActive: true })
            {
                (pod.UnavailableIn ?? set.Rollout).Unavailability.Tell(since, now, pod.Name);
            }
        }

        int missing = set.Desired - set.Active;
        foreach (Vacancy vacancy in set.Vacancies.Take(missing))
        {
            if (vacancy.UnavailableSince is { } since)
            {
                (vacancy.UnavailableIn ?? set.Rollout).Unavailability.Tell(since, now, vacancy.Left.Name);
            }
        }
    }
}
