namespace Kruise.Live.Manager.LeaderElection;

internal sealed partial class LeaderElector
{
    [LoggerMessage(EventId = 301, Level = LogLevel.Information, Message = "Waiting for lease {Lease} as {Identity}")]
    private partial void LogWaiting(string lease, string identity);

    [LoggerMessage(EventId = 302, Level = LogLevel.Information, Message = "Got lease {Lease}: this process leads")]
    private partial void LogAcquired(string lease);

    [LoggerMessage(EventId = 303, Level = LogLevel.Information, Message = "Lease {Lease} is held by {Holder}")]
    private partial void LogHolder(string lease, string holder);

    [LoggerMessage(EventId = 304, Level = LogLevel.Warning, Message = "Lease {Lease} cannot be read or taken, will be tried again: {Error}")]
    private partial void LogFailed(string lease, string error);

    [LoggerMessage(EventId = 305, Level = LogLevel.Warning, Message = "Lease {Lease} could not be renewed, {Remaining:0.0} s remain: {Error}")]
    private partial void LogRenewalFailed(string lease, double remaining, string error);

    [LoggerMessage(EventId = 306, Level = LogLevel.Error, Message = "Lost lease {Lease}: stopping at once")]
    private partial void LogLost(string lease);

    [LoggerMessage(
        EventId = 307, Level = LogLevel.Critical, Message = "The work under lease {Lease} has not ended in time: only the end of the process stops it")]
    private partial void LogStillWorking(string lease);

    [LoggerMessage(EventId = 308, Level = LogLevel.Error, Message = "The leader's work failed")]
    private partial void LogWorkFailed(Exception exception);

    [LoggerMessage(EventId = 309, Level = LogLevel.Information, Message = "Gave lease {Lease} back")]
    private partial void LogReleased(string lease);

    [LoggerMessage(EventId = 310, Level = LogLevel.Warning, Message = "Lease {Lease} could not be given back, it runs out by itself: {Error}")]
    private partial void LogNotReleased(string lease, string error);
}
