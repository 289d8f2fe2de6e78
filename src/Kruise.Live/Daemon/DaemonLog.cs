namespace Kruise.Live.Daemon;

/// <summary>What a daemon says as it starts.</summary>
internal static partial class DaemonLog
{
    [LoggerMessage(EventId = 411, Level = LogLevel.Information, Message = "Daemon of {Node} with {Runtime} {Version} at {Socket}")]
    public static partial void Runtime(ILogger logger, string node, string runtime, string version, string socket);
}
