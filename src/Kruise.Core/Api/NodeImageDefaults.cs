using Kruise.Core.ImagePull;

namespace Kruise.Core.Api;

/// <summary>Fills in what a <see cref="NodeImage"/> leaves out.</summary>
public static class NodeImageDefaults
{
    /// <summary>
    /// Per tag: createdAt is <paramref name="now"/> (whole seconds) when absent, the pull policy gets 600 s and 3 attempts more; tags are
    /// sorted by name. The status is not looked at: it is written through its own subresource (inventory §7.2).
    /// </summary>
    /// <returns>The same instance when nothing was missing and everything sorted.</returns>
    public static NodeImage Apply(NodeImage nodeImage, DateTime now)
    {
        if (nodeImage.Spec.Images is not { } images || !images.Values.Any(NeedsDefaults))
        {
            return nodeImage;
        }

        var defaulted = new SortedList<string, ImageSpec>(images.Count, StringComparer.Ordinal);
        foreach ((string name, ImageSpec image) in images)
        {
            defaulted.Add(name, NeedsDefaults(image) ? Apply(image, now) : image);
        }

        return nodeImage with { Spec = nodeImage.Spec with { Images = defaulted } };
    }

    private static bool NeedsDefaults(ImageSpec image)
    {
        for (int i = 0; i < image.Tags.Count; i++)
        {
            ImageTagSpec tag = image.Tags[i];
            if (tag is not { CreatedAt: not null, PullPolicy: { TimeoutSeconds: not null, BackoffLimit: not null } }
                || (i > 0 && string.CompareOrdinal(image.Tags[i - 1].Tag, tag.Tag) > 0))
            {
                return true;
            }
        }

        return false;
    }

    private static ImageSpec Apply(ImageSpec image, DateTime now) => image with
    {
        Tags = [.. image.Tags.Select(tag => Apply(tag, now)).OrderBy(tag => tag.Tag, StringComparer.Ordinal)],
    };

    private static ImageTagSpec Apply(ImageTagSpec tag, DateTime now)
    {
        ImageTagPullPolicy policy = tag.PullPolicy ?? new ImageTagPullPolicy();
        return tag with
        {
            CreatedAt = tag.CreatedAt ?? KubernetesTime.WholeSeconds(now),
            PullPolicy = policy with
            {
                TimeoutSeconds = policy.TimeoutSeconds ?? ImagePullJobDefaults.TimeoutSeconds,
                BackoffLimit = policy.BackoffLimit ?? ImagePullJobDefaults.BackoffLimit,
            },
        };
    }
}
