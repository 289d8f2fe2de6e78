using k8s.Models;
using Kruise.Core.Revisions;

namespace Kruise.Core.InPlaceUpdate;

/// <summary>Whether pods of one template can become pods of another where they are.</summary>
public static class InPlaceDiff
{
    /// <summary>
    /// What changes in a pod; null when the pod has to be replaced. Only images of ordinary containers may differ in the spec; metadata may differ at
    /// will and never stands in the way (trap 48). Of metadata, pods take labels, annotations and finalizers.
    /// </summary>
    /// <param name="old">The template that the pod was made from, or was last updated to.</param>
    /// <param name="new">The template that it is to follow.</param>
    /// <param name="revision">The name of the new template's revision, as pods carry it.</param>
    /// <param name="graceSeconds">How long the pod is kept out of service before its images change.</param>
    public static InPlaceUpdateSpec? Of(V1PodTemplateSpec? old, V1PodTemplateSpec? @new, string revision, int graceSeconds = 0)
    {
        if (old is null || @new is null || !TemplateRevision.SpecWithoutImages(old).AsSpan().SequenceEqual(TemplateRevision.SpecWithoutImages(@new)))
        {
            return null;
        }

        // Apart from images the specs are the same, so both have the same containers at the same places.
        var images = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < (old.Spec?.Containers?.Count ?? 0); i++)
        {
            if (@new.Spec.Containers[i].Image != old.Spec!.Containers[i].Image)
            {
                images[old.Spec.Containers[i].Name] = @new.Spec.Containers[i].Image;
            }
        }

        return new InPlaceUpdateSpec(revision, images, MetadataChange.Of(old.Metadata, @new.Metadata), graceSeconds);
    }
}
