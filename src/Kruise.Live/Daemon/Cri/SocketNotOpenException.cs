namespace Kruise.Live.Daemon.Cri;

/// <summary>The runtime's socket could not be opened. Kept apart from connections that break later.</summary>
internal sealed class SocketNotOpenException(string reason, Exception cause) : IOException(reason, cause);
