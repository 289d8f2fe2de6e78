namespace Kruise.Core.InPlaceUpdate;

/// <summary>What an in-place update changes in a pod.</summary>
/// <param name="Revision">The revision that the pod comes to.</param>
/// <param name="ContainerImages">New images by container.</param>
/// <param name="Metadata">What changes in the pod's metadata; null when nothing does.</param>
/// <param name="GraceSeconds">How long the pod is kept out of service before its images change.</param>
public sealed record InPlaceUpdateSpec(
    string Revision, IReadOnlyDictionary<string, string> ContainerImages, MetadataChange? Metadata = null, int GraceSeconds = 0);
