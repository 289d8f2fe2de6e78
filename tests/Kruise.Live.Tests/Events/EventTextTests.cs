using System.Text;
using Kruise.Live.Cluster.Events;
using Xunit;

namespace Kruise.Live.Tests.Events;

public sealed class EventTextTests
{
    [Theory]
    [InlineData("a", 1024)]
    [InlineData("a", 1025)]
    [InlineData("ä", 513)]
    [InlineData("€", 342)]
    [InlineData("😀", 400)]
    public void A_message_is_cut_at_a_whole_character(string character, int count)
    {
        string message = string.Concat(Enumerable.Repeat(character, count));
        string fit = EventText.Fit(message);

        Assert.True(Encoding.UTF8.GetByteCount(fit) <= 1024);
        if (Encoding.UTF8.GetByteCount(message) <= 1024)
        {
            Assert.Same(message, fit);
        }
        else
        {
            Assert.EndsWith("...", fit, StringComparison.Ordinal);
            Assert.StartsWith(fit[..^3], message, StringComparison.Ordinal);
            Assert.True(Encoding.UTF8.GetByteCount(fit) > 1024 - 3 - Encoding.UTF8.GetByteCount(character));
        }
    }

    [Fact]
    public void A_name_is_the_objects_and_the_moment_in_hexadecimal()
    {
        Assert.Equal("node-1.17c8a5f2b3d40000", EventText.NameFor("node-1", 0x17c8a5f2b3d40000));
        string name = EventText.NameFor(new string('a', 235) + "-" + new string('b', 17), 0x17c8a5f2b3d40000);
        Assert.Equal(new string('a', 235) + ".17c8a5f2b3d40000", name);
    }
}
