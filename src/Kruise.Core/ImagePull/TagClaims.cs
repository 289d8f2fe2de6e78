using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Core.ImagePull;

/// <summary>How a job asks a node for its image.</summary>
internal static class TagClaims
{
    /// <summary>Whether the NodeImage can take the image: it lists it already, or lists fewer images than it may.</summary>
    public static bool HasRoom(NodeImage nodeImage, ImageReference image) =>
        !IsFull(nodeImage) || nodeImage.Spec.Images!.ContainsKey(image.FamiliarName);

    /// <summary>Whether the NodeImage lists as many images as it may.</summary>
    public static bool IsFull(NodeImage nodeImage) => nodeImage.Spec.Images is { Count: >= NodeImageValidation.MaxImages };

    /// <summary>
    /// The NodeImage with the job's claim on the tag. A tag that is new there starts one version above what the node last reported of it, so
    /// that an old report is never taken for the new round. A tag that others own gets a new round too: version + 1, createdAt now (the
    /// node has the whole response time again), the job as a further owner and of both policies the more generous.
    /// </summary>
    public static NodeImage Claim(NodeImage nodeImage, ImagePullJob job, ImageReference image, ImageTagPullPolicy policy, DateTime now)
    {
        ImageTagSpec? present = nodeImage.FindTag(image);
        V1ObjectReference owner = TagOwners.ReferenceTo(job);
        DateTime createdAt = KubernetesTime.WholeSeconds(now);
        ImageTagSpec tag = present is null
            ? new ImageTagSpec
            {
                Tag = image.TagOrDigest,
                CreatedAt = createdAt,
                PullPolicy = policy,
                OwnerReferences = [owner],
                Version = nodeImage.FindStatus(image.FamiliarName, image.TagOrDigest) is { } status ? status.Version + 1 : 0,
            }
            : present with
            {
                CreatedAt = createdAt,
                PullPolicy = TagPullPolicies.MoreGenerous(present.PullPolicy, policy),
                OwnerReferences = [.. present.OwnerReferences ?? [], owner],
                Version = present.Version + 1,
            };

        SortedList<string, ImageSpec> images = nodeImage.Spec.Images.Copy();
        images.TryGetValue(image.FamiliarName, out ImageSpec? entry);
        entry ??= new ImageSpec();
        images[image.FamiliarName] = entry with
        {
            PullSecrets = PullSecretList.Merge(entry.PullSecrets, job),
            Tags = [.. entry.Tags.Where(t => t.Tag != tag.Tag).Append(tag).OrderBy(t => t.Tag, StringComparer.Ordinal)],
        };
        return nodeImage with { Spec = nodeImage.Spec with { Images = images } };
    }
}
