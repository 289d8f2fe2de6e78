using System.Text.Json;
using k8s.Models;
using Kruise.Core.Revisions;

namespace Kruise.Core.SidecarSets;

/// <summary>Whether two volumes are defined alike.</summary>
internal static class VolumeEquality
{
    public static bool Same(V1Volume left, V1Volume right) =>
        ReferenceEquals(left, right)
        || JsonElement.DeepEquals(
            JsonSerializer.SerializeToElement(left, CoreJson.Default.V1Volume), JsonSerializer.SerializeToElement(right, CoreJson.Default.V1Volume));
}
