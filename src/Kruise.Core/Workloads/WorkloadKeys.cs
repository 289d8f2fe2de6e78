namespace Kruise.Core.Workloads;

/// <summary>Labels, annotations and conditions by which workloads and their pods are told apart (inventory §1.2).</summary>
public static class WorkloadKeys
{
    /// <summary>Pod label: the revision that the pod runs, or is being moved to. CloneSets write the full name of the ControllerRevision.</summary>
    public const string ControllerRevisionHash = "controller-revision-hash";

    /// <summary>Label of a ControllerRevision: the hash in its name.</summary>
    public const string RevisionHash = "controller.kubernetes.io/hash";

    /// <summary>Pod label: chosen for deletion. Its presence counts, whatever its value.</summary>
    public const string SpecifiedDelete = "apps.kruise.io/specified-delete";

    /// <summary>Label that ties a CloneSet's pod to its claims.</summary>
    public const string CloneSetInstanceId = "apps.kruise.io/cloneset-instance-id";

    /// <summary>Pod annotation: what an in-place update changed and when it began.</summary>
    public const string InPlaceUpdateState = "apps.kruise.io/inplace-update-state";

    /// <summary>The key of <see cref="InPlaceUpdateState"/> before it had a prefix; still read.</summary>
    public const string InPlaceUpdateStateOld = "inplace-update-state";

    /// <summary>Pod annotation: an in-place update that waits for the end of its grace.</summary>
    public const string InPlaceUpdateGrace = "apps.kruise.io/inplace-update-grace";

    /// <summary>The key of <see cref="InPlaceUpdateGrace"/> before it had a prefix; still read.</summary>
    public const string InPlaceUpdateGraceOld = "inplace-update-grace";

    /// <summary>Pod label: where the pod stands in its lifecycle.</summary>
    public const string LifecycleState = "lifecycle.apps.kruise.io/state";

    /// <summary>Pod annotation: when <see cref="LifecycleState"/> last changed, RFC 3339.</summary>
    public const string LifecycleTimestamp = "lifecycle.apps.kruise.io/timestamp";

    /// <summary>Readiness gate and pod condition: False while the pod is updated in place.</summary>
    public const string InPlaceUpdateReady = "InPlaceUpdateReady";
}
