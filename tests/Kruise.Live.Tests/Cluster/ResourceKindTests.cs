using System.Text.Json;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Live.Cluster;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

/// <summary>What an API server may send, and what it sends where a CRD is not ours.</summary>
public sealed class ResourceKindTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata":null,"spec":null,"status":null}""")]
    [InlineData("""{"metadata":{"labels":null,"annotations":null},"spec":{},"status":{}}""")]
    [InlineData("""{"spec":{"images":null,"image":null,"selector":null,"pullPolicy":null,"completionPolicy":null},"status":{"imageStatuses":null,"failedNodes":null}}""")]
    public void What_is_absent_or_null_is_empty(string json)
    {
        using var document = JsonDocument.Parse(json);

        ImagePullJob job = ResourceKind.Of<ImagePullJob>().ReadForCache(document.RootElement);
        Assert.Equal("", job.Spec.Image);
        Assert.NotNull(job.Spec.CompletionPolicy);
        Assert.Null(job.Status.CompletionTime);
        Assert.NotNull(job.Metadata);

        NodeImage nodeImage = ResourceKind.Of<NodeImage>().ReadForCache(document.RootElement);
        Assert.Null(nodeImage.Spec.Images);
        Assert.Null(nodeImage.Status.ImageStatuses);
        Assert.NotNull(nodeImage.Metadata);
    }

    [Theory]
    [InlineData("\"1e3\"")]
    [InlineData("\"12E\"")]
    [InlineData("\"0.5Gi\"")]
    [InlineData("\"-100m\"")]
    [InlineData("\"9223372036854775807\"")]
    [InlineData("\"99999999999999999999E\"")]
    [InlineData("8")]
    public void A_node_with_any_quantity_is_read(string quantity)
    {
        using var document = JsonDocument.Parse($$$"""{"metadata":{"name":"n"},"status":{"capacity":{"example.com/x": {{{quantity}}} } } }""");

        Assert.Equal("n", ResourceKind.Of<V1Node>().ReadForCache(document.RootElement).Metadata.Name);
    }

    [Theory]
    [InlineData("""{"parallelism":3000000000}""")]
    [InlineData("""{"parallelism":1.5}""")]
    [InlineData("""{"pullPolicy":{"timeoutSeconds":3000000000}}""")]
    [InlineData("""{"selector":{"matchLabels":{"a":1}}}""")]
    public void What_has_another_form_is_said_to_be_JSON_of_another_form(string spec)
    {
        using var document = JsonDocument.Parse($$$"""{"metadata":{"name":"j"},"spec": {{{spec}}} }""");

        Exception? failure = Record.Exception(() => ResourceKind.Of<ImagePullJob>().ReadForCache(document.RootElement));
        Assert.True(failure is null or JsonException, failure?.ToString());
    }
}
