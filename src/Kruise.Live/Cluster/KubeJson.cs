using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Live.Cluster;

/// <summary>How objects are read and written as JSON. Generated at build time: nothing is looked up by reflection when the command runs.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImagePullJob))]
[JsonSerializable(typeof(NodeImage))]
[JsonSerializable(typeof(CloneSet))]
[JsonSerializable(typeof(SidecarSet))]
[JsonSerializable(typeof(V1Pod))]
[JsonSerializable(typeof(V1PersistentVolumeClaim))]
[JsonSerializable(typeof(V1ControllerRevision))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(V1Node))]
[JsonSerializable(typeof(V1Secret))]
[JsonSerializable(typeof(V1DeleteOptions))]
[JsonSerializable(typeof(V1Status))]
internal sealed partial class KubeJson : JsonSerializerContext
{
    /// <summary>Writes any object of a kind that Live knows.</summary>
    /// <exception cref="InvalidOperationException">The kind is not one of them.</exception>
    public static void Write(Utf8JsonWriter writer, object obj) =>
        JsonSerializer.Serialize(
            writer, obj, Default.GetTypeInfo(obj.GetType()) ?? throw new InvalidOperationException($"{obj.GetType().Name} is not listed in {nameof(KubeJson)}."));
}
