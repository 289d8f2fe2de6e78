using k8s.Models;

namespace Kruise.Core.Api;

/// <summary>Fills in what a claim leaves out.</summary>
public static class PersistentVolumeClaimDefaults
{
    /// <summary>A claim without a volume mode is for a file system.</summary>
    public const string VolumeMode = "Filesystem";

    /// <summary>The claim with its defaults.</summary>
    /// <returns>The same instance when nothing was missing.</returns>
    public static V1PersistentVolumeClaim Apply(V1PersistentVolumeClaim claim) =>
        claim.Spec is { } spec && string.IsNullOrEmpty(spec.VolumeMode) ? claim with { Spec = spec with { VolumeMode = VolumeMode } } : claim;
}
