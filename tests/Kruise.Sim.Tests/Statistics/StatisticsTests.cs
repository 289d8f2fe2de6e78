using CsCheck;
using Kruise.Sim.Statistics;
using Xunit;

namespace Kruise.Sim.Tests.Statistics;

/// <summary>Against published values, and against definitions.</summary>
public sealed class StatisticsTests
{
    // C. Darwin, "The effects of cross and self fertilisation in the vegetable kingdom", 1876: differences of heights, eighths of an inch, as in R. A. Fisher, "The Design of Experiments", 1935, chapter III.
    private static readonly double[] s_maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

    // M. Hollander, D. A. Wolfe, "Nonparametric Statistical Methods", table 3.1: Hamilton's depression scale before and after.
    private static readonly double[] s_depression = [.. new[] { 1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30 }.Zip([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29], (x, y) => y - x)];

    private static readonly Gen<double> s_difference = Gen.OneOf(
        Gen.Double[-10, 10],
        Gen.Int[-3, 3].Select(d => (double)d),
        Gen.Int[-4, 4].Select(d => d * double.Epsilon),
        Gen.Double.Where(double.IsFinite),
        Gen.Bool.Select(up => up ? double.PositiveInfinity : double.NegativeInfinity));

    [Fact]
    public void Signed_ranks_have_the_published_probabilities()
    {
        Assert.Equal(0.0390625, SignedRanks.TwoSided(s_depression), 7);
        Assert.Equal(0.04126, SignedRanks.TwoSided(s_maize), 5);
        Assert.Equal(-0.46, new PairMeans(s_depression).Median, 3);
    }

    [Theory]
    [InlineData(5, 0.0625)]
    [InlineData(6, 0.03125)]
    [InlineData(10, 0.001953125)]
    public void Differences_of_one_sign_are_as_unlikely_as_that_many_coins(int pairs, double expected)
    {
        double[] differences = [.. Enumerable.Range(1, pairs).Select(i => 0.5 + i)];
        Assert.Equal(expected, SignedRanks.TwoSided(differences), 12);
        Assert.Equal(expected, SignTest.TwoSided(differences), 12);
        Assert.Equal(expected, SignedRanks.TwoSided([.. differences.Select(d => -d), 0, 0]), 12);
    }

    [Fact]
    public void Equal_pairs_say_nothing()
    {
        Assert.Equal(1, SignedRanks.TwoSided([0, 0, 0]));
        Assert.Equal(1, SignTest.TwoSided([0, 0]));
        Assert.Equal(0, new PairMeans([0, 0, 0]).Median);
        Assert.Equal((0, 0), new PairMeans(new double[8]).Interval(0.95));
    }

    // All 2^n signs of the ranks, counted.
    [Fact]
    public void The_exact_distribution_is_that_of_all_signs() => Gen.Int[-4, 4].Array[1, 10].Sample(whole =>
    {
        double[] differences = [.. whole.Select(d => (double)d)];
        double[] changed = [.. differences.Where(d => d != 0)];
        double[] ranks = [.. changed.Select(d => changed.Count(o => Math.Abs(o) < Math.Abs(d)) + ((changed.Count(o => Math.Abs(o) == Math.Abs(d)) + 1) / 2.0))];
        double mean = ranks.Sum() / 2;
        double distance = Math.Abs(changed.Zip(ranks, (d, r) => d > 0 ? r : 0).Sum() - mean);
        int asFar = Enumerable.Range(0, 1 << ranks.Length).Count(signs => Math.Abs(ranks.Where((_, i) => (signs >> i & 1) == 1).Sum() - mean) >= distance - 1e-9);
        Assert.Equal(Math.Min(1, asFar / (double)(1 << ranks.Length)), SignedRanks.TwoSided(differences), 9);
    });

    // A shift is in the interval exactly when the test does not refute it. Thousandths keep the differences apart, and ten-thousandths the shift from every mean of two: the
    // interval knows of no ties.
    [Fact]
    public void The_interval_holds_what_the_test_does_not_refute() => Gen.Select(Gen.Int[-30, 30].Array[6, 12], Gen.Int[-35, 35]).Sample((whole, place) =>
    {
        double[] differences = [.. whole.Select((d, i) => d + (i * 0.001))];
        double shift = place + 0.4371;
        (double low, double high) = new PairMeans(differences).Interval(0.95);
        bool refuted = SignedRanks.TwoSided([.. differences.Select(d => d - shift)]) <= 0.05;
        Assert.Equal(refuted, shift < low || shift > high);
        Assert.InRange(new PairMeans(differences).Median, low, high);
    });

    // The critical values of every table, two-sided at 5 %: F. Wilcoxon, R. A. Wilcox, "Some rapid approximate statistical procedures", 1964.
    [Theory]
    [InlineData(5, -1)]
    [InlineData(6, 0)]
    [InlineData(10, 8)]
    [InlineData(15, 25)]
    [InlineData(20, 52)]
    [InlineData(25, 89)]
    [InlineData(30, 137)]
    [InlineData(50, 434)]
    public void Critical_sums_of_ranks_are_the_published_ones(int pairs, int sum) => Assert.Equal(sum, SignedRanks.GreatestWithin(pairs, 0.025));

    [Fact]
    public void Critical_sums_go_on_where_the_approximation_begins()
    {
        long[] sums = [.. Enumerable.Range(98, 6).Select(pairs => SignedRanks.GreatestWithin(pairs, 0.025))];
        long[] steps = [.. sums.Skip(1).Zip(sums, (next, sum) => next - sum)];
        Assert.All(steps, step => Assert.InRange(step, 39L, 46L));
    }

    // Every mean written down and sorted: the same to the last bit, with ties, infinities, and numbers so small that halves lose a bit.
    [Fact]
    public void Means_of_two_are_found_without_writing_them_down() => s_difference.Array[1, 40].Sample(differences =>
    {
        double[] means = [.. differences.SelectMany((a, i) => differences.Skip(i).Select(b => PairMeans.Mean(a, b))).Order()];
        int middle = means.Length / 2;
        PairMeans found = new(differences);
        Assert.Equal(means.Length % 2 == 1 ? means[middle] : PairMeans.Mean(means[middle - 1], means[middle]), found.Median);
        foreach (double confidence in new[] { 0, 0.5, 0.95, 0.999 })
        {
            long k = SignedRanks.GreatestWithin(differences.Length, (1 - confidence) / 2);
            Assert.Equal(k < 0 ? (double.NegativeInfinity, double.PositiveInfinity) : (means[k], means[^((int)k + 1)]), found.Interval(confidence));
        }
    });

    // All means of 20,000 differences would take 1.6 GB.
    [Fact]
    public void Memory_grows_with_the_differences_and_not_with_their_pairs()
    {
        double[] differences = [.. Enumerable.Range(0, 20_000).Select(i => Math.Sin(i) + 0.1)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        PairMeans means = new(differences);
        double median = means.Median;
        (double low, double high) = means.Interval(0.95);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100L * differences.Length);
        Assert.True(low < median && median < high, $"{low} {median} {high}");
        Assert.Equal(0.1, median, 2);
    }

    // Sizes that are equal share their ranks and may leave no shift, though the test sees which side is heavier.
    [Fact]
    public void The_test_knows_its_direction()
    {
        double[] differences = [.. Enumerable.Repeat(5.0, 60), .. Enumerable.Repeat(-5.0, 30)];
        Assert.Equal(0, new PairMeans(differences).Median);
        (double probability, int direction) = SignedRanks.Test(differences);
        Assert.InRange(probability, 0, 0.01);
        Assert.Equal(1, direction);
        Assert.Equal(-1, SignedRanks.Test([-3, 1, 0]).Direction);
        Assert.Equal((1, 0), SignedRanks.Test([0, 0]));
    }

    [Fact]
    public void Too_few_pairs_bound_no_shift() => Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), new PairMeans([1, 2, 3, 4, 5]).Interval(0.95));

    [Fact]
    public void Beyond_the_exact_distribution_the_approximation_takes_over_smoothly()
    {
        double[] differences = [.. Enumerable.Range(1, 100).Select(i => i % 5 < 2 ? -(double)i : i)];
        double exact = SignedRanks.TwoSided(differences);
        Assert.InRange(SignedRanks.TwoSided([.. differences, 0.001]) - exact, -0.01, 0.01);
        (double low, double high) = new PairMeans(differences).Interval(0.95);
        (double lowAfter, double highAfter) = new PairMeans([.. differences, 20]).Interval(0.95);
        Assert.InRange(Math.Abs(low - lowAfter) + Math.Abs(high - highAfter), 0, 2);
    }

    [Fact]
    public void Infinite_differences_have_the_greatest_rank()
    {
        double[] differences = [1, 2, 3, 4, 5, double.PositiveInfinity];
        Assert.Equal(0.03125, SignedRanks.TwoSided(differences), 12);
        Assert.Equal(3.5, new PairMeans(differences).Median, 12);
        Assert.Equal(double.PositiveInfinity, new PairMeans([1, double.PositiveInfinity, double.PositiveInfinity]).Median);
    }

    // R's binom.test(8, 10).
    [Fact]
    public void Bounds_of_a_share_are_Clopper_and_Pearsons()
    {
        Assert.Equal(0.4439045, ShareBounds.Lower(8, 10, 0.975), 7);
        Assert.Equal(0.9747893, ShareBounds.Upper(8, 10, 0.975), 7);
        Assert.Equal(0.109375, SignTest.TwoSided(8, 2), 9);
        Assert.Equal(Math.Pow(0.05, 0.1), ShareBounds.Lower(10, 10, 0.95), 12);
        Assert.Equal(1 - Math.Pow(0.05, 0.1), ShareBounds.Upper(0, 10, 0.95), 12);
        Assert.Equal((0, 1), (ShareBounds.Lower(0, 10, 0.95), ShareBounds.Upper(10, 10, 0.95)));
    }

    // Fisher's own analysis of Darwin's maize, as R's t.test has it.
    [Fact]
    public void The_interval_of_a_mean_is_Students()
    {
        (double mean, double low, double high) = SampleInterval.OfMean(s_maize, 0.95);
        Assert.Equal(20.93333, mean, 5);
        Assert.Equal(0.03119, low, 4);
        Assert.Equal(41.83547, high, 4);
        Assert.Equal((7, double.NegativeInfinity, double.PositiveInfinity), SampleInterval.OfMean([7], 0.95));
    }

    // The textbook case: the 2nd and the 9th of ten values bound the median with 97.9 %, each of them with 98.9 %.
    [Fact]
    public void The_interval_of_a_quantile_is_between_two_of_the_values()
    {
        double[] values = [.. Enumerable.Range(1, 10).Select(i => (double)i)];
        Assert.Equal((5, 2, 9), SampleInterval.OfQuantile(values, 0.5, 0.975));
        Assert.Equal((10, 8, double.PositiveInfinity), SampleInterval.OfQuantile(values, 0.95, 0.975));
        Assert.Equal((3, double.NegativeInfinity, double.PositiveInfinity), SampleInterval.OfQuantile([3], 0.5, 0.975));
    }

    // R's p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
    [Fact]
    public void Many_tests_together_count_less() => Assert.Equal([0.03, 0.06, 0.06, 0.02], HolmCorrection.Adjust([0.01, 0.04, 0.03, 0.005]).Select(p => Math.Round(p, 12)));
}
