namespace Kruise.Core.Api;

/// <summary>Who sees what is mounted below a mount later.</summary>
internal static class MountPropagation
{
    public const string None = "None";

    /// <summary>The container sees what the host mounts.</summary>
    public const string HostToContainer = "HostToContainer";

    /// <summary>The host sees what the container mounts, too.</summary>
    public const string Bidirectional = "Bidirectional";
}
