using Kruise.Core.Reconciling;

namespace Kruise.Live.Planning;

/// <summary>What a controller would do about one key.</summary>
/// <param name="Controller">The controller's name.</param>
/// <param name="Key">The key.</param>
/// <param name="Writes">What it would write, in order.</param>
/// <param name="RequeueAfter">After how long it would look again; null when only a change makes it look.</param>
internal sealed record KeyPlan(string Controller, ObjectKey Key, IReadOnlyList<PlannedWrite> Writes, TimeSpan? RequeueAfter);
