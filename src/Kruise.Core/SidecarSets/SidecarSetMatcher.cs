using System.Runtime.CompilerServices;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Selectors;

namespace Kruise.Core.SidecarSets;

/// <summary>Which pods a set selects; made once for each state of the set.</summary>
public sealed class SidecarSetMatcher
{
    private static readonly ConditionalWeakTable<SidecarSetSpec, SidecarSetMatcher> _ofSpec = [];

    private readonly string? _namespace;
    private readonly LabelMatcher? _labels;

    private SidecarSetMatcher(SidecarSetSpec spec)
    {
        _namespace = spec.Namespace;
        _labels = LabelSelectorValidation.IsUsable(spec.Selector) ? new LabelMatcher(spec.Selector!.MatchLabels, spec.Selector.MatchExpressions) : null;
    }

    /// <summary>The matcher of a set.</summary>
    public static SidecarSetMatcher Of(SidecarSet set) => _ofSpec.GetValue(set.Spec, static spec => new SidecarSetMatcher(spec));

    /// <summary>Whether a pod is selected: by its namespace and its labels. A set without a usable selector selects none.</summary>
    public bool Matches(V1Pod pod) =>
        _labels is not null
        && (string.IsNullOrEmpty(_namespace) || _namespace == pod.Metadata.NamespaceProperty)
        && _labels.Matches(pod.Metadata.Labels);
}
