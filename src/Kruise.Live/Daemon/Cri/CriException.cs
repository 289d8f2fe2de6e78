using Grpc.Core;

namespace Kruise.Live.Daemon.Cri;

/// <summary>What kind of failure a call met.</summary>
internal enum CriFailure
{
    /// <summary>Nobody listens at the socket, or it cannot be opened.</summary>
    NotThere,

    /// <summary>The connection broke, or the runtime is starting or stopping: what was asked may be asked again.</summary>
    WentAway,

    /// <summary>No answer in time; the call was ended.</summary>
    TimedOut,

    /// <summary>What answered does not speak CRI v1.</summary>
    NotCri,

    /// <summary>The runtime answered with an error.</summary>
    Refused,
}

/// <summary>
/// A call to the container runtime that failed. Says which socket, and never what was sent. <see cref="Detail"/> is the runtime's own text:
/// whoever sent credentials has to take them out of it before showing it.
/// </summary>
internal sealed class CriException : Exception
{
    // HTTP/2's error codes of a server that speaks something else, as it says itself or as its first bytes show.
    private const long Http2ProtocolError = 0x1;
    private const long Http2FrameSizeError = 0x6;
    private const long Http11Required = 0xd;

    public CriException(CriFailure failure, string socketPath, string detail)
        : base($"container runtime at unix://{socketPath}: {detail}")
    {
        Failure = failure;
        Detail = detail;
    }

    public CriFailure Failure { get; }

    /// <summary>The code of an error with which the runtime answered.</summary>
    public StatusCode? Code { get; private init; }

    /// <summary>What went wrong, without the socket.</summary>
    public string Detail { get; }

    /// <summary>Whether the runtime was not there to answer, as opposed to answering with an error.</summary>
    public bool IsRuntimeLost => Failure is CriFailure.NotThere or CriFailure.WentAway;

    public static CriException From(RpcException error, string socketPath)
    {
        if (error.Status.DebugException is { } cause)
        {
            return FromTransport(cause, socketPath);
        }

        string text = error.Status.Detail;
        return error.StatusCode switch
        {
            StatusCode.Unimplemented => new(CriFailure.NotCri, socketPath, $"does not speak CRI v1 ({text})"),

            // Not asked for by us: the runtime ends its calls because it stops.
            StatusCode.Cancelled => new(CriFailure.WentAway, socketPath, "the runtime cancelled the call"),
            _ when IsStartingOrStopping(text) => new(CriFailure.WentAway, socketPath, text),
            _ => new(CriFailure.Refused, socketPath, text.Length > 0 ? text : $"answered {error.StatusCode} without a reason") { Code = error.StatusCode },
        };
    }

    // What containerd answers while its CRI part is not ready, and what Go's gRPC servers say on their way out.
    private static bool IsStartingOrStopping(string text) =>
        text.Contains("server is not initialized yet", StringComparison.Ordinal)
        || text.Contains("transport is closing", StringComparison.Ordinal)
        || text.Contains("the server has stopped", StringComparison.Ordinal);

    private static CriException FromTransport(Exception cause, string socketPath)
    {
        for (Exception? e = cause; e is not null; e = e.InnerException)
        {
            if (e is SocketNotOpenException)
            {
                return new(CriFailure.NotThere, socketPath, e.Message);
            }

            if (e is HttpProtocolException { ErrorCode: Http2ProtocolError or Http2FrameSizeError or Http11Required })
            {
                return new(CriFailure.NotCri, socketPath, "does not speak gRPC");
            }
        }

        return new(CriFailure.WentAway, socketPath, "the connection broke");
    }
}
