using System.Text;
using Kruise.Sim.Checks;
using Xunit;

namespace Kruise.Sim.Tests.Checks;

public sealed class BaselineTests
{
    private const string Good = """
        {"apiVersion": "sim.kruise.io/v1alpha1", "kind": "Baseline", "scenarios": {
          "a": {"seeds": [1, 18446744073709551615], "metrics": {"warmup.seconds.p99": [1.5, null]}}}}
        """;

    [Fact]
    public void It_is_read_as_it_was_written()
    {
        Baseline read = Parse(Good);
        Assert.Equal([1ul, ulong.MaxValue], read.Find("a")!.Seeds);
        Assert.Equal([1.5, null], read.Find("a")!.Metrics["warmup.seconds.p99"]);
        byte[] written = read.ToJson();
        Assert.Equal(written, Baseline.Parse(written, "b.json").ToJson());
        Assert.Null(read.Find("b"));
    }

    [Theory]
    [InlineData("{", "b.json:1:2: is not JSON; allowed: a file that --update-baseline has written")]
    [InlineData("[]", "b.json: is not of apiVersion sim.kruise.io/v1alpha1 and kind Baseline with scenarios; allowed: a file that --update-baseline has written")]
    [InlineData(
        """{"apiVersion": "v1", "kind": "Baseline", "scenarios": {}}""",
        "b.json: is not of apiVersion sim.kruise.io/v1alpha1 and kind Baseline with scenarios; allowed: a file that --update-baseline has written")]
    public void What_is_none_is_refused(string json, string message) => Assert.Equal(message, Assert.Throws<FormatException>(() => Parse(json)).Message);

    [Theory]
    [InlineData("[1, 18446744073709551615]", "[]", "scenarios[a].seeds is not a list of seeds")]
    [InlineData("[1, 18446744073709551615]", "[1, -1]", "scenarios[a].seeds is not a list of seeds")]
    [InlineData("[1, 18446744073709551615]", "[1, 1]", "scenarios[a].seeds has a seed twice")]
    [InlineData("[1.5, null]", "[1.5]", "scenarios[a].metrics[warmup.seconds.p99] is not a list of 2 numbers, one a seed")]
    [InlineData("[1.5, null]", "[1.5, \"x\"]", "scenarios[a].metrics[warmup.seconds.p99] is not a list of 2 numbers, one a seed")]
    [InlineData("\"metrics\"", "\"metric\"", "scenarios[a].metrics is not there")]
    public void What_is_wrong_in_it_is_named(string from, string to, string what) => Assert.Equal(
        $"b.json: {what}; allowed: a file that --update-baseline has written", Assert.Throws<FormatException>(() => Parse(Good.Replace(from, to, StringComparison.Ordinal))).Message);

    [Theory]
    [InlineData(1.0 / 3, 0.333333333)]
    [InlineData(123456789012.0, 123456789000.0)]
    [InlineData(0.1 + 0.2, 0.3)]
    public void Values_have_nine_digits(double value, double kept) => Assert.Equal(kept, Baseline.Rounded(value));

    private static Baseline Parse(string json) => Baseline.Parse(Encoding.UTF8.GetBytes(json), "b.json");
}
