using System.Reflection;
using System.Text.Json.Serialization;
using Kruise.Core.Api;
using Kruise.Sim.Reports;
using Xunit;

namespace Kruise.Sim.Tests.Reports;

/// <summary>What the page on workloads says of SidecarSets, against the types.</summary>
public sealed class WorkloadsPageTests
{
    [Theory]
    [InlineData(typeof(SidecarSetSpec))]
    [InlineData(typeof(SidecarContainer))]
    [InlineData(typeof(SidecarUpgradeStrategy))]
    [InlineData(typeof(ShareVolumePolicy))]
    [InlineData(typeof(TransferEnvVar))]
    [InlineData(typeof(SidecarSetUpdateStrategy))]
    [InlineData(typeof(SidecarSetStatus))]
    public void Every_field_of_a_SidecarSet_is_explained(Type type)
    {
        IEnumerable<string> fields = type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .Select(property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name)
            .OfType<string>();
        Assert.Equal(
            fields.Order(StringComparer.Ordinal),
            WorkloadsPage.SidecarFields.Where(field => field.Type == type).Select(field => field.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_field_stands_where_its_name_is()
    {
        Assert.All(WorkloadsPage.SidecarFields, field => Assert.EndsWith(field.Field, field.Path.Replace("[]", "", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.All(WorkloadsPage.SidecarFields, field => Assert.False(field.Meaning.EndsWith('.') || field.Meaning.Length == 0, field.Path));
    }
}
