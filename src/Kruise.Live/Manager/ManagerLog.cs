namespace Kruise.Live.Manager;

/// <summary>What a manager says as it starts.</summary>
internal static partial class ManagerLog
{
    [LoggerMessage(EventId = 221, Level = LogLevel.Information, Message = "Working on {Server}, version {Version}, settings from {Origin}")]
    public static partial void Reached(ILogger logger, Uri server, string version, string origin);

    [LoggerMessage(EventId = 222, Level = LogLevel.Warning, Message = "{Flag} has no effect in this version")]
    public static partial void WithoutEffect(ILogger logger, string flag);
}
