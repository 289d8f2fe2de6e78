using System.Globalization;
using Kruise.Core.ImagePull;
using Kruise.Core.Selectors;

namespace Kruise.Core.Api;

/// <summary>What an <see cref="ImagePullJob"/> may say.</summary>
public static class ImagePullJobValidation
{
    /// <summary>All problems of a job, in the order of its fields; empty when it is fine. Expects a defaulted job.</summary>
    public static IReadOnlyList<FieldError> Validate(ImagePullJob job)
    {
        var errors = new List<FieldError>();
        ImagePullJobSpec spec = job.Spec;
        ValidateImage(spec.Image, errors);
        ValidateSecrets(spec.PullSecrets, errors);
        if (spec.Selector is { } selector)
        {
            ValidateSelector(selector, errors);
        }

        if (spec.Parallelism is { } parallelism && !Parallelism.TryParse(parallelism, out _))
        {
            errors.Add(new FieldError(
                "spec.parallelism",
                parallelism.ToString(),
                "must be a whole number of nodes >= 0 (0 pauses) or a percentage of the targets such as 10%"));
        }

        if (spec.PullPolicy is { } policy)
        {
            AtLeast(1, policy.TimeoutSeconds, "spec.pullPolicy.timeoutSeconds", errors);
            AtLeast(0, policy.BackoffLimit, "spec.pullPolicy.backoffLimit", errors);
        }

        ValidateCompletion(spec.CompletionPolicy, errors);
        return errors;
    }

    private static void ValidateImage(string image, List<FieldError> errors)
    {
        if (string.IsNullOrEmpty(image))
        {
            errors.Add(new FieldError("spec.image", "", "must name an image, for example nginx:1.9.1"));
        }
        else if (!ImageReference.TryParse(image, out _, out string problem))
        {
            errors.Add(new FieldError("spec.image", image, problem));
        }
    }

    private static void ValidateSecrets(IReadOnlyList<string>? secrets, List<FieldError> errors)
    {
        for (int i = 0; i < (secrets?.Count ?? 0); i++)
        {
            if (string.IsNullOrEmpty(secrets![i]))
            {
                errors.Add(new FieldError($"spec.pullSecrets[{i}]", "", "must be the name of a secret in the job's namespace"));
            }
        }
    }

    private static void ValidateSelector(ImagePullJobNodeSelector selector, List<FieldError> errors)
    {
        if (selector.Names is { } names)
        {
            if (selector.MatchLabels is not null || selector.MatchExpressions is not null)
            {
                string labels = selector.MatchLabels is not null ? "matchLabels" : "matchExpressions";
                errors.Add(new FieldError("spec.selector.names", $"names with {labels}", "nodes are selected by names or by labels, not both"));
            }

            for (int i = 0; i < names.Count; i++)
            {
                if (string.IsNullOrEmpty(names[i]))
                {
                    errors.Add(new FieldError($"spec.selector.names[{i}]", "", "must be the name of a node"));
                }
            }
        }

        LabelSelectorValidation.Validate(selector.MatchLabels, selector.MatchExpressions, "spec.selector", errors);
    }

    private static void ValidateCompletion(CompletionPolicy policy, List<FieldError> errors)
    {
        const string field = "spec.completionPolicy";
        if (policy.Type is not (null or "" or CompletionPolicy.Always or CompletionPolicy.Never))
        {
            errors.Add(new FieldError(field + ".type", policy.Type, "must be Always or Never"));
        }

        if (policy.Type == CompletionPolicy.Never)
        {
            OnlyWithAlways(policy.ActiveDeadlineSeconds, field + ".activeDeadlineSeconds", errors);
            OnlyWithAlways(policy.TtlSecondsAfterFinished, field + ".ttlSecondsAfterFinished", errors);
            return;
        }

        AtLeast(0, policy.ActiveDeadlineSeconds, field + ".activeDeadlineSeconds", errors);
        AtLeast(0, policy.TtlSecondsAfterFinished, field + ".ttlSecondsAfterFinished", errors);
    }

    private static void AtLeast(long least, long? value, string field, List<FieldError> errors)
    {
        if (value < least)
        {
            errors.Add(new FieldError(field, Text(value.Value), $"must be >= {Text(least)}"));
        }
    }

    private static void OnlyWithAlways(long? value, string field, List<FieldError> errors)
    {
        if (value is not null)
        {
            errors.Add(new FieldError(field, Text(value.Value), "is only allowed when spec.completionPolicy.type is Always: a Never job does not finish"));
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
