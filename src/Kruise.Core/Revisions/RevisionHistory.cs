using k8s.Models;
using Kruise.Core.Workloads;

namespace Kruise.Core.Revisions;

/// <summary>A workload's revisions, and which of them its template is (inventory §6.5).</summary>
public static class RevisionHistory
{
    /// <summary>The revisions of a workload: its own, and those that nobody manages (they are used but not adopted). Oldest first.</summary>
    public static IReadOnlyList<V1ControllerRevision> Sorted(IEnumerable<V1ControllerRevision> revisions, string ownerUid) =>
    [
        .. revisions
            .Where(revision => PodState.ControllerOf(revision.Metadata) is not { } controller || controller.Uid == ownerUid)
            .OrderBy(revision => revision.Revision ?? 0)
            .ThenBy(revision => revision.Metadata.CreationTimestamp)
            .ThenBy(revision => revision.Metadata.Name, StringComparer.Ordinal),
    ];

    /// <summary>
    /// Which revision the template is. The newest when it says the same; else the newest of the older ones that do, with its number raised above all
    /// others (a rollback, trap 46); else a new one.
    /// </summary>
    /// <param name="parent">The workload's metadata.</param>
    /// <param name="owner">The reference to the workload that a new revision carries.</param>
    /// <param name="history">The workload's revisions, <see cref="Sorted"/>.</param>
    /// <param name="template">The workload's template.</param>
    /// <param name="collisionCount">The count in the workload's status.</param>
    /// <param name="byName">Any revision of that name in the workload's namespace, whoever owns it; null when there is none.</param>
    public static RevisionDecision Decide(
        V1ObjectMeta parent,
        V1OwnerReference owner,
        IReadOnlyList<V1ControllerRevision> history,
        V1PodTemplateSpec template,
        int collisionCount,
        Func<string, V1ControllerRevision?> byName)
    {
        long next = history.Count == 0 ? 1 : (history[^1].Revision ?? 0) + 1;
        for (int i = history.Count - 1; i >= 0; i--)
        {
            if (TemplateRevision.Says(history[i], template))
            {
                return i == history.Count - 1
                    ? new RevisionDecision(history[i], RevisionAction.None, collisionCount)
                    : new RevisionDecision(history[i] with { Revision = next }, RevisionAction.Renumber, collisionCount);
            }
        }

        // A name can be taken by something else with the same hash, by a revision of ours that the history does not list, or by another workload of
        // that name: what that one owns goes when it does, so it is not used even if it says the same.
        while (true)
        {
            V1ControllerRevision revision = TemplateRevision.Make(parent, owner, template, next, collisionCount);
            V1ControllerRevision? taken = byName(revision.Metadata.Name);
            if (taken is null)
            {
                return new RevisionDecision(revision, RevisionAction.Create, collisionCount);
            }

            if (IsOurs(taken, owner.Uid) && TemplateRevision.Says(taken, template))
            {
                return new RevisionDecision(taken, RevisionAction.None, collisionCount);
            }

            collisionCount++;
        }
    }

    /// <summary>The revision that pods are moved away from: the one that the workload's status names, else the one they are moved to.</summary>
    public static V1ControllerRevision Current(IReadOnlyList<V1ControllerRevision> history, string? currentName, V1ControllerRevision update) =>
        history.FirstOrDefault(revision => revision.Metadata.Name == currentName) ?? update;

    /// <summary>The revisions to delete: the oldest of those that nothing uses, as many as there are beyond the limit.</summary>
    /// <param name="history">The workload's revisions, <see cref="Sorted"/>.</param>
    /// <param name="inUse">Names of the revisions that pods carry, and of the current and the update revision.</param>
    /// <param name="limit">How many unused ones are kept.</param>
    public static IReadOnlyList<V1ControllerRevision> Expired(IReadOnlyList<V1ControllerRevision> history, IReadOnlySet<string> inUse, int limit)
    {
        V1ControllerRevision[] unused = [.. history.Where(revision => !inUse.Contains(revision.Metadata.Name))];
        return unused[..Math.Max(0, unused.Length - Math.Max(0, limit))];
    }

    private static bool IsOurs(V1ControllerRevision revision, string uid) =>
        PodState.ControllerOf(revision.Metadata) is not { } controller || controller.Uid == uid;
}
