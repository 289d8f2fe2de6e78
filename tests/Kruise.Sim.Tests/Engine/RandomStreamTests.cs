using Kruise.Core.Reconciling;
using Xunit;

namespace Kruise.Sim.Tests.Engine;

public sealed class RandomStreamTests
{
    /// <summary>The first outputs of SplitMix64 for the seed 1234567, as published with the reference implementation's ports.</summary>
    [Fact]
    public void Draws_are_those_of_SplitMix64()
    {
        var stream = new RandomStream(1234567);
        Assert.Equal(
            [6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL],
            Enumerable.Range(0, 5).Select(_ => stream.NextUInt64()));
    }

    /// <summary>Regression: every committed report depends on these.</summary>
    [Fact]
    public void Named_streams_are_the_same_for_ever()
    {
        Assert.Equal([8088162644986968991UL, 11594204403443024632UL, 1685919108171368040UL], Draw(RandomStream.Named(42, "node-0001/daemon"), 3));
        Assert.Equal([7189479016795508413UL, 13268816405156397356UL, 14187306597563455288UL], Draw(RandomStream.Named(42, "node-0001/daemon").Derive("start"), 3));
    }

    [Fact]
    public void Streams_of_other_names_and_seeds_are_others()
    {
        var firsts = new HashSet<ulong>();
        for (int i = 0; i < 10_000; i++)
        {
            Assert.True(firsts.Add(RandomStream.Named(1, $"node-{i}").NextUInt64()));
            Assert.True(firsts.Add(RandomStream.Named(2, $"node-{i}").NextUInt64()));
        }
    }

    [Fact]
    public void Deriving_draws_nothing()
    {
        RandomStream parent = RandomStream.Named(1, "a");
        RandomStream untouched = RandomStream.Named(1, "a");
        parent.Derive("b").NextUInt64();
        Assert.Equal(untouched.NextUInt64(), parent.NextUInt64());
    }

    /// <summary>Mean, variance and each of 64 equal cells, within five standard deviations; also across the first draws of many streams.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Doubles_are_uniform(bool isOneStream)
    {
        const int draws = 1 << 18;
        RandomStream stream = RandomStream.Named(3, "uniform");
        int[] cells = new int[64];
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < draws; i++)
        {
            double x = isOneStream ? stream.NextDouble() : RandomStream.Named(3, $"node-{i}").NextDouble();
            Assert.InRange(x, 0, 1 - 1e-17);
            cells[(int)(x * cells.Length)]++;
            sum += x;
            squares += x * x;
        }

        double mean = sum / draws;
        Assert.Equal(0.5, mean, 5 * Math.Sqrt(1.0 / 12 / draws));
        Assert.Equal(1.0 / 12, (squares / draws) - (mean * mean), 5 * Math.Sqrt(1.0 / 180 / draws));
        double expected = (double)draws / cells.Length;
        Assert.All(cells, count => Assert.Equal(expected, count, 5 * Math.Sqrt(expected)));
    }

    [Fact]
    public void Every_bit_is_as_often_set_as_not()
    {
        const int draws = 1 << 16;
        RandomStream stream = RandomStream.Named(4, "bits");
        int[] set = new int[64];
        for (int i = 0; i < draws; i++)
        {
            ulong bits = stream.NextUInt64();
            for (int bit = 0; bit < 64; bit++)
            {
                set[bit] += (int)((bits >> bit) & 1);
            }
        }

        Assert.All(set, count => Assert.Equal(draws / 2.0, count, 5 * Math.Sqrt(draws / 4.0)));
    }

    [Fact]
    public void Whole_numbers_stay_below_their_bound()
    {
        var stream = new RandomStream(5);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
        {
            counts[stream.Next(7)]++;
        }

        Assert.All(counts, count => Assert.Equal(10_000.0, count, 5 * Math.Sqrt(10_000)));
        Assert.Equal(0, stream.Next(1));
        Assert.InRange(stream.Next(long.MaxValue), 0, long.MaxValue - 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Next(0));
    }

    private static ulong[] Draw(RandomStream stream, int count) => [.. Enumerable.Range(0, count).Select(_ => stream.NextUInt64())];
}
