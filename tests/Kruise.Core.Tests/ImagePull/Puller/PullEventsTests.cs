using Kruise.Core.ImagePull.Puller;
using Xunit;

namespace Kruise.Core.Tests.ImagePull.Puller;

public sealed class PullEventsTests
{
    private const string Digest = "reg.example:5000/team/app@sha256:0123456789012345678901234567890123456789012345678901234567890123";

    public static TheoryData<string, PullEventFacts> Texts => new()
    {
        { PullEvents.Pulled("nginx:1", TimeSpan.FromSeconds(12.34), 1), new PullEventFacts("nginx:1", 1, WasPresent: false) },
        { PullEvents.Pulled("nginx:1", TimeSpan.FromSeconds(12.34), 3), new PullEventFacts("nginx:1", 3, WasPresent: false) },
        { PullEvents.AlreadyPresent(Digest, 1), new PullEventFacts(Digest, 1, WasPresent: true) },
        { PullEvents.AlreadyPresent(Digest, 2), new PullEventFacts(Digest, 2, WasPresent: true) },
        { PullEvents.GivenUp("nginx:1", "node-1", 4, "503 (attempts: 9): Image x"), new PullEventFacts("nginx:1", 4, WasPresent: false) },
        { PullEvents.GivenUp("nginx:1", "node-1", 0, "deadline"), new PullEventFacts("nginx:1", 0, WasPresent: false) },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void What_is_written_can_be_read(string text, PullEventFacts facts)
    {
        Assert.True(PullEvents.TryRead(text, out PullEventFacts? read));
        Assert.Equal(facts, read);
        Assert.True(PullEvents.TryRead("(combined from similar events): " + text, out read));
        Assert.Equal(facts, read);
    }

    [Fact]
    public void One_attempt_is_not_said_and_several_are()
    {
        Assert.Equal("Image nginx:1 was pulled in 12.3 s", PullEvents.Pulled("nginx:1", TimeSpan.FromSeconds(12.34), 1));
        Assert.Equal("Image nginx:1 was pulled in 12.3 s (attempts: 2)", PullEvents.Pulled("nginx:1", TimeSpan.FromSeconds(12.34), 2));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Image ")]
    [InlineData("Image nginx:1")]
    [InlineData("Image nginx:1 is fine")]
    [InlineData("Image nginx:1 could not be pulled on node a (attempts: x): y")]
    [InlineData("Image nginx:1 could not be pulled on node a (attempts: 2")]
    [InlineData("Failed to pull image nginx:1 on node a: Image gone")]
    public void Other_texts_are_not_read(string text) => Assert.False(PullEvents.TryRead(text, out _));
}
