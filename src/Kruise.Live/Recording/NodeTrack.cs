using Kruise.Core.Api;

namespace Kruise.Live.Recording;

/// <summary>A node as its NodeImage shows it.</summary>
internal sealed class NodeTrack(string name, long joined)
{
    public string Name { get; } = name;

    /// <summary>Nanoseconds since the recorder began; negative for nodes that were there.</summary>
    public long Joined { get; } = joined;

    /// <summary>The newest state; null when the node has left.</summary>
    public NodeImage? Latest { get; set; }
}
