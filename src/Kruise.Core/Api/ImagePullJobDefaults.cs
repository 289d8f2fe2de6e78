namespace Kruise.Core.Api;

/// <summary>Fills in what an <see cref="ImagePullJob"/> leaves out.</summary>
public static class ImagePullJobDefaults
{
    /// <summary>Limit of one attempt when the job names none, seconds (inventory §7.1).</summary>
    public const int TimeoutSeconds = 600;

    /// <summary>Attempts after the first when the job names none (inventory §7.1).</summary>
    public const int BackoffLimit = 3;

    /// <summary>
    /// Sets the completion type and the pull policy where the user set none; what the user did set stays as it is. Parallelism is left
    /// absent: an absent one means 1.
    /// </summary>
    /// <returns>The same instance when nothing was missing.</returns>
    public static ImagePullJob Apply(ImagePullJob job)
    {
        ImagePullJobSpec spec = job.Spec;
        PullPolicy policy = spec.PullPolicy ?? new PullPolicy();
        if (!string.IsNullOrEmpty(spec.CompletionPolicy.Type) && policy is { TimeoutSeconds: not null, BackoffLimit: not null })
        {
            return job;
        }

        return job with
        {
            Spec = spec with
            {
                PullPolicy = policy with
                {
                    TimeoutSeconds = policy.TimeoutSeconds ?? TimeoutSeconds,
                    BackoffLimit = policy.BackoffLimit ?? BackoffLimit,
                },
                CompletionPolicy = spec.CompletionPolicy with
                {
                    Type = string.IsNullOrEmpty(spec.CompletionPolicy.Type) ? CompletionPolicy.Always : spec.CompletionPolicy.Type,
                },
            },
        };
    }
}
