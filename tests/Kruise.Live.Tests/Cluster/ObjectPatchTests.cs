using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Live.Cluster;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

/// <summary>A patch says what differs and nothing else, in the words of a strategic merge patch.</summary>
public sealed class ObjectPatchTests
{
    private const string Guard = """ "metadata":{"uid":"u","resourceVersion":"7"} """;

    [Theory]
    [InlineData("""{"spec":{"containers":[{"name":"a","image":"x:1"}]}}""", """{"spec":{"containers":[{"name":"a","image":"x:1"}]}}""", "")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a","image":"x:1"},{"name":"b","image":"y:1"}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"x:1"},{"name":"b","image":"y:2"}]}}""",
        """ "spec":{"containers":[{"name":"b","image":"y:2"}]} """)]
    [InlineData(
        """{"spec":{"containers":[{"name":"a","env":[{"name":"k","value":"1"},{"name":"l","value":"1"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","env":[{"name":"k","value":"2"}]}]}}""",
        """ "spec":{"containers":[{"name":"a","env":[{"name":"k","value":"2"},{"name":"l","$patch":"delete"}]}]} """)]
    [InlineData(
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":53,"protocol":"TCP"}]}]}}""",
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":53,"protocol":"TCP"},{"containerPort":53,"protocol":"UDP"}]}]}}""",
        """ "spec":{"containers":[{"name":"a","ports":[{"$patch":"replace"},{"containerPort":53,"protocol":"TCP"},{"containerPort":53,"protocol":"UDP"}]}]} """)]
    [InlineData(
        """{"spec":{"readinessGates":[{"conditionType":"A"}]}}""",
        """{"spec":{"readinessGates":[{"conditionType":"B"}]}}""",
        """ "spec":{"readinessGates":[{"conditionType":"B"}]} """)]
    public void Of_the_spec(string before, string after, string patch) => Check(before, after, patch, ofStatus: false);

    [Theory]
    [InlineData("""{"a":"1","b":"2"}""", """{"a":"1","b":"3","c":"4"}""", """{"b":"3","c":"4"}""")]
    [InlineData("""{"a":"1","b":"2"}""", """{"a":"1"}""", """{"b":null}""")]
    [InlineData("null", """{"a":"1"}""", """{"a":"1"}""")]
    [InlineData("""{"a":"1"}""", "null", "null")]
    public void Of_labels(string before, string after, string patch) => Check(
        $$"""{"metadata":{"labels":{{before}} } }""",
        $$"""{"metadata":{"labels":{{after}} } }""",
        $$""" "metadata":{"labels":{{patch}},"uid":"u","resourceVersion":"7"} """,
        ofStatus: false);

    [Theory]
    [InlineData("""["a","b"]""", """["b","c"]""", """ "finalizers":["c"],"$deleteFromPrimitiveList/finalizers":["a"] """)]
    [InlineData("null", """["c"]""", """ "finalizers":["c"] """)]
    public void Of_finalizers(string before, string after, string patch) => Check(
        $$"""{"metadata":{"finalizers":{{before}} } }""",
        $$"""{"metadata":{"finalizers":{{after}} } }""",
        $$""" "metadata":{ {{patch}},"uid":"u","resourceVersion":"7"} """,
        ofStatus: false);

    [Theory]
    [InlineData("1", "2", """{"apiVersion":"v1","kind":"K","name":"n","uid":"2"},{"uid":"1","$patch":"delete"}""")]
    [InlineData("1", null, """{"uid":"1","$patch":"delete"}""")]
    public void Of_owners(string? before, string? after, string patch) => Check(
        $$"""{"metadata":{"ownerReferences":{{Owners(before)}} } }""",
        $$"""{"metadata":{"ownerReferences":{{Owners(after)}} } }""",
        $$""" "metadata":{"ownerReferences":[{{patch}}],"uid":"u","resourceVersion":"7"} """,
        ofStatus: false);

    [Fact]
    public void Of_the_status_and_of_nothing_else() => Check(
        """{"metadata":{"labels":{"a":"1"}},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"},{"type":"X","status":"True"}]}}""",
        """{"metadata":{"labels":{"a":"2"}},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"False"},{"type":"X","status":"True"},{"type":"Y","status":"True"}]}}""",
        """ "status":{"conditions":[{"status":"False","type":"Ready"},{"status":"True","type":"Y"}]} """,
        ofStatus: true);

    [Fact]
    public void The_status_is_no_part_of_a_patch_of_the_rest() =>
        Check("""{"status":{"phase":"Running"}}""", """{"status":{"phase":"Failed"}}""", "", ofStatus: false);

    private static string Owners(string? uid) => uid is null ? "[]" : $$"""[{"apiVersion":"v1","kind":"K","name":"n","uid":"{{uid}}"}]""";

    private static void Check(string before, string after, string patch, bool ofStatus)
    {
        string guard = patch.Contains("\"resourceVersion\"", StringComparison.Ordinal) ? "" : patch.Trim().Length == 0 ? Guard : "," + Guard;
        JsonNode expected = JsonNode.Parse("{" + patch + guard + "}")!;
        JsonNode actual = ObjectPatch.Of(Pod(before), Pod(after), ofStatus);
        Assert.True(JsonNode.DeepEquals(expected, actual), $"expected {expected.ToJsonString()}\nactual   {actual.ToJsonString()}");
    }

    private static V1Pod Pod(string json)
    {
        using var document = JsonDocument.Parse(json);
        V1Pod pod = ResourceKind.Of<V1Pod>().Read(document.RootElement);
        pod.Metadata = (pod.Metadata ?? new V1ObjectMeta()) with { Name = "p", NamespaceProperty = "n", Uid = "u", ResourceVersion = "7" };
        return pod;
    }
}
