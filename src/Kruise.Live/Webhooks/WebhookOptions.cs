using System.Globalization;
using System.Net;
using Kruise.Live.Cli;

namespace Kruise.Live.Webhooks;

/// <summary>Where the webhooks are served and under which names; upstream's environment variables.</summary>
internal sealed record WebhookOptions
{
    public const int DefaultPort = 9876;

    /// <summary>Who reports what admission has to tell.</summary>
    public const string EventSource = "kruise-webhook";

    /// <summary>
    /// <c>WEBHOOK_HOST</c>: the DNS name or address by which the API server reaches a manager outside the cluster; an IPv6 address without brackets.
    /// Null: the API server goes through the Service.
    /// </summary>
    public string? Host { get; init; }

    /// <summary><c>WEBHOOK_PORT</c>.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary><c>POD_NAMESPACE</c>: where the Secret and the Service are.</summary>
    public string Namespace { get; init; } = "kruise-system";

    /// <summary><c>SECRET_NAME</c>: the Secret in which the replicas share keys and certificates.</summary>
    public string SecretName { get; init; } = "kruise-webhook-certs";

    /// <summary><c>SERVICE_NAME</c>: the Service that leads to the replicas.</summary>
    public string ServiceName { get; init; } = "kruise-webhook-service";

    /// <summary>
    /// How long a stopping replica goes on serving: the Service leads to it until every node's proxy has heard that the pod ends, and a call that finds
    /// nobody there fails. An address outside the cluster leads to this one process only.
    /// </summary>
    public TimeSpan Farewell => Host is null ? TimeSpan.FromSeconds(3) : TimeSpan.Zero;

    /// <summary>The DNS names that the certificate must be valid for.</summary>
    public IReadOnlyList<string> DnsNames =>
        Host is null || IPAddress.TryParse(Host, out _)
            ? [ServiceDnsName, "localhost"]
            : [.. new[] { ServiceDnsName, "localhost", Host }.Distinct(StringComparer.Ordinal)];

    /// <summary>The addresses that the certificate must be valid for.</summary>
    public IReadOnlyList<IPAddress> Addresses => IPAddress.TryParse(Host, out IPAddress? address) ? [address] : [];

    private string ServiceDnsName => $"{ServiceName}.{Namespace}.svc";

    /// <summary>Reads the environment; what is not set or empty keeps its default.</summary>
    /// <param name="variable">The value of an environment variable.</param>
    /// <exception cref="UserErrorException">A value cannot be used.</exception>
    public static WebhookOptions FromEnvironment(Func<string, string?> variable)
    {
        var defaults = new WebhookOptions();
        return new WebhookOptions
        {
            Host = ParseHost(Read("WEBHOOK_HOST")),
            Port = ParsePort(Read("WEBHOOK_PORT")),
            Namespace = Read("POD_NAMESPACE") ?? defaults.Namespace,
            SecretName = Read("SECRET_NAME") ?? defaults.SecretName,
            ServiceName = Read("SERVICE_NAME") ?? defaults.ServiceName,
        };

        string? Read(string name) => variable(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
    }

    /// <summary>The URL of a path for the API server; null when it goes through the Service.</summary>
    public string? UrlOf(string path)
    {
        if (Host is null)
        {
            return null;
        }

        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return string.Create(CultureInfo.InvariantCulture, $"https://{host}:{Port}{path}");
    }

    private static int ParsePort(string? text)
    {
        if (text is null)
        {
            return DefaultPort;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= 1 and <= IPEndPoint.MaxPort
            ? port
            : throw new UserErrorException(ExitCode.BadInput, $"WEBHOOK_PORT is \"{text}\"; it must be a port from 1 to {IPEndPoint.MaxPort}");
    }

    private static string? ParseHost(string? text)
    {
        if (text is null)
        {
            return null;
        }

        string host = text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text;
        return Uri.CheckHostName(host) switch
        {
            UriHostNameType.IPv4 or UriHostNameType.IPv6 => IPAddress.Parse(host).ToString(),
            UriHostNameType.Dns => host.TrimEnd('.').ToLowerInvariant(),
            _ => throw new UserErrorException(
                ExitCode.BadInput, $"WEBHOOK_HOST is \"{text}\"; it must be a DNS name or an IP address, without scheme and port"),
        };
    }
}
