using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster;

/// <summary>How one write ended.</summary>
/// <param name="Write">The write.</param>
/// <param name="Outcome">How.</param>
/// <param name="Revision">The resourceVersion that it produced; 0 when none.</param>
/// <param name="Error">Why it failed, in one line; null otherwise.</param>
internal readonly record struct WriteOutcome(Write Write, PlanOutcome Outcome, long Revision, string? Error);
