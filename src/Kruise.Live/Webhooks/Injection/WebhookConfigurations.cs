using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kruise.Core.Features;
using Kruise.Live.Cluster;

namespace Kruise.Live.Webhooks.Injection;

/// <summary>The two webhook configurations of the cluster, kept pointing at us.</summary>
internal sealed partial class WebhookConfigurations(WebhookOptions options, FeatureGates gates, ApiClient client, ILogger logger)
{
    /// <summary>The configuration of the steps that may change objects.</summary>
    public const string Mutating = "kruise-mutating-webhook-configuration";

    /// <summary>The configuration of the steps that judge.</summary>
    public const string Validating = "kruise-validating-webhook-configuration";

    private const string Root = "apis/admissionregistration.k8s.io/v1/";

    // Another replica, or a person, may write at the same time; each round sees what they wrote.
    private const int MaxRounds = 5;

    private readonly ConcurrentDictionary<string, string> _said = new(StringComparer.Ordinal);

    /// <summary>Where they are: the path of the list, and the name in it.</summary>
    public static IReadOnlyList<(string ListPath, string Name)> All { get; } =
    [
        (Root + "mutatingwebhookconfigurations", Mutating),
        (Root + "validatingwebhookconfigurations", Validating),
    ];

    /// <summary>Puts both right where they differ.</summary>
    /// <param name="authoritiesPem">Whom to trust.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether anything was written.</returns>
    public async Task<bool> EnsureAsync(string authoritiesPem, CancellationToken cancellationToken)
    {
        bool written = false;
        foreach ((string listPath, string name) in All)
        {
            written |= await EnsureAsync($"{listPath}/{name}", name, authoritiesPem, cancellationToken);
        }

        return written;
    }

    private async Task<bool> EnsureAsync(string path, string name, string authoritiesPem, CancellationToken cancellationToken)
    {
        for (int round = 1; ; round++)
        {
            JsonObject? configuration = await client.TryGetJsonAsync(path, cancellationToken);
            if (configuration is null)
            {
                if (IsNews(name, "missing"))
                {
                    LogMissing(name);
                }

                return false;
            }

            bool moved = UnservedWebhooks.Apply(configuration, gates);
            (bool changed, IReadOnlyList<string> withoutHandler) = ClientConfigEditor.Apply(configuration, options, authoritiesPem);
            string others = string.Join(", ", withoutHandler);
            if (IsNews(name, others) && others.Length > 0)
            {
                LogWithoutHandler(name, others);
            }

            if (!changed && !moved)
            {
                return false;
            }

            try
            {
                await client.SendJsonAsync(HttpMethod.Put, path, configuration, cancellationToken);
                WebhookMetrics.ConfigurationsWritten.WithLabels(name).Inc();
                LogWritten(name);
                return true;
            }
            catch (ApiException e) when (round < MaxRounds && (e.IsConflict || e.IsNotFound))
            {
                // Read again.
            }
        }
    }

    private bool IsNews(string name, string state)
    {
        bool isNews = !_said.TryGetValue(name, out string? last) || last != state;
        _said[name] = state;
        return isNews;
    }

    [LoggerMessage(EventId = 321, Level = LogLevel.Warning, Message = "There is no {Name}: objects are stored unchecked until it is installed")]
    private partial void LogMissing(string name);

    [LoggerMessage(EventId = 322, Level = LogLevel.Warning, Message = "{Name} has webhooks whose path is not served here, left as they are: {Webhooks}")]
    private partial void LogWithoutHandler(string name, string webhooks);

    [LoggerMessage(EventId = 323, Level = LogLevel.Information, Message = "Put address and CA bundle into {Name}")]
    private partial void LogWritten(string name);
}
