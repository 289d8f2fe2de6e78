using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

public sealed class TagPullPoliciesTests
{
    public static TheoryData<string?, int?, int?, long?, int?, int, int, long?> Cases => new()
    {
        // type, timeout, back-off, deadline, job TTL -> least TTL, greatest TTL, tag deadline
        { null, null, null, null, null, 2100, 2399, null },
        { "Always", 100, 2, null, null, 500, 799, null },
        { "Always", 100, 0, null, null, 300, 599, null },
        { "Always", null, null, 50, null, 350, 649, 50 },
        { "Always", null, null, 50, 7, 307, 606, 50 },
        { "Always", int.MaxValue, int.MaxValue, null, null, int.MaxValue, int.MaxValue, null },
        { "Never", null, null, null, null, 85_800, 86_999, 1800 },
        { "Never", 1801, null, null, null, 85_800, 86_999, 1801 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Limits_of_a_tag_follow_from_those_of_its_job(
        string? type, int? timeout, int? backoff, long? deadline, int? ttl, int leastTtl, int greatestTtl, long? tagDeadline)
    {
        var job = new ImagePullJobSpec
        {
            PullPolicy = new PullPolicy { TimeoutSeconds = timeout, BackoffLimit = backoff },
            CompletionPolicy = new CompletionPolicy { Type = type, ActiveDeadlineSeconds = deadline, TtlSecondsAfterFinished = ttl },
        };
        var random = new RandomStream(11);
        int[] ttls = new int[4000];
        for (int i = 0; i < ttls.Length; i++)
        {
            ImageTagPullPolicy policy = TagPullPolicies.Of(job, ImagePullJobOptions.Default, random);
            Assert.Equal((timeout ?? 600, backoff ?? 3, tagDeadline), (policy.TimeoutSeconds!.Value, policy.BackoffLimit!.Value, policy.ActiveDeadlineSeconds));
            ttls[i] = policy.TtlSecondsAfterFinished!.Value;
        }

        Assert.InRange(ttls.Min(), leastTtl, (int)Math.Min(greatestTtl, leastTtl + 5L));
        Assert.InRange(ttls.Max(), Math.Max(leastTtl, greatestTtl - 5), greatestTtl);
    }

    [Fact]
    public void The_more_generous_of_two_does_not_depend_on_who_came_first()
    {
        var one = new ImageTagPullPolicy { TimeoutSeconds = 10, BackoffLimit = 9, TtlSecondsAfterFinished = 5, ActiveDeadlineSeconds = 60 };
        var other = new ImageTagPullPolicy { TimeoutSeconds = 20, BackoffLimit = 1, TtlSecondsAfterFinished = 8 };
        var both = new ImageTagPullPolicy { TimeoutSeconds = 20, BackoffLimit = 9, TtlSecondsAfterFinished = 8 };
        Assert.Equal(both, TagPullPolicies.MoreGenerous(one, other));
        Assert.Equal(both, TagPullPolicies.MoreGenerous(other, one));
    }
}
