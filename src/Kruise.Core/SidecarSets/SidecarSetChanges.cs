using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.SidecarSets;

/// <summary>Which changes a set has to look at.</summary>
internal static class SidecarSetChanges
{
    /// <summary>Whether a set says something else. What changes in its status alone was written by the controller.</summary>
    public static bool Matter(SidecarSet? old, SidecarSet? current) =>
        old is null
        || current is null
        || old.Metadata.Uid != current.Metadata.Uid
        || old.Metadata.Generation is null
        || old.Metadata.Generation != current.Metadata.Generation
        || SidecarSetHash.In(old) != SidecarSetHash.In(current)
        || SidecarSetHash.WithoutImagesIn(old) != SidecarSetHash.WithoutImagesIn(current);

    /// <summary>
    /// Adds the sets for which a pod has become something else: it came or went, in and out of a selector too, was updated, or began or ceased to serve. v0.8.0 looked
    /// five seconds later at a pod whose containers had come to their images, lest its readiness were out of date. Both are read from one version of the pod here, so
    /// that there is nothing to wait for.
    /// </summary>
    public static void Map(ObjectKey key, V1Pod? old, V1Pod? current, SidecarSetIndex index, ICollection<ObjectKey> keys)
    {
        PodInjections? known = index.InjectionsOf(key);
        PodInjections? after = current is null ? null : PodInjections.Of(current, known);
        PodInjections? before = old is null ? null : PodInjections.Of(old, after ?? known);
        foreach (string set in PodInjections.SetsOf(before))
        {
            Add(set);
        }

        foreach (string set in PodInjections.SetsOf(after))
        {
            if (before?.Hashes.ContainsKey(set) != true)
            {
                Add(set);
            }
        }

        void Add(string set)
        {
            if (index.Of(set).Rules is not { } rules)
            {
                return;
            }

            SidecarPodFacts? was = old is null ? null : rules.Of(old, before);
            SidecarPodFacts? @is = current is null ? null : rules.Of(current, after);
            if (was is { } a && @is is { } b ? !a.DecidesAs(b) : was is not null || @is is not null)
            {
                keys.Add(ObjectKey.Cluster(set));
            }
        }
    }
}
