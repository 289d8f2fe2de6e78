using k8s.Models;

namespace Kruise.Core.Revisions;

/// <summary>What has to be written so that a workload's template is its newest revision.</summary>
public enum RevisionAction
{
    /// <summary>Nothing: it is.</summary>
    None,

    /// <summary>An older revision says the same: it is updated with a higher number.</summary>
    Renumber,

    /// <summary>The template is new: a revision is created.</summary>
    Create,
}

/// <summary>Which revision pods are to be moved to, and what has to be written first.</summary>
/// <param name="Update">The revision, as it is to be written where <paramref name="Action"/> says so.</param>
/// <param name="Action">What to write.</param>
/// <param name="CollisionCount">The count to keep in the workload's status: higher than it was when the name was taken by something else.</param>
public sealed record RevisionDecision(V1ControllerRevision Update, RevisionAction Action, int CollisionCount);
