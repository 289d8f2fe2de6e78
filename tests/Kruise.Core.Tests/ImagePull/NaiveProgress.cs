using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;

namespace Kruise.Core.Tests.ImagePull;

/// <summary>
/// What <see cref="ImagePullJobIndex"/> must hold, computed from nothing but the job and all NodeImages, by the words of the inventory
/// (§7.5, steps 3 and 5, with the corrections of traps 8, 14 and 17).
/// </summary>
internal sealed record NaiveProgress(string NotSynced, string Pulling, int Succeeded, string Failed)
{
    public static NaiveProgress Of(ImagePullJob job, IReadOnlyCollection<NodeImage> nodes)
    {
        ImagePullJobNodeSelector? selector = job.Spec.Selector;
        NodeImage[] targets = selector?.Names is { } names
            ? [.. names.Distinct().Select(name => nodes.FirstOrDefault(n => n.Metadata.Name == name)).OfType<NodeImage>()]
            : [.. nodes.Where(n => Matches(selector, n.Metadata.Labels)).OrderBy(n => n.Metadata.Name, new TargetSelector(null).Order)];
        ILookup<NodePullState, string> byState = targets.ToLookup(n => StateOf(job, n), n => n.Metadata.Name);
        return new NaiveProgress(
            Join(byState[NodePullState.NotSynced]),
            Join(byState[NodePullState.Pulling].Order(StringComparer.Ordinal)),
            byState[NodePullState.Succeeded].Count(),
            Join(byState[NodePullState.Failed].Order(StringComparer.Ordinal)));
    }

    public static NaiveProgress? In(ImagePullJobProgress? progress) => progress is null
        ? null
        : new NaiveProgress(Join(progress.NotSyncedNodes), Join(progress.PullingNodes()), progress.Succeeded, Join(progress.FailedNodes));

    public static NodePullState? StateOf(ImagePullJob job, NodeImage? node, bool _) =>
        node is null || !IsTarget(job, node) ? null : StateOf(job, node);

    private static bool IsTarget(ImagePullJob job, NodeImage node) =>
        job.Spec.Selector?.Names is { } names ? names.Contains(node.Metadata.Name) : Matches(job.Spec.Selector, node.Metadata.Labels);

    private static NodePullState StateOf(ImagePullJob job, NodeImage node)
    {
        string[] image = job.Spec.Image.Replace("docker.io/library/", "", StringComparison.Ordinal).Split(':');
        ImageTagSpec? tag = (node.Spec.Images?.GetValueOrDefault(image[0])?.Tags ?? []).FirstOrDefault(t => t.Tag == image[1]);
        if (tag is null || !(tag.OwnerReferences ?? []).Any(o => o.Uid == job.Metadata.Uid))
        {
            return NodePullState.NotSynced;
        }

        ImageTagStatus? status = (node.Status.ImageStatuses?.GetValueOrDefault(image[0])?.Tags ?? []).FirstOrDefault(t => t.Tag == image[1]);
        return status?.Version != tag.Version ? NodePullState.Pulling
            : status.Phase == "Succeeded" ? NodePullState.Succeeded
            : status.Phase == "Failed" ? NodePullState.Failed
            : NodePullState.Pulling;
    }

    private static bool Matches(ImagePullJobNodeSelector? selector, IDictionary<string, string>? labels) =>
        (selector?.MatchLabels ?? new Dictionary<string, string>()).All(l => labels is not null && labels.Contains(l))
        && (selector?.MatchExpressions ?? []).All((V1LabelSelectorRequirement e) => e.OperatorProperty == "Exists" == (labels?.ContainsKey(e.Key) == true));

    private static string Join(IEnumerable<string> names) => string.Join(' ', names);
}
