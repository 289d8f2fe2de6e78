using System.Text.Json.Nodes;
using Kruise.Live.Install.Values;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Kruise.Live.Tests.Install;

/// <summary>The objects of a YAML stream by identity, as JSON that does not depend on the order of keys.</summary>
internal static class ObjectSet
{
    public static SortedDictionary<string, string> Of(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var objects = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (YamlDocument document in stream.Documents)
        {
            if (YamlToJson.Convert(document.RootNode) is JsonObject obj)
            {
                JsonNode metadata = obj["metadata"]!;
                objects.Add($"{obj["apiVersion"]} {obj["kind"]} {metadata["namespace"]}/{metadata["name"]}", Sorted(obj)!.ToJsonString());
            }
        }

        return objects;
    }

    public static void AssertSame(string expected, string actual)
    {
        SortedDictionary<string, string> left = Of(expected);
        SortedDictionary<string, string> right = Of(actual);
        Assert.Equal(left.Keys, right.Keys);
        foreach ((string key, string json) in left)
        {
            Assert.Equal(json, right[key]);
        }
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray(list.Select(Sorted).ToArray()),
        _ => node?.DeepClone(),
    };
}
