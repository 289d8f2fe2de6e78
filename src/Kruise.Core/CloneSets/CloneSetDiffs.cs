namespace Kruise.Core.CloneSets;

/// <summary>How many pods there are too many (positive) or too few (negative).</summary>
/// <param name="Total">Of all revisions.</param>
/// <param name="CurrentRevision">
/// Of those that are not at the update revision. Negative: pods of the current revision are to be made again, so that as many as <c>partition</c> exist (trap 70).
/// </param>
public readonly record struct CloneSetDiffs(int Total, int CurrentRevision)
{
    /// <summary>Compares what is there with what should be.</summary>
    /// <param name="numbers">What should be.</param>
    /// <param name="pods">Active pods.</param>
    /// <param name="notUpdated">Of these, those that are not at the update revision.</param>
    /// <param name="specifiedOld">Of those, the ones chosen for deletion.</param>
    /// <param name="specifiedUpdated">Pods at the update revision that were chosen for deletion.</param>
    /// <remarks>
    /// Surge pods exist as long as more old pods are there than partition keeps (trap 69), or pods wait for their specified deletion. The latter v0.8.0 did not
    /// have: there, deletions took no notice of availability (inventory §17.6), so none had to be replaced in advance.
    /// </remarks>
    public static CloneSetDiffs Of(CloneSetNumbers numbers, int pods, int notUpdated, int specifiedOld = 0, int specifiedUpdated = 0)
    {
        int partition = Math.Min(numbers.Partition, numbers.Replicas);
        int toUpdate = numbers.Partition >= numbers.Replicas ? 0 : Math.Max(0, notUpdated - partition);
        // Old pods chosen for deletion are replaced by the update as far as they are among those that it replaces anyway.
        int toReplace = specifiedUpdated + Math.Max(0, specifiedOld - toUpdate);
        int surge = Math.Min(numbers.MaxSurge, toUpdate + toReplace);
        int staying = notUpdated - Math.Min(specifiedOld, toReplace - specifiedUpdated);
        return new CloneSetDiffs(pods - numbers.Replicas - surge, staying - partition);
    }
}
