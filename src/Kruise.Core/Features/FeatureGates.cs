namespace Kruise.Core.Features;

/// <summary>The feature gates of v0.8.0, both on by default.</summary>
/// <param name="PodWebhook">Whether pods are mutated on creation.</param>
/// <param name="KruiseDaemon">Whether the node daemon exists, and with it image warm-up.</param>
public sealed record FeatureGates(bool PodWebhook = true, bool KruiseDaemon = true)
{
    /// <summary>Every gate at its default.</summary>
    public static FeatureGates Default { get; } = new();
}
