using Kruise.Core.Api;

namespace Kruise.Core.ImagePull;

/// <summary>The counters of a NodeImage's status; the one definition that the controller and the node's daemon share.</summary>
/// <param name="Desired">Tags wanted.</param>
/// <param name="Succeeded">Tags present.</param>
/// <param name="Failed">Tags given up.</param>
/// <param name="Pulling">Tags being pulled or waiting for it.</param>
public readonly record struct NodeImageCounters(int Desired, int Succeeded, int Failed, int Pulling)
{
    /// <summary>Counts; a wanted tag without a status is counted as desired only.</summary>
    public static NodeImageCounters Of(
        IReadOnlyDictionary<string, ImageSpec>? wanted, IReadOnlyDictionary<string, ImageStatus>? reported)
    {
        int succeeded = 0;
        int failed = 0;
        int pulling = 0;
        foreach (ImageStatus image in reported?.Values ?? [])
        {
            foreach (ImageTagStatus tag in image.Tags)
            {
                switch (tag.Phase)
                {
                    case ImagePullPhase.Succeeded: succeeded++; break;
                    case ImagePullPhase.Failed: failed++; break;
                    default: pulling++; break;
                }
            }
        }

        int desired = 0;
        foreach (ImageSpec image in wanted?.Values ?? [])
        {
            desired += image.Tags.Count;
        }

        return new NodeImageCounters(desired, succeeded, failed, pulling);
    }

    /// <summary>The counters that a status carries.</summary>
    public static NodeImageCounters In(NodeImageStatus status) => new(status.Desired, status.Succeeded, status.Failed, status.Pulling);
}
