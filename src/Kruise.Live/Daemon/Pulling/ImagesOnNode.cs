using Kruise.Core.ImagePull;
using Kruise.Live.Daemon.Cri;

namespace Kruise.Live.Daemon.Pulling;

/// <summary>Finds an image on the node under any spelling of its name.</summary>
internal static class ImagesOnNode
{
    /// <summary>
    /// The runtime's id of the image; null when the image is not there. The runtime is asked for the full name first, which suffices with those that normalise
    /// names; else the names in its list are compared in full.
    /// </summary>
    public static async Task<string?> FindAsync(CriClient cri, ImageReference image, CancellationToken cancellationToken)
    {
        if (await cri.ImageStatusAsync(image.ToString(), cancellationToken) is { Id.Length: > 0 } found)
        {
            return found.Id;
        }

        foreach (Image candidate in await cri.ListImagesAsync(cancellationToken))
        {
            foreach (string name in image.IsDigest ? candidate.RepoDigests : candidate.RepoTags)
            {
                if (ImageReference.TryParse(name, out ImageReference? reference, out _) && reference == image)
                {
                    return candidate.Id;
                }
            }
        }

        return null;
    }
}
