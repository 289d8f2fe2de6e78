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
        // Without LINQ: a reconcile of every node's every report comes through here.
        int desired = 0;
        foreach (ImageSpec image in wanted?.Values ?? [])
        {
            desired += image.Tags.Count;
        }

        var counters = new NodeImageCounters(desired, 0, 0, 0);
        foreach (ImageStatus image in reported?.Values ?? [])
        {
            foreach (ImageTagStatus tag in image.Tags)
            {
                counters = counters.With(tag.Phase);
            }
        }

        return counters;
    }

    /// <summary>These, and one more tag that is reported in this phase, one of <see cref="ImagePullPhase"/>.</summary>
    public NodeImageCounters With(string phase) => phase switch
    {
        ImagePullPhase.Succeeded => this with { Succeeded = Succeeded + 1 },
        ImagePullPhase.Failed => this with { Failed = Failed + 1 },
        _ => this with { Pulling = Pulling + 1 },
    };

    /// <summary>The counters that a status carries.</summary>
    public static NodeImageCounters In(NodeImageStatus status) => new(status.Desired, status.Succeeded, status.Failed, status.Pulling);
}
