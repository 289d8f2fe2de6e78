using System.Text.Json.Serialization;
using k8s.Models;
using Kruise.Core.InPlaceUpdate;

namespace Kruise.Core.Revisions;

/// <summary>The JSON that is part of what controllers decide: revision data and annotations, and what must not be changed. Generated at build time, without reflection.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(V1PodTemplateSpec))]
[JsonSerializable(typeof(V1PersistentVolumeClaim))]
[JsonSerializable(typeof(InPlaceUpdateState))]
[JsonSerializable(typeof(InPlaceUpdateGrace))]
internal sealed partial class CoreJson : JsonSerializerContext;
