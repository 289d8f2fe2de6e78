using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kruise.Core.Api;
using Xunit;

namespace Kruise.Core.Tests.Api;

public sealed class UnknownFieldsTests
{
    private const string Json =
        """
        {"apiVersion":"apps.kruise.io/v1alpha1","kind":"NodeImage","metadata":{"name":"a"},"extra":1,
         "spec":{"new":{"a":[1]},"images":{"nginx":{"sandboxConfig":{"x":"y"},"tags":[{"tag":"1","imagePullPolicy":"Always","version":2}]}}},
         "status":{"desired":1,"succeeded":0,"failed":0,"pulling":0,"later":true}}
        """;

    private static readonly JsonSerializerOptions _sparse = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    [Fact]
    public void Fields_that_a_newer_api_has_survive_reading_copying_and_writing()
    {
        NodeImage read = JsonSerializer.Deserialize<NodeImage>(Json)!;

        NodeImage copy = read with { Spec = read.Spec with { Images = new Dictionary<string, ImageSpec>(read.Spec.Images!) } };

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Json), JsonSerializer.SerializeToNode(copy, _sparse)), JsonSerializer.Serialize(copy, _sparse));
    }

    [Fact]
    public void Parts_with_other_unknown_fields_differ()
    {
        ImageTagPullPolicy Read(string json) => JsonSerializer.Deserialize<ImageTagPullPolicy>(json)!;

        Assert.Equal(Read("""{"x":{"a":1}}"""), Read("""{"x":{"a":1}}"""));
        Assert.NotEqual(Read("""{"x":{"a":1}}"""), Read("""{"x":{"a":2}}"""));
        Assert.NotEqual(Read("{}"), Read("""{"x":null}"""));
    }
}
