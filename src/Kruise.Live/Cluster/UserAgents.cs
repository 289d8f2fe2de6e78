namespace Kruise.Live.Cluster;

/// <summary>Who asks, as the API server's audit log shows it; upstream's names.</summary>
internal static class UserAgents
{
    public const string Manager = "kruise-manager";

    public const string Daemon = "kruise-daemon";

    public const string ImagePuller = Daemon + "/image-puller";

    /// <summary>A part of the manager, for example a controller.</summary>
    public static string Of(string part) => Manager + "/" + part;
}
