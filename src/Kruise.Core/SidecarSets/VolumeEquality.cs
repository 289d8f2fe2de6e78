using System.Text.Json;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Revisions;

namespace Kruise.Core.SidecarSets;

/// <summary>Whether two volumes are defined alike, what they leave out filled in: a set may have been stored before volumes were.</summary>
internal static class VolumeEquality
{
    public static bool Same(V1Volume left, V1Volume right) => ReferenceEquals(left, right) || JsonElement.DeepEquals(Read(left), Read(right));

    private static JsonElement Read(V1Volume volume) => JsonSerializer.SerializeToElement(VolumeDefaults.Apply(volume), CoreJson.Default.V1Volume);
}
