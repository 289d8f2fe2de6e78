namespace Kruise.Core.ImagePull;

/// <summary>
/// The constants of the ImagePullJob controller (inventory §7.5 and §7.10), unchanged upstream from v0.8.0 to v1.9.0.
/// </summary>
public sealed record ImagePullJobOptions
{
    /// <summary>Ours: upstream's constants, passes of bounded length, and no end before the nodes are known.</summary>
    public static ImagePullJobOptions Default { get; } = new();

    /// <summary>
    /// Upstream's: one pass claims as many nodes as there are slots, however long its writes take; a job made before the NodeImages completes and has
    /// pulled nothing.
    /// </summary>
    public static ImagePullJobOptions OpenKruise08 { get; } = new() { MaxClaimsPerPass = int.MaxValue, WaitsForNodeImages = false };

    /// <summary>
    /// The most nodes that one pass claims. A pass is carried out at the pace of the client, and nothing that happens to the job meanwhile (its deadline,
    /// a pause, an edit, its deletion) is noticed before its end; 100 claims are one second at our client's 100 requests a second.
    /// </summary>
    public int MaxClaimsPerPass { get; init; } = 100;

    /// <summary>
    /// Whether a job does not complete while nodes that it selects are about to get their NodeImage (<see cref="NodeImageOptions.Wants"/>): in a cluster
    /// where everything was installed a moment ago, or before a manager that is behind has seen the NodeImages that it made.
    /// </summary>
    public bool WaitsForNodeImages { get; init; } = true;

    /// <summary>
    /// How long a finished tag of an Always job is kept beyond the job's own TTL (or, lacking that, its deadline, or timeout times
    /// back-off limit), seconds.
    /// </summary>
    public int AlwaysTagTtlSlackSeconds { get; init; } = 300;

    /// <summary>Width of the random part of an Always tag's TTL, seconds: uniform in [0, width).</summary>
    public int AlwaysTagTtlJitterSeconds { get; init; } = 300;

    /// <summary>How long a finished tag of a Never job is kept before the node is asked again, seconds.</summary>
    public int NeverTagTtlSeconds { get; init; } = 24 * 3600;

    /// <summary>Width of the random part of a Never tag's TTL, seconds: uniform in [-width/2, width/2).</summary>
    public int NeverTagTtlJitterSeconds { get; init; } = 1200;

    /// <summary>
    /// Overall limit of one node's pull for a Never job, seconds; a longer <c>timeoutSeconds</c> of the job raises it (as upstream since
    /// v1.8.0, #1874).
    /// </summary>
    public int NeverDeadlineSeconds { get; init; } = 1800;
}
