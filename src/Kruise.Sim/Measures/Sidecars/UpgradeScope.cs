using k8s.Models;
using Kruise.Sim.Cluster;

namespace Kruise.Sim.Measures.Sidecars;

/// <summary>What an upgrade may change of a pod: images of the set's containers, and the annotations that say so.</summary>
internal static class UpgradeScope
{
    private const string Annotations = "kruise.io/sidecarset-";

    /// <summary>The first thing that an upgrade changes beyond that, in words; null when there is none.</summary>
    public static string? Beyond(V1Pod before, V1Pod after, SidecarRules rules)
    {
        foreach ((string key, string? value) in Differing(before.Metadata.Annotations, after.Metadata.Annotations))
        {
            if (!key.StartsWith(Annotations, StringComparison.Ordinal) || value is null)
            {
                return $"the annotation {key}";
            }
        }

        if (!Same(before.Metadata, after.Metadata with { Annotations = before.Metadata.Annotations }))
        {
            return "metadata beside annotations";
        }

        if (!ReferenceEquals(before.Status, after.Status) && !StructuralComparer<V1PodStatus>.Default.Same(before.Status, after.Status))
        {
            return "the status";
        }

        if (!Same(before.Spec, after.Spec with { Containers = before.Spec.Containers }))
        {
            return "the spec beside containers";
        }

        if (before.Spec.Containers.Count != after.Spec.Containers.Count)
        {
            return "the number of containers";
        }

        for (int i = 0; i < before.Spec.Containers.Count; i++)
        {
            V1Container old = before.Spec.Containers[i], now = after.Spec.Containers[i];
            if (old.Image != now.Image && !rules.Has(old.Name))
            {
                return $"the image of container {old.Name}, which is not the set's,";
            }

            if (!Same(old, now with { Image = old.Image }))
            {
                return $"container {old.Name} beside its image";
            }
        }

        return null;
    }

    // Records that share their parts are equal without a look at these.
    private static bool Same<T>(T left, T right)
        where T : class => left.Equals(right) || StructuralComparer<T>.Default.Same(left, right);

    private static IEnumerable<(string Key, string? Value)> Differing(IDictionary<string, string>? before, IDictionary<string, string>? after)
    {
        foreach ((string key, string value) in after ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (before is null || !before.TryGetValue(key, out string? old) || old != value)
            {
                yield return (key, value);
            }
        }

        foreach (string key in before?.Keys ?? [])
        {
            if (after?.ContainsKey(key) != true)
            {
                yield return (key, null);
            }
        }
    }
}
