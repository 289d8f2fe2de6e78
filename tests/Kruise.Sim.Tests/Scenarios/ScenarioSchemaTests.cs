using System.Text.Json;
using System.Text.RegularExpressions;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios;

public class ScenarioSchemaTests
{
    private static readonly JsonElement _schema = JsonDocument.Parse(ScenarioSchema.Generate()).RootElement;

    [Fact]
    public void The_committed_schema_is_the_generated_one() =>
        Assert.Equal(File.ReadAllText(Path.Combine(Fixture.Repository, "schema", "scenario.schema.json")), ScenarioSchema.Generate());

    [Fact]
    public void The_schema_refers_to_nothing_that_is_not_there()
    {
        var definitions = _schema.GetProperty("$defs").EnumerateObject().Select(d => "#/$defs/" + d.Name).ToHashSet();
        var references = Elements(_schema).Where(e => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("$ref", out _)).Select(e => e.GetProperty("$ref").GetString()!).ToHashSet();
        Assert.Equal(definitions.Order(), references.Order());
    }

    [Fact]
    public void Patterns_are_valid_and_every_mapping_of_fields_is_closed()
    {
        foreach (JsonElement element in Elements(_schema).Where(e => e.ValueKind == JsonValueKind.Object))
        {
            if (element.TryGetProperty("pattern", out JsonElement pattern) && pattern.ValueKind == JsonValueKind.String)
            {
                _ = new Regex(pattern.GetString()!, RegexOptions.ECMAScript, TimeSpan.FromSeconds(1));
            }

            if (element.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out _))
            {
                Assert.False(element.GetProperty("additionalProperties").GetBoolean());
            }
        }
    }

    [Fact]
    public void Every_field_of_the_records_is_in_the_schema_with_its_description()
    {
        int fields = 0;
        foreach (Type type in typeof(Scenario).Assembly.GetTypes().Where(t => t.Namespace == typeof(Scenario).Namespace && !t.IsAbstract && t.GetProperties().Any(p => p.IsDefined(typeof(FieldAttribute), true))))
        {
            RecordShape shape = RecordShape.Of(type);
            // Records may have fields of the same names: one of them says of each field what this one does.
            Assert.Contains(Elements(_schema), e =>
                e.ValueKind == JsonValueKind.Object
                && e.TryGetProperty("additionalProperties", out _)
                && e.TryGetProperty("properties", out JsonElement p)
                && p.EnumerateObject().Select(f => f.Name).Where(n => shape.Find("kind") is not null || n != "kind").SequenceEqual(shape.Fields.Select(f => f.Name))
                && shape.Fields.All(f => p.GetProperty(f.Name).TryGetProperty("description", out JsonElement text) && text.GetString()!.StartsWith(f.Info.Description, StringComparison.Ordinal)));
            foreach (FieldShape field in shape.Fields)
            {
                fields++;
                Assert.EndsWith(".", field.Info.Description, StringComparison.Ordinal);
            }
        }

        Assert.True(fields > 100, $"{fields}");
    }

    [Theory]
    [InlineData("warm-up-1000.yaml")]
    [InlineData("everything.yaml")]
    public void Example_files_name_the_schema_in_their_first_line(string fixture)
    {
        string first = File.ReadLines(Fixture.PathOf(fixture)).First();
        Match match = Regex.Match(first, @"^# yaml-language-server: \$schema=(?<path>\S+)$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.True(match.Success, first);
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(Fixture.PathOf(fixture))!, match.Groups["path"].Value)));
    }

    private static IEnumerable<JsonElement> Elements(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Elements(p.Value)).Prepend(element),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Elements).Prepend(element),
        _ => [element],
    };
}
