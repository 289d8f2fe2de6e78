using System.Globalization;
using k8s.Models;

namespace Kruise.Sim.Workloads;

/// <summary>Whether a pod's node selector, node affinity and tolerations go with a node (component-helpers: nodeaffinity; core/v1 helpers).</summary>
internal static class NodeMatching
{
    /// <summary>The taint that keeps a pod off a node; null when it tolerates all of them.</summary>
    public static V1Taint? Untolerated(V1Taint[] taints, IList<V1Toleration>? tolerations)
    {
        for (int i = 0; i < taints.Length; i++)
        {
            V1Taint taint = taints[i];
            if (taint.Effect is "NoSchedule" or "NoExecute" && !Tolerates(tolerations, taint))
            {
                return taint;
            }
        }

        return null;
    }

    /// <summary>How many taints that only ask for other nodes a pod does not tolerate.</summary>
    public static int Intolerable(V1Taint[] taints, IList<V1Toleration>? tolerations)
    {
        int count = 0;
        for (int i = 0; i < taints.Length; i++)
        {
            count += taints[i].Effect == "PreferNoSchedule" && !Tolerates(tolerations, taints[i]) ? 1 : 0;
        }

        return count;
    }

    public static bool Tolerates(IList<V1Toleration>? tolerations, V1Taint taint)
    {
        for (int i = 0; i < (tolerations?.Count ?? 0); i++)
        {
            if (Tolerates(tolerations![i], taint))
            {
                return true;
            }
        }

        return false;
    }

    public static bool Tolerates(V1Toleration toleration, V1Taint taint) =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
        && (string.IsNullOrEmpty(toleration.Key) ? toleration.OperatorProperty == "Exists" : toleration.Key == taint.Key)
        && (toleration.OperatorProperty == "Exists" || (toleration.Value ?? "") == (taint.Value ?? ""));

    /// <summary>The node selector and the required node affinity.</summary>
    public static bool Selects(V1PodSpec spec, V1Node node)
    {
        foreach ((string key, string value) in spec.NodeSelector ?? None)
        {
            if (node.Metadata.Labels is null || !node.Metadata.Labels.TryGetValue(key, out string? own) || own != value)
            {
                return false;
            }
        }

        IList<V1NodeSelectorTerm>? terms = spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms;
        if (terms is null)
        {
            return true;
        }

        for (int i = 0; i < terms.Count; i++)
        {
            if (Matches(terms[i], node))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The sum of the weights of the preferences that a node meets.</summary>
    public static long Preference(V1PodSpec spec, V1Node node)
    {
        IList<V1PreferredSchedulingTerm>? terms = spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution;
        long sum = 0;
        for (int i = 0; i < (terms?.Count ?? 0); i++)
        {
            sum += Matches(terms![i].Preference, node) ? terms[i].Weight : 0;
        }

        return sum;
    }

    // A term without requirements matches nothing.
    private static bool Matches(V1NodeSelectorTerm term, V1Node node)
    {
        if (term.MatchExpressions is null or { Count: 0 } && term.MatchFields is null or { Count: 0 })
        {
            return false;
        }

        foreach (V1NodeSelectorRequirement requirement in term.MatchExpressions ?? [])
        {
            string? value = null;
            if (!Holds(requirement, node.Metadata.Labels?.TryGetValue(requirement.Key, out value) == true ? value : null))
            {
                return false;
            }
        }

        foreach (V1NodeSelectorRequirement requirement in term.MatchFields ?? [])
        {
            if (!Holds(requirement, requirement.Key == "metadata.name" ? node.Metadata.Name : null))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(V1NodeSelectorRequirement requirement, string? value) => requirement.OperatorProperty switch
    {
        "In" => value is not null && requirement.Values.Contains(value),
        "NotIn" => value is null || !requirement.Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(value, requirement) > 0,
        "Lt" => Compare(value, requirement) < 0,
        _ => false,
    };

    private static int Compare(string? value, V1NodeSelectorRequirement requirement) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long own)
        && requirement.Values is [string text]
        && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long wanted)
            ? own.CompareTo(wanted)
            : 0;

    private static IDictionary<string, string> None { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
