using System.Text.Json;
using Kruise.Sim.Scenarios;
using Kruise.Sim.Scenarios.Binding;
using Kruise.Sim.Scenarios.Reference;
using Xunit;

namespace Kruise.Sim.Tests.Scenarios.Reference;

public class ScenarioFieldsTests
{
    [Fact]
    public void Every_field_of_every_record_of_the_format_has_a_path()
    {
        var types = ScenarioFields.Records.Select(record => record.Shape.Type).ToHashSet();
        IEnumerable<Type> records = typeof(Scenario).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Scenario).Namespace && !type.IsAbstract && type.GetProperties().Any(p => p.IsDefined(typeof(FieldAttribute), true)));
        Assert.Empty(records.Except(types));
        Assert.True(ScenarioFields.All.Count() > 150);
    }

    [Theory]
    [InlineData("spec.cluster.nodePools[].count")]
    [InlineData("spec.cluster.nodePools.count")]
    [InlineData("spec.cluster.nodePools[web].count")]
    [InlineData("cluster.nodePools[0].count")]
    [InlineData("nodePools.count")]
    public void A_path_is_found_with_and_without_what_may_be_left_out(string path) =>
        Assert.Equal("spec.cluster.nodePools[].count", Assert.Single(ScenarioFields.Find(path)).Path);

    [Fact]
    public void Forms_that_share_a_path_are_all_found() =>
        Assert.Equal(["kind: slow", "kind: slowNodes", "kind: webhookSlow"], ScenarioFields.Find("spec.timeline[3].fault.factor").Select(field => field.Record.Form));

    [Fact]
    public void What_is_behind_a_list_are_the_fields_of_its_items()
    {
        ReferenceField layers = Assert.Single(ScenarioFields.Find("spec.registries.images.layers"));
        Assert.Equal(["size", "uncompressed", "id", "content", "files"], Assert.Single(ScenarioFields.Behind(layers)).Shape.Fields.Select(field => field.Name));
    }

    [Fact]
    public void Defaults_are_those_of_the_schema()
    {
        JsonElement schema = JsonDocument.Parse(ScenarioSchema.Generate()).RootElement.GetProperty("$defs").GetProperty("nodePool").GetProperty("properties");
        ReferenceField unschedulable = Assert.Single(ScenarioFields.Find("nodePools.unschedulable"));
        Assert.Equal(schema.GetProperty("unschedulable").GetProperty("default").GetRawText(), FieldText.Default(unschedulable.Shape));
        Assert.Equal("required", FieldText.Default(Assert.Single(ScenarioFields.Find("nodePools.name")).Shape));
        Assert.Equal("1Gbps", FieldText.Default(Assert.Single(ScenarioFields.Find("nodePools.network.bandwidth")).Shape));
    }
}
