using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Selectors;
using Xunit;

namespace Kruise.Core.Tests.Selectors;

public sealed class LabelMatcherTests
{
    [Theory]
    [InlineData("zone", "In", "a,b", "zone=a", true)]
    [InlineData("zone", "In", "a,b", "zone=c", false)]
    [InlineData("zone", "In", "a,b", "", false)]
    [InlineData("zone", "NotIn", "a,b", "zone=a", false)]
    [InlineData("zone", "NotIn", "a,b", "zone=c", true)]
    [InlineData("zone", "NotIn", "a,b", "", true)]
    [InlineData("zone", "Exists", "", "zone=", true)]
    [InlineData("zone", "Exists", "", "Zone=a", false)]
    [InlineData("zone", "DoesNotExist", "", "zone=a", false)]
    [InlineData("zone", "DoesNotExist", "", "", true)]
    [InlineData("zone", "Like", "a", "zone=a", false)]
    public void Evaluates_requirements(string key, string operation, string values, string label, bool matches)
    {
        var requirement = new V1LabelSelectorRequirement { Key = key, OperatorProperty = operation, Values = Split(values) };
        Assert.Equal(matches, new LabelMatcher(null, [requirement]).Matches(Labels(label)));
    }

    [Fact]
    public void All_must_hold_and_nothing_matches_everything()
    {
        var exists = new V1LabelSelectorRequirement { Key = "disk", OperatorProperty = "Exists" };
        var both = new LabelMatcher(Labels("zone=a"), [exists]);
        Assert.False(both.Matches(Labels("zone=a")));
        Assert.True(both.Matches(new Dictionary<string, string> { ["zone"] = "a", ["disk"] = "ssd" }));
        Assert.False(both.Matches(null));
        Assert.True(new LabelMatcher(null, null).Matches(null));
    }

    [Theory]
    [InlineData("zone", "Near", "a", "s.matchExpressions[0].operator: Invalid value: \"Near\": must be In, NotIn, Exists or DoesNotExist")]
    [InlineData("zone", "In", "", "s.matchExpressions[0].values: Required value: In needs at least one value")]
    [InlineData("zone", "Exists", "a", "s.matchExpressions[0].values: Invalid value: \"a\": Exists takes no values")]
    [InlineData("", "Exists", "", "s.matchExpressions[0].key: Required value: *")]
    [InlineData("a/b/c", "Exists", "", "s.matchExpressions[0].key: Invalid value: \"a/b/c\": *")]
    [InlineData("Ex.com/a", "Exists", "", "s.matchExpressions[0].key: Invalid value: \"Ex.com/a\": *")]
    [InlineData("zone", "In", "-a", "s.matchExpressions[0].values[0]: Invalid value: \"-a\": *")]
    public void Says_what_a_selector_may_not_say(string key, string operation, string values, string expected)
    {
        var errors = new List<FieldError>();
        LabelSelectorValidation.Validate(null, [new() { Key = key, OperatorProperty = operation, Values = Split(values) }], "s", errors);
        string text = Assert.Single(errors).ToString();
        Assert.StartsWith(expected.TrimEnd('*'), text, StringComparison.Ordinal);
    }

    [Fact]
    public void Accepts_what_kubernetes_accepts()
    {
        var errors = new List<FieldError>();
        var labels = new Dictionary<string, string> { ["node.kubernetes.io/instance-type"] = "m5.large", ["A_1.b-c"] = "" };
        LabelSelectorValidation.Validate(labels, [], "s", errors);
        Assert.Empty(errors);
    }

    private static string[]? Split(string values) => values.Length == 0 ? null : values.Split(',');

    private static Dictionary<string, string> Labels(string text)
    {
        string[] parts = text.Split('=');
        return parts.Length == 2 ? new Dictionary<string, string> { [parts[0]] = parts[1] } : [];
    }
}
