using Kruise.Core.Api;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull;

/// <summary>The limits that a job puts on the tags it asks for (inventory §7.5, step 6).</summary>
internal static class TagPullPolicies
{
    /// <summary>
    /// The limits of a new tag. With TTL <c>T</c>, deadline <c>D</c>, timeout <c>t</c> and back-off limit <c>b</c> of the job, an Always tag is
    /// kept <c>(T, else D, else t*b) + slack + jitter</c> seconds, a Never tag a day give or take some minutes.
    /// </summary>
    public static ImageTagPullPolicy Of(ImagePullJobSpec job, ImagePullJobOptions options, RandomStream random)
    {
        int timeout = job.PullPolicy?.TimeoutSeconds ?? ImagePullJobDefaults.TimeoutSeconds;
        int backoff = job.PullPolicy?.BackoffLimit ?? ImagePullJobDefaults.BackoffLimit;
        CompletionPolicy completion = job.CompletionPolicy;
        if (completion.Type == CompletionPolicy.Never)
        {
            return new ImageTagPullPolicy
            {
                TimeoutSeconds = timeout,
                BackoffLimit = backoff,
                TtlSecondsAfterFinished = options.NeverTagTtlSeconds
                    + Draw(random, options.NeverTagTtlJitterSeconds)
                    - (options.NeverTagTtlJitterSeconds / 2),
                ActiveDeadlineSeconds = Math.Max(options.NeverDeadlineSeconds, timeout),
            };
        }

        long kept = completion.TtlSecondsAfterFinished ?? completion.ActiveDeadlineSeconds ?? ((long)timeout * backoff);
        long slack = options.AlwaysTagTtlSlackSeconds + Draw(random, options.AlwaysTagTtlJitterSeconds);
        return new ImageTagPullPolicy
        {
            TimeoutSeconds = timeout,
            BackoffLimit = backoff,
            TtlSecondsAfterFinished = (int)Math.Clamp(kept, 0, int.MaxValue - slack) + (int)slack,
            ActiveDeadlineSeconds = completion.ActiveDeadlineSeconds,
        };
    }

    /// <summary>
    /// The limits of a tag that two jobs share: of each the more generous, so that neither job's pull is cut short by the other's limits. An
    /// absent deadline is the most generous one.
    /// </summary>
    public static ImageTagPullPolicy MoreGenerous(ImageTagPullPolicy? present, ImageTagPullPolicy added) => present is null
        ? added
        : new ImageTagPullPolicy
        {
            TimeoutSeconds = Math.Max(present.TimeoutSeconds ?? ImagePullJobDefaults.TimeoutSeconds, added.TimeoutSeconds!.Value),
            BackoffLimit = Math.Max(present.BackoffLimit ?? ImagePullJobDefaults.BackoffLimit, added.BackoffLimit!.Value),
            TtlSecondsAfterFinished = Math.Max(present.TtlSecondsAfterFinished ?? 0, added.TtlSecondsAfterFinished!.Value),
            ActiveDeadlineSeconds = present.ActiveDeadlineSeconds is { } one && added.ActiveDeadlineSeconds is { } other
                ? Math.Max(one, other)
                : null,
        };

    private static int Draw(RandomStream random, int width) => width <= 0 ? 0 : (int)random.Next(width);
}
