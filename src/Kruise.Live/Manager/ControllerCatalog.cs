using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Core.Reconciling;

namespace Kruise.Live.Manager;

/// <summary>A controller and how many of its keys are worked on at a time.</summary>
internal sealed record CatalogedController(IReconciler Reconciler, int Workers);

/// <summary>The controllers that a manager runs and that <c>kruise plan</c> asks.</summary>
internal static class ControllerCatalog
{
    public static IReadOnlyList<CatalogedController> Of(ManagerTiming timing) =>
    [
        new(new NodeImageReconciler(timing.NodeImage), timing.NodeImageWorkers),
        new(new ImagePullJobReconciler(timing.ImagePullJob), timing.ImagePullJobWorkers),
        new(new PullSecretReconciler(), 1),
    ];
}
