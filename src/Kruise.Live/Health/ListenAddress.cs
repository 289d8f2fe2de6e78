using System.Globalization;
using System.Net;
using Kruise.Live.Cli;

namespace Kruise.Live.Health;

/// <summary>An address to listen on, as flags write it: <c>:8000</c>, <c>127.0.0.1:8080</c>, <c>[::1]:8080</c>, <c>localhost:8080</c>.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="Address">The interface; null for all of them, IPv4 and IPv6.</param>
/// <param name="Port">The port; 0 for one that the system chooses.</param>
internal sealed record ListenAddress(string Text, IPAddress? Address, int Port)
{
    /// <summary>Reads a flag's value; null when it turns the server off: empty or <c>0</c>.</summary>
    /// <exception cref="UserErrorException">It is no address.</exception>
    public static ListenAddress? Parse(string flag, string? text)
    {
        if (string.IsNullOrEmpty(text) || text == "0")
        {
            return null;
        }

        int colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            throw Wrong(flag, text);
        }

        string host = text[..colon];
        if (host.Length == 0)
        {
            return new ListenAddress(text, null, port);
        }

        if (host == "localhost")
        {
            return new ListenAddress(text, IPAddress.Loopback, port);
        }

        bool isBracketed = host[0] == '[' && host[^1] == ']';
        if (!IPAddress.TryParse(isBracketed ? host[1..^1] : host, out IPAddress? address) || isBracketed != host.Contains(':', StringComparison.Ordinal))
        {
            throw Wrong(flag, text);
        }

        return new ListenAddress(text, address.Equals(IPAddress.IPv6Any) ? null : address, port);
    }

    private static UserErrorException Wrong(string flag, string text) => new(
        ExitCode.BadInput, $"{flag} {text}: not an address to listen on; allowed: :PORT, IPV4:PORT, [IPV6]:PORT, localhost:PORT, or 0 for off");
}
