using Kruise.Core.Api;

namespace Kruise.Core.ImagePull;

/// <summary>The pull secrets of one image of a NodeImage: those of all jobs that want it there.</summary>
internal static class PullSecretList
{
    /// <summary>The list with the job's secrets added at its end; the same instance when it has them all.</summary>
    public static IReadOnlyList<ReferenceObject>? Merge(IReadOnlyList<ReferenceObject>? secrets, ImagePullJob job)
    {
        List<ReferenceObject>? merged = null;
        foreach (ReferenceObject secret in Of(job))
        {
            if (!(merged ?? secrets ?? []).Contains(secret))
            {
                merged ??= [.. secrets ?? []];
                merged.Add(secret);
            }
        }

        return merged ?? secrets;
    }

    /// <summary>
    /// Exactly what these jobs need: present ones in their order, then missing ones; the same instance when that is what is there. Null when
    /// nothing is needed.
    /// </summary>
    public static IReadOnlyList<ReferenceObject>? Exactly(IReadOnlyList<ReferenceObject>? secrets, IReadOnlyCollection<ImagePullJob> jobs)
    {
        // The common case, met at every reconcile.
        if (secrets is null && jobs.All(job => job.Spec.PullSecrets is null or { Count: 0 }))
        {
            return null;
        }

        ReferenceObject[] needed = [.. jobs.SelectMany(Of).Distinct()];
        ReferenceObject[] kept = [.. (secrets ?? []).Where(needed.Contains)];
        ReferenceObject[] exact = [.. kept, .. needed.Except(kept)];
        return exact.AsSpan().SequenceEqual([.. secrets ?? []]) ? secrets : exact.Length == 0 ? null : exact;
    }

    private static IEnumerable<ReferenceObject> Of(ImagePullJob job) =>
        (job.Spec.PullSecrets ?? []).Select(name => new ReferenceObject { Namespace = job.Metadata.NamespaceProperty, Name = name });
}
