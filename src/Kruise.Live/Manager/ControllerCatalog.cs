using Kruise.Core.CloneSets;
using Kruise.Core.Features;
using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;

namespace Kruise.Live.Manager;

/// <summary>A controller and how many of its keys are worked on at a time.</summary>
internal sealed record CatalogedController(IReconciler Reconciler, int Workers);

/// <summary>The controllers that a manager runs and that <c>kruise plan</c> asks.</summary>
internal static class ControllerCatalog
{
    /// <param name="timing">The pace of warm-up.</param>
    /// <param name="cloneSets">The pace of CloneSets.</param>
    /// <param name="sidecarSets">The pace of SidecarSets.</param>
    /// <param name="gates">Without KruiseDaemon nothing is warmed up, and the controllers for it are not there.</param>
    /// <param name="namespace">The only namespace whose jobs and workloads are worked on; null for all. SidecarSets belong to none and need all.</param>
    public static IReadOnlyList<CatalogedController> Of(
        ImagePullTiming timing, CloneSetTiming cloneSets, SidecarSetTiming sidecarSets, FeatureGates gates, string? @namespace = null) =>
    [
        .. gates.KruiseDaemon ? WarmUp(timing, @namespace) : [],
        new(In(@namespace, new CloneSetReconciler(cloneSets.Options)), cloneSets.Workers),

        // A set counts the pods of all namespaces: whoever sees those of one only would write wrong counts, and bring too many pods out of service at a time.
        .. @namespace is null ? new[] { new CatalogedController(new SidecarSetReconciler(sidecarSets.Options), sidecarSets.Workers) } : [],
    ];

    /// <summary>The pace of CloneSets that belongs to a preset.</summary>
    public static CloneSetTiming CloneSetsOf(ImagePullTiming preset) =>
        ReferenceEquals(preset, ImagePullTiming.OpenKruise08) ? CloneSetTiming.OpenKruise08 : CloneSetTiming.Default;

    /// <summary>The pace of SidecarSets that belongs to a preset.</summary>
    public static SidecarSetTiming SidecarSetsOf(ImagePullTiming preset) =>
        ReferenceEquals(preset, ImagePullTiming.OpenKruise08) ? SidecarSetTiming.OpenKruise08 : SidecarSetTiming.Default;

    private static CatalogedController[] WarmUp(ImagePullTiming timing, string? @namespace) =>
    [
        new(new NodeImageReconciler(timing.NodeImage), timing.NodeImageWorkers),
        new(In(@namespace, new ImagePullJobReconciler(timing.ImagePullJob, timing.NodeImage)), timing.ImagePullJobWorkers),
        new(In(@namespace, new PullSecretReconciler()), 1),
    ];

    private static IReconciler In(string? @namespace, IReconciler reconciler) =>
        @namespace is null ? reconciler : new NamespaceReconciler(reconciler, @namespace);
}
