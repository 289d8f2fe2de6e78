using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull;

/// <summary>The jobs that stand behind a tag of a NodeImage.</summary>
internal static class TagOwners
{
    /// <summary>Whether the reference names an ImagePullJob; owners of other kinds are none of our business and count as alive.</summary>
    public static bool IsJob(V1ObjectReference owner) =>
        owner.Kind == ImagePullJob.KindName && owner.ApiVersion?.StartsWith(KruiseGroup.Name + "/", StringComparison.Ordinal) == true;

    /// <summary>Whether the tag is owned by the job with this uid.</summary>
    public static bool Contains(ImageTagSpec tag, string jobUid)
    {
        if (tag.OwnerReferences is { } owners)
        {
            foreach (V1ObjectReference owner in owners)
            {
                if (owner.Uid == jobUid && IsJob(owner))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The reference that a job leaves on the tags it asks for.</summary>
    public static V1ObjectReference ReferenceTo(ImagePullJob job) => new()
    {
        ApiVersion = KruiseGroup.V1Alpha1,
        Kind = ImagePullJob.KindName,
        NamespaceProperty = job.Metadata.NamespaceProperty,
        Name = job.Metadata.Name,
        Uid = job.Metadata.Uid,
    };

    /// <summary>The job behind a reference while it exists and still asks for this very tag; else null.</summary>
    public static ImagePullJob? Find(V1ObjectReference owner, string imageName, string tag, IClusterView view)
    {
        ImagePullJob? job = view.Get<ImagePullJob>(new ObjectKey(owner.NamespaceProperty ?? "", owner.Name));
        return job is not null
            && job.Metadata.Uid == owner.Uid
            && ImageReference.TryParse(job.Spec.Image, out ImageReference? image, out _)
            && image.FamiliarName == imageName
            && image.TagOrDigest == tag
            ? job
            : null;
    }
}
