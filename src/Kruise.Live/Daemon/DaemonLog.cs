namespace Kruise.Live.Daemon;

/// <summary>What a daemon says of itself and of its pulls.</summary>
internal static partial class DaemonLog
{
    [LoggerMessage(EventId = 411, Level = LogLevel.Information, Message = "Daemon of {Node} with {Runtime} {Version} at {Socket}")]
    public static partial void Runtime(ILogger logger, string node, string runtime, string version, string socket);

    [LoggerMessage(EventId = 412, Message = "{Outcome}")]
    public static partial void Outcome(ILogger logger, LogLevel level, string outcome);

    [LoggerMessage(
        EventId = 413,
        Level = LogLevel.Information,
        Message = "There is no NodeImage {Node} yet: waiting for the manager, which makes one for each node that is ready")]
    public static partial void NoNodeImage(ILogger logger, string node);
}
