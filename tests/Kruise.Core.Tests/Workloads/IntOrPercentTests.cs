using CsCheck;
using k8s.Models;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.Workloads;

public sealed class IntOrPercentTests
{
    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("12", 12, 12)]
    [InlineData("0%", 0, 0)]
    [InlineData("1%", 1, 0)]
    [InlineData("50%", 5, 4)]
    [InlineData("100%", 9, 9)]
    [InlineData("120%", 11, 10)]
    [InlineData("2147483647%", 193273529, 193273528)]
    public void Reads_numbers_and_percentages_of_nine_pods(string text, int up, int down)
    {
        Assert.True(IntOrPercent.TryParse((IntOrString)text, out IntOrPercent parsed));
        Assert.Equal((up, down), (parsed.Of(9, roundUp: true), parsed.Of(9, roundUp: false)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("-1%")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 %")]
    [InlineData("1.5%")]
    [InlineData("1%%")]
    [InlineData("%")]
    [InlineData("many")]
    [InlineData("2147483648")]
    public void Refuses_what_is_neither(string? text) => Assert.False(IntOrPercent.TryParse(text is null ? null : (IntOrString)text, out _));

    [Fact]
    public void Trap81_a_number_is_never_a_percentage()
    {
        Assert.True(IntOrPercent.TryParse(5, out IntOrPercent number));
        Assert.Equal(new IntOrPercent(5, false), number);
        Assert.True(IntOrPercent.TryParse((IntOrString)"5", out IntOrPercent text));
        Assert.Equal(5, text.Of(1000, roundUp: true));
    }

    [Fact]
    public void Trap65_the_same_percentage_can_be_rounded_up_and_down()
    {
        // maxUnavailable 20% of 12: up to 3 without surge, down to 2 with it.
        var fifth = new IntOrPercent(20, true);
        Assert.Equal(3, fifth.Of(12, roundUp: true));
        Assert.Equal(2, fifth.Of(12, roundUp: false));
    }

    [Fact]
    public void Both_ways_of_rounding_are_those_of_exact_division() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 200_000]).Sample((percent, total) =>
        {
            var share = new IntOrPercent(percent, true);
            decimal exact = (decimal)percent * total / 100;
            return share.Of(total, true) == (int)Math.Ceiling(exact) && share.Of(total, false) == (int)Math.Floor(exact);
        });
}
