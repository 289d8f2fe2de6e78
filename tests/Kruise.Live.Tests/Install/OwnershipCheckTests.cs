using System.Text.Json.Nodes;
using Kruise.Live.Install.Ownership;
using Xunit;

namespace Kruise.Live.Tests.Install;

/// <summary>Whose objects an installation would write over.</summary>
public sealed class OwnershipCheckTests
{
    [Theory]
    [InlineData("""{"metadata":{"labels":{"app.kubernetes.io/part-of":"kruise-dotnet","app.kubernetes.io/managed-by":"Helm"}}}""", null)]
    [InlineData(
        """{"metadata":{"annotations":{"meta.helm.sh/release-name":"kruise","meta.helm.sh/release-namespace":"default"}}}""",
        "Helm release kruise in namespace default")]
    [InlineData(
        """{"metadata":{"managedFields":[{"manager":"kubectl-client-side-apply"},{"manager":"kruise-manager"},{"manager":"x","subresource":"status"}]}}""",
        "written by kubectl-client-side-apply, kruise-manager")]
    [InlineData("""{"metadata":{"labels":{"app.kubernetes.io/part-of":"openkruise"}}}""", "labelled openkruise")]
    [InlineData("""{"metadata":{}}""", "it does not say whose")]
    public void Names_the_owner_where_it_can_be_told(string existing, string? owner)
    {
        IReadOnlyList<string> problems = OwnershipCheck.Problems([new OwnedObject("CRD", "nodeimages.apps.kruise.io", JsonNode.Parse(existing))]);

        Assert.Equal(owner is null ? [] : [$"CRD nodeimages.apps.kruise.io belongs to another OpenKruise ({owner})"], problems);
    }

    [Fact]
    public void What_does_not_exist_is_nobodys() => Assert.Empty(OwnershipCheck.Problems([new OwnedObject("CRD", "x", null)]));
}
