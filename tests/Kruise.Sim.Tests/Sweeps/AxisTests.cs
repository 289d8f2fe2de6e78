using Kruise.Sim.Sweeps;
using Xunit;

namespace Kruise.Sim.Tests.Sweeps;

public sealed class AxisTests
{
    [Theory]
    [InlineData("a.b=1,2,3", "1|2|3")]
    [InlineData("a.b= 10% , 5", "10%|5")]
    [InlineData("expect=[{metric: x, max: 1}],[]", "[{metric: x, max: 1}]|[]")]
    [InlineData("layers=[1MB, 2MB],[3MB]", "[1MB, 2MB]|[3MB]")]
    [InlineData("image=\"a,b\",'c,d'", "\"a,b\"|'c,d'")]
    [InlineData("a=x=1,y", "x=1|y")]
    public void Commas_separate_values_but_not_inside_brackets_and_quotes(string text, string values)
    {
        (Axis? axis, _) = Axis.Read(text);
        Assert.Equal(values, string.Join('|', axis!.Values));
        Assert.Null(axis.Range);
    }

    [Theory]
    [InlineData("a.b", "no path and values")]
    [InlineData("=1", "no path and values")]
    [InlineData("a=1,,2", "empty")]
    [InlineData("a=", "empty")]
    [InlineData("a=1,1", "named twice")]
    [InlineData("a=1..1", "no step to go")]
    [InlineData("a=1..10s", "is not a range")]
    [InlineData("a=9..2", "no step to go")]
    [InlineData("a=0.00000000001..100000", "too many steps")]
    [InlineData("a=0.0000000000000000000000000001..100", "too many steps")]
    [InlineData("a=1..79228162514264337593543950335", "too many steps")]
    public void What_is_no_list_of_values_is_refused(string text, string wrong) => Assert.Contains(wrong, Axis.Read(text).Wrong.ToString()!, StringComparison.Ordinal);

    [Theory]
    [InlineData("a=1..100", 100, "1", "100", true)]
    [InlineData("a=0.50..2", 151, "0.50", "2.00", false)]
    [InlineData("a=100Mbps..10Gbps", 9901, "100Mbps", "10000Mbps", true)]
    [InlineData("a=10%..50%", 41, "10%", "50%", false)]
    [InlineData("a=1s..1m", 60, "1s", "60s", true)]
    public void A_range_has_every_step_of_its_first_values_last_digit(string text, int count, string first, string last, bool logarithmic)
    {
        Axis axis = Axis.Read(text).Axis!;
        Assert.Equal((count, first, last, logarithmic), (axis.Count, axis.At(0), axis.At(axis.Count - 1), axis.Range!.IsLogarithmic));
        Assert.Equal(0, axis.Range.StepAt(0));
        Assert.Equal(count - 1, axis.Range.StepAt(1));
        Assert.All(Enumerable.Range(0, count), step => Assert.Equal(step, axis.Range.StepAt(axis.Range.PartAt(step))));
    }

    [Fact]
    public void A_grid_has_every_combination_once()
    {
        IReadOnlyList<int[]> points = Design.Grid([Axis.Read("a=1,2").Axis!, Axis.Read("b=x,y,z").Axis!])!;
        Assert.Equal(["0,0", "0,1", "0,2", "1,0", "1,1", "1,2"], points.Select(point => string.Join(',', point)));
        Assert.Null(Design.Grid([Axis.Read("a=1..1000").Axis!, Axis.Read("b=1..1000").Axis!]));
    }

    [Fact]
    public void A_sample_meets_every_stratum_of_every_value_once()
    {
        Axis linear = Axis.Read("a=100..1099").Axis!, list = Axis.Read("b=x,y,z,w").Axis!;
        IReadOnlyList<int[]> points = Design.Sample([linear, list], 20);
        Assert.Equal(20, points.Count);
        // A stratum has fifty whole numbers.
        Assert.Equal(Enumerable.Range(0, 20), points.Select(point => point[0] / 50).Order());
        Assert.All(Enumerable.Range(0, 4), item => Assert.Equal(5, points.Count(point => point[1] == item)));
        Assert.Equal(points.Select(p => string.Join(',', p)), Design.Sample([linear, list], 20).Select(p => string.Join(',', p)));
        // Another value beside it does not change what it is.
        Assert.Equal(points.Select(p => p[0]), Design.Sample([linear, Axis.Read("c=1,2").Axis!], 20).Select(p => p[0]));
    }

    [Fact]
    public void A_sample_of_as_many_settings_as_there_are_values_meets_each_once()
    {
        foreach (string few in (string[])["a=1..4", "a=10..15"])
        {
            Axis axis = Axis.Read(few).Axis!;
            Assert.Equal(Enumerable.Range(0, axis.Count), Design.Sample([axis], axis.Count).Select(point => point[0]).Order());
        }

        // By ratio: from half a step before to half a step behind, 1 has as much as 2 and 3 together.
        Axis wide = Axis.Read("a=1..100").Axis!;
        double edge = Math.Log(1.5 / 0.5) / Math.Log(100.5 / 0.5);
        Assert.Equal((0, 1), (wide.Range!.StepIn(edge - 1e-9), wide.Range.StepIn(edge + 1e-9)));
        Assert.Equal(99, wide.Range.StepIn(1 - 1e-12));
    }

    [Theory]
    [InlineData("spec.registries[docker.io]", "registries[docker.io]")]
    [InlineData("spec.registries[docker.io].images[0].layers[1]", "layers[1]")]
    [InlineData("seed", "seed")]
    [InlineData("spec.updateStrategy.maxUnavailable", "maxUnavailable")]
    public void A_path_ends_with_its_last_part_and_what_that_has_in_brackets(string path, string last) => Assert.Equal(last, PathNames.Last(path));

    [Fact]
    public void Names_are_as_short_as_tells_paths_apart()
    {
        Assert.Equal(["parallelism", "egress"], PathNames.Of(["timeline[0].apply.spec.parallelism", "registries[docker.io].egress"]));
        Assert.Equal(
            ["timeline[0].apply.spec.parallelism", "timeline[1].apply.spec.parallelism"],
            PathNames.Of(["timeline[0].apply.spec.parallelism", "timeline[1].apply.spec.parallelism"]));
    }
}
