using Kruise.Core.Reconciling;

namespace Kruise.Live.Cluster;

/// <summary>How a plan ended.</summary>
/// <param name="Outcome">A failure outweighs a conflict.</param>
/// <param name="Failure">The first write that failed, other than by a conflict; null when none did.</param>
internal readonly record struct PlanResult(PlanOutcome Outcome, PlanFailure? Failure);
