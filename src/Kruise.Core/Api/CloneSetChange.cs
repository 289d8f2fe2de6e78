using System.Text.Json;
using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Revisions;

namespace Kruise.Core.Api;

/// <summary>What differs between two specs of a <see cref="CloneSet"/>, both defaulted.</summary>
internal static class CloneSetChange
{
    /// <summary>Whether nothing differs, or nothing but names taken out of <c>podsToDelete</c>.</summary>
    public static bool IsOnlyFewerPodsToDelete(CloneSetSpec old, CloneSetSpec spec)
    {
        IReadOnlyList<string> before = old.ScaleStrategy.PodsToDelete ?? [];
        IReadOnlyList<string> after = spec.ScaleStrategy.PodsToDelete ?? [];
        var listed = new HashSet<string>(before, StringComparer.Ordinal);
        if (!after.All(listed.Remove))
        {
            return false;
        }

        // What a record compares by reference is put aside and compared by what it says.
        CloneSetSpec rest = spec with
        {
            Selector = old.Selector,
            Template = old.Template,
            VolumeClaimTemplates = old.VolumeClaimTemplates,
            ScaleStrategy = spec.ScaleStrategy with { PodsToDelete = old.ScaleStrategy.PodsToDelete },
        };
        return rest == old
            && ValueEquality.Same(old.Selector, spec.Selector)
            && SameTemplate(old.Template, spec.Template)
            && SameClaims(old.VolumeClaimTemplates, spec.VolumeClaimTemplates);
    }

    public static bool SameClaims(IReadOnlyList<V1PersistentVolumeClaim>? old, IReadOnlyList<V1PersistentVolumeClaim>? claims) =>
        ReferenceEquals(old, claims) || ValueEquality.Same(old ?? [], claims ?? [], (left, right) => Canonical(left).AsSpan().SequenceEqual(Canonical(right)));

    /// <summary>Whether pods of the one template can become pods of the other where they are.</summary>
    public static bool IsReachableInPlace(V1PodTemplateSpec? old, V1PodTemplateSpec? template) =>
        old is null || template is null || InPlaceDiff.Of(old, template, revision: "") is not null;

    /// <summary>A selector as kubectl prints it.</summary>
    public static string Describe(V1LabelSelector? selector)
    {
        IEnumerable<string> labels = (selector?.MatchLabels ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .OrderBy(label => label.Key, StringComparer.Ordinal)
            .Select(label => $"{label.Key}={label.Value}");
        IEnumerable<string> expressions = (selector?.MatchExpressions ?? [])
            .Select(e => $"{e.Key} {e.OperatorProperty}" + (e.Values is { Count: > 0 } values ? $" ({string.Join(",", values)})" : ""));
        string text = string.Join(",", labels.Concat(expressions));
        return text.Length == 0 ? "{}" : text;
    }

    private static bool SameTemplate(V1PodTemplateSpec? old, V1PodTemplateSpec? template) =>
        ReferenceEquals(old, template)
        || (old is not null && template is not null && TemplateRevision.Bytes(old).Span.SequenceEqual(TemplateRevision.Bytes(template).Span));

    private static byte[] Canonical(V1PersistentVolumeClaim claim)
    {
        // The status of a template is nobody's: some clients write it out, some do not.
        V1PersistentVolumeClaim plain = claim with { Status = null, ApiVersion = null, Kind = null };
        return CanonicalJson.Sparse(JsonSerializer.SerializeToElement(plain, CoreJson.Default.V1PersistentVolumeClaim));
    }
}
