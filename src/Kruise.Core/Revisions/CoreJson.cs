using System.Text.Json.Serialization;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.SidecarSets;

namespace Kruise.Core.Revisions;

/// <summary>The JSON that is part of what controllers decide: revision data and annotations, and what must not be changed. Generated at build time, without reflection.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(V1PodTemplateSpec))]
[JsonSerializable(typeof(V1PersistentVolumeClaim))]
[JsonSerializable(typeof(InPlaceUpdateState))]
[JsonSerializable(typeof(InPlaceUpdateGrace))]
[JsonSerializable(typeof(SidecarContainer[]))]
[JsonSerializable(typeof(SidecarSetSpec))]
[JsonSerializable(typeof(V1Volume))]
[JsonSerializable(typeof(SortedDictionary<string, InjectedHash>))]
[JsonSerializable(typeof(SortedDictionary<string, InPlaceUpdateState>))]
internal sealed partial class CoreJson : JsonSerializerContext;
