using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Kruise.Live.Cli;
using Kruise.Live.Cluster.Connection;

namespace Kruise.Live.Cluster;

/// <summary>Tells the ways apart in which a request can fail, and says them in a person's words.</summary>
internal static class ApiFailure
{
    /// <summary>Whether this is a failed request and not a mistake of ours.</summary>
    public static bool Is(Exception e) => e is ApiException or HttpRequestException or IOException or TimeoutException or JsonException or SocketException;

    /// <summary>One line; never holds what was sent.</summary>
    public static string Describe(Exception e, Uri server) => e switch
    {
        ApiException { IsUnauthorized: true } => $"{server} does not accept the credentials: {e.Message}",
        ApiException api => $"{api.Message} ({(int)api.Code}{(api.Reason.Length > 0 ? " " + api.Reason : "")})",
        HttpRequestException http => $"cannot reach {server}: {Innermost(http)}",
        TimeoutException => e.Message,
        _ => $"the connection to {server} broke: {Innermost(e)}",
    };

    /// <summary>The same as an error that ends a command.</summary>
    public static UserErrorException ToUserError(Exception e, ClusterConnection connection) => new(
        e is ApiException { IsForbidden: true } or ApiException { IsNotFound: true } ? ExitCode.ClusterNotReady : ExitCode.Unreachable,
        $"{Describe(e, connection.BaseUri)} (settings from {connection.Origin})");

    private static string Innermost(Exception e)
    {
        Exception inner = e;
        while (inner.InnerException is { } next && inner is not AuthenticationException)
        {
            inner = next;
        }

        return inner.Message.ReplaceLineEndings(" ");
    }
}
