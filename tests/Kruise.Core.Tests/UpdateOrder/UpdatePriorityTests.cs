using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.UpdateOrder;
using Xunit;
using static Kruise.Core.Tests.Workloads.TestPods;

namespace Kruise.Core.Tests.UpdateOrder;

public sealed class UpdatePriorityTests
{
    private static readonly UpdatePriority _fooBar = Weights(("key", "foo", 20), ("key", "bar", 10));
    private static readonly UpdatePriority _keys = Order("key1", "key2");

    [Theory]
    [InlineData("", "", true)]
    [InlineData("key=foo", "key=foo", true)]
    [InlineData("key=bar", "key=foo", false)]
    [InlineData("", "key=bar", false)]
    [InlineData("", "key=foo", false)]
    public void The_heavier_pod_goes_first(string left, string right, bool leftFirst) => Assert.Equal(leftFirst, GoesFirst(_fooBar, left, right));

    [Fact]
    public void Weights_add_up()
    {
        Assert.False(GoesFirst(Weights(("key1", "x", 20), ("key2", "x", 10), ("key3", "x", 15)), "key1=x", "key2=x,key3=x"));
        Assert.False(GoesFirst(Weights(("key1", "x", 20), ("key2", "x", 10), ("key3", "x", 5)), "key2=x,key3=x", "key1=x"));
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("key1=o-10", "key1=o-5", true)]
    [InlineData("key1=o-10", "key1=o-10", true)]
    [InlineData("key1=o-10", "key1=o-20", false)]
    [InlineData("key2=o-20", "key1=o-10", false)]
    [InlineData("key2=o-20", "key2=o-10", true)]
    [InlineData("key1=o", "key1=o-1", false)]
    [InlineData("key1=o-99999999999999999999", "key1=o-1", false)]
    public void The_earlier_key_and_then_the_larger_number_goes_first(string left, string right, bool leftFirst) =>
        Assert.Equal(leftFirst, GoesFirst(_keys, left, right));

    [Fact]
    public void Trap58_pods_without_any_of_the_keys_are_updated_first()
    {
        V1Pod[] pods = [Of("key1=o-10"), Of("key2=o-7"), Of(""), Of("key1=o-20"), Of("other=o-99")];
        Assert.Equal([2, 4, 3, 0, 1], _keys.Sort(pods, [0, 1, 2, 3, 4]));
    }

    [Fact]
    public void Trap59_pods_of_equal_priority_keep_their_order()
    {
        V1Pod[] pods = [Of("key=foo"), Of("key=bar"), Of("key=foo"), Of("key=bar")];
        Assert.Equal([2, 0, 3, 1], _fooBar.Sort(pods, [3, 2, 1, 0]));
        Assert.Equal([0, 2, 1, 3], _fooBar.Sort(pods, [0, 1, 2, 3]));
    }

    [Fact]
    public void Selectors_may_ask_for_more_than_labels()
    {
        var strategy = new UpdatePriorityStrategy
        {
            WeightPriority =
            [
                new UpdatePriorityWeightTerm
                {
                    Weight = 1,
                    MatchSelector = new V1LabelSelector { MatchExpressions = [new V1LabelSelectorRequirement { Key = "canary", OperatorProperty = "Exists" }] },
                },
            ],
        };
        Assert.Equal([1, 0], new UpdatePriority(strategy).Sort([Of(""), Of("canary=yes")], [0, 1]));
    }

    [Fact]
    public void Without_a_strategy_nothing_moves()
    {
        int[] candidates = [1, 0];
        Assert.Same(candidates, new UpdatePriority(null).Sort([Of("key=foo"), Of("")], candidates));
        Assert.Same(candidates, new UpdatePriority(new UpdatePriorityStrategy()).Sort([Of("key=foo"), Of("")], candidates));
    }

    [Fact]
    public void Strategies_are_equal_when_they_say_the_same()
    {
        UpdatePriorityStrategy Make(int weight) => new()
        {
            WeightPriority = [new UpdatePriorityWeightTerm { Weight = weight, MatchSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["a"] = "b" } } }],
            OrderPriority = [new UpdatePriorityOrderTerm { OrderedKey = "k" }],
        };
        Assert.Equal(Make(1), Make(1));
        Assert.Equal(Make(1).GetHashCode(), Make(1).GetHashCode());
        Assert.NotEqual(Make(1), Make(2));
    }

    // As the sorter asks: pods of equal priority stay, so the left one goes first.
    private static bool GoesFirst(UpdatePriority priority, string left, string right) =>
        priority.Compare(Of(left).Metadata.Labels, Of(right).Metadata.Labels) <= 0;

    private static V1Pod Of(string labels) =>
        Labelled([.. labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=')).Select(l => (l[0], l[1]))]);

    private static UpdatePriority Weights(params (string Key, string Value, int Weight)[] terms) => new(new UpdatePriorityStrategy
    {
        WeightPriority =
        [
            .. terms.Select(term => new UpdatePriorityWeightTerm
            {
                Weight = term.Weight,
                MatchSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { [term.Key] = term.Value } },
            }),
        ],
    });

    private static UpdatePriority Order(params string[] keys) =>
        new(new UpdatePriorityStrategy { OrderPriority = [.. keys.Select(key => new UpdatePriorityOrderTerm { OrderedKey = key })] });
}
