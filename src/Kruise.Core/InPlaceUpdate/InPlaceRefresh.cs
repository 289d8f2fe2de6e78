using k8s.Models;

namespace Kruise.Core.InPlaceUpdate;

/// <summary>What has to be written for a pod that was, or is being, updated in place.</summary>
/// <param name="Status">The pod with the status to write; null when the status stays.</param>
/// <param name="Object">The pod with the spec and metadata to write; null when they stay. It has the new status too, where both change.</param>
/// <param name="Delay">How long the grace still lasts, in whole seconds; null when the pod is in none.</param>
/// <param name="Problem">Why the pod stays in grace though nobody can end it; null when there is no such reason.</param>
public sealed record InPlaceRefresh(V1Pod? Status, V1Pod? Object, TimeSpan? Delay, string? Problem = null)
{
    /// <summary>Nothing to write, nothing to wait for.</summary>
    public static InPlaceRefresh Nothing { get; } = new(null, null, null);
}
