namespace Kruise.Core.ImagePull;

/// <summary>Comparison of images as pods name them with what runtimes report of them.</summary>
internal static class ImageNames
{
    /// <summary>
    /// Whether two names are of one image. They are compared in full, as runtimes report them: nginx is docker.io/library/nginx:latest, and the colon before a
    /// registry's port makes no tag (trap 51).
    /// </summary>
    public static bool Same(string? left, string? right) =>
        left == right
        || (ImageReference.TryParse(left, out ImageReference? ours, out _)
            && ImageReference.TryParse(right, out ImageReference? theirs, out _)
            && ours == theirs);

    /// <summary>The digest that an image is named by, or null when it is named by a tag.</summary>
    public static string? DigestOf(string? image) =>
        image is not null && image.Contains('@', StringComparison.Ordinal) && ImageReference.TryParse(image, out ImageReference? reference, out _) && reference.IsDigest
            ? reference.TagOrDigest
            : null;

    /// <summary>The digest in the id of a running image: <c>docker-pullable://nginx@sha256:...</c>, the same without its scheme, or the digest alone.</summary>
    public static string DigestOfId(string? imageId) => imageId is null ? "" : imageId[(imageId.LastIndexOf('@') + 1)..];
}
