using CsCheck;
using Kruise.Core.ImagePull;
using Xunit;

namespace Kruise.Core.Tests.ImagePull;

public sealed class ParallelismTests
{
    [Theory]
    [InlineData(null, 1)]
    [InlineData("0", 0)]
    [InlineData("10", 10)]
    [InlineData("0%", 0)]
    [InlineData("1%", 3)]
    [InlineData("10%", 26)]
    [InlineData("100%", 256)]
    [InlineData("2147483647%", int.MaxValue)]
    public void Reads_numbers_and_percentages_of_256_targets(string? text, int nodes)
    {
        Assert.True(Parallelism.TryParse(text is null ? null : (k8s.Models.IntOrString)text, out Parallelism parallelism));
        Assert.Equal(nodes, parallelism.Of(256));
    }

    [Fact]
    public void Reads_numbers_that_are_numbers()
    {
        Assert.True(Parallelism.TryParse(7, out Parallelism parallelism));
        Assert.Equal(new Parallelism(7, false), parallelism);
        Assert.False(Parallelism.TryParse(-1, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("-1%")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 %")]
    [InlineData("1.5")]
    [InlineData("1%%")]
    [InlineData("%")]
    [InlineData("many")]
    [InlineData("2147483648")]
    public void Refuses_what_is_neither(string text) => Assert.False(Parallelism.TryParse((k8s.Models.IntOrString)text, out _));

    [Fact]
    public void A_percentage_above_zero_is_at_least_one_node_and_rounds_up() =>
        Gen.Select(Gen.Int[1, 1000], Gen.Int[1, 200_000]).Sample((percent, targets) =>
        {
            int nodes = new Parallelism(percent, true).Of(targets);
            return nodes >= 1 && nodes == (int)Math.Ceiling((decimal)percent * targets / 100);
        });
}
