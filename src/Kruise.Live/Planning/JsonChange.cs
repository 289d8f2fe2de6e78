using System.Text.Json.Nodes;

namespace Kruise.Live.Planning;

/// <summary>One difference between two objects.</summary>
/// <param name="Path">Where, for example <c>spec.images.nginx.tags[1.9.1].version</c>.</param>
/// <param name="Old">What was there; null when nothing was.</param>
/// <param name="New">What is there now; null when nothing is.</param>
internal sealed record JsonChange(string Path, JsonNode? Old, JsonNode? New);
