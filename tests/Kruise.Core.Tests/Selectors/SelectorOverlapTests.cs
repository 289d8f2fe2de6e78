using CsCheck;
using k8s.Models;
using Kruise.Core.Selectors;
using Xunit;

namespace Kruise.Core.Tests.Selectors;

public sealed class SelectorOverlapTests
{
    /// <summary>Upstream's TestSelectorConflict, and below it what v0.8.0 answers otherwise (trap 117).</summary>
    [Theory]
    [InlineData("a=h", "a=h", "a=h")]
    [InlineData("a=h", "a=i", null)]
    [InlineData("a=h", "b=i", "a=h,b=i")]
    [InlineData("a=h;b=i;c=j", "a=h;b=x;c=j", null)]
    [InlineData("a=h", "a in h,i,j", "a=h")]
    [InlineData("a=h", "a in i,j", null)]
    [InlineData("a notin h,i", "a=h", null)]
    [InlineData("a=h", "a exists", "a=h")]
    [InlineData("a absent", "a=h", null)]
    [InlineData("a=h", "b exists", "a=h,b=0")]
    [InlineData("a exists", "b exists", "a=0,b=0")]
    [InlineData("a exists", "a notin 0,1", "a=2")]
    [InlineData("a notin x", "b notin y", "")]
    [InlineData("a absent", "a notin x", "")]
    [InlineData("a exists", "a absent", null)]
    [InlineData("a in h,i", "a in i,j;a notin i", null)]
    [InlineData("a in h,i;a in i,j", "a exists", "a=i")]
    [InlineData("a=ALL", "a=x", null)]
    [InlineData("a like x", "b=y", null)]
    public void Vectors(string left, string right, string? example)
    {
        Assert.Equal(example, Text(SelectorOverlap.Example(Selector(left), Selector(right))));
        Assert.Equal(example, Text(SelectorOverlap.Example(Selector(right), Selector(left))));
    }

    [Fact]
    public void Says_disjoint_only_when_no_labels_match_both_and_its_example_matches_both()
    {
        // Values that no selector names are all alike, so that one of them stands for all.
        Dictionary<string, string>[] all =
        [
            .. from a in (string?[])[null, "x", "y", "z", "other"]
               from b in (string?[])[null, "x", "y", "z", "other"]
               select new[] { ("a", a), ("b", b) }.Where(label => label.Item2 is not null).ToDictionary(label => label.Item1, label => label.Item2!),
        ];
        int disjoint = 0;
        Gen.Select(RandomSelector, RandomSelector).Sample(
            (left, right) =>
            {
                var first = new LabelMatcher(left.MatchLabels, left.MatchExpressions);
                var second = new LabelMatcher(right.MatchLabels, right.MatchExpressions);
                IReadOnlyDictionary<string, string>? example = SelectorOverlap.Example(left, right);
                Assert.Equal(all.Any(labels => first.Matches(labels) && second.Matches(labels)), example is not null);
                if (example is null)
                {
                    disjoint++;
                    return;
                }

                Dictionary<string, string> copy = new(example);
                Assert.True(first.Matches(copy) && second.Matches(copy));
            },
            iter: 20_000,
            threads: 1);
        Assert.InRange(disjoint, 2_000, 18_000);
    }

    private static Gen<V1LabelSelector> RandomSelector
    {
        get
        {
            Gen<string> key = OneOf("a", "b"), value = OneOf("x", "y", "z");
            Gen<V1LabelSelectorRequirement> requirement = Gen.Select(key, OneOf("In", "NotIn", "Exists", "DoesNotExist"), value.Array[1, 3]).Select(
                (name, operation, values) => new V1LabelSelectorRequirement
                {
                    Key = name,
                    OperatorProperty = operation,
                    Values = operation is "In" or "NotIn" ? values : null,
                });
            return Gen.Select(Gen.Select(key, value).Array[0, 2], requirement.Array[0, 3]).Select((labels, requirements) => new V1LabelSelector
            {
                MatchLabels = labels.DistinctBy(label => label.Item1).ToDictionary(label => label.Item1, label => label.Item2),
                MatchExpressions = requirements,
            });
        }
    }

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string? Text(IReadOnlyDictionary<string, string>? labels) =>
        labels is null ? null : string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"));

    internal static V1LabelSelector Selector(string text)
    {
        var labels = new Dictionary<string, string>();
        List<V1LabelSelectorRequirement> requirements = [];
        foreach (string part in text.Split(';'))
        {
            string[] words = part.Split(' ');
            if (words.Length == 1)
            {
                labels.Add(part.Split('=')[0], part.Split('=')[1]);
                continue;
            }

            string operation = words[1] switch { "in" => "In", "notin" => "NotIn", "exists" => "Exists", "absent" => "DoesNotExist", _ => words[1] };
            requirements.Add(new V1LabelSelectorRequirement { Key = words[0], OperatorProperty = operation, Values = words.Length > 2 ? words[2].Split(',') : null });
        }

        return new V1LabelSelector { MatchLabels = labels, MatchExpressions = requirements };
    }
}
