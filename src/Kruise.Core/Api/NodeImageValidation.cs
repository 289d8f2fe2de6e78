using System.Globalization;

namespace Kruise.Core.Api;

/// <summary>What a <see cref="NodeImage"/> may say.</summary>
public static class NodeImageValidation
{
    /// <summary>Most image names of one node (inventory §7.2). Tags are not limited.</summary>
    public const int MaxImages = 256;

    /// <summary>All problems of a NodeImage; empty when it is fine. Expects a defaulted one.</summary>
    public static IReadOnlyList<FieldError> Validate(NodeImage nodeImage)
    {
        if (nodeImage.Spec.Images is not { Count: > 0 } images)
        {
            return [];
        }

        var errors = new List<FieldError>();
        if (images.Count > MaxImages)
        {
            errors.Add(new FieldError("spec.images", Text(images.Count), $"must have at most {MaxImages} image names"));
        }

        foreach ((string name, ImageSpec image) in images.InOrder())
        {
            if (name.Length == 0)
            {
                errors.Add(new FieldError("spec.images", "", "an image name must not be empty"));
            }

            ValidateTags($"spec.images[{name}]", image, errors);
        }

        return errors;
    }

    private static void ValidateTags(string path, ImageSpec image, List<FieldError> errors)
    {
        for (int i = 0; i < image.Tags.Count; i++)
        {
            ImageTagSpec tag = image.Tags[i];
            if (string.IsNullOrEmpty(tag.Tag))
            {
                errors.Add(new FieldError($"{path}.tags[{i}].tag", "", "must be a tag or a digest"));
            }
            else if (IsRepeated(image.Tags, i))
            {
                errors.Add(new FieldError($"{path}.tags[{i}].tag", tag.Tag, "must occur once per image"));
            }

            if (tag.CreatedAt is null)
            {
                errors.Add(new FieldError($"{path}.tags[{i}].createdAt", "", "must say when the tag was asked for"));
            }

            if (tag.Version < 0)
            {
                errors.Add(new FieldError($"{path}.tags[{i}].version", Text(tag.Version), "must be >= 0"));
            }

            if (tag.PullPolicy is not { } policy)
            {
                errors.Add(new FieldError($"{path}.tags[{i}].pullPolicy", "", "must be given"));
            }
            else if (policy.TtlSecondsAfterFinished is null)
            {
                errors.Add(new FieldError($"{path}.tags[{i}].pullPolicy.ttlSecondsAfterFinished", "", "must say how long a finished tag is kept"));
            }
        }
    }

    private static bool IsRepeated(IReadOnlyList<ImageTagSpec> tags, int index)
    {
        for (int i = 0; i < index; i++)
        {
            if (tags[i].Tag == tags[index].Tag)
            {
                return true;
            }
        }

        return false;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
