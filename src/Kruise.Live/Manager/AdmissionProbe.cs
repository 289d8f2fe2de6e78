using System.Net;
using System.Text.Json.Nodes;
using Kruise.Core.Api;
using Kruise.Live.Cluster;

namespace Kruise.Live.Manager;

/// <summary>
/// Finds out whether the API server reaches our webhooks, by a dry run of what the controllers will write. A leader that begins before gets every write refused,
/// for as long as the Service has no endpoint.
/// </summary>
internal sealed partial class AdmissionProbe(ApiClient client, ILogger<AdmissionProbe> logger)
{
    /// <summary>After this the controllers begin all the same: they try again what fails.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);

    private static readonly string _path = ResourceKind.Of<NodeImage>().ListPath(null) + "?dryRun=All";

    public async Task UntilAdmittedAsync(CancellationToken cancellationToken)
    {
        long start = client.Time.GetTimestamp();
        string? last = null;
        while (await WhyNotAsync(cancellationToken) is { } reason)
        {
            if (last is null)
            {
                LogWaiting(reason);
            }

            last = reason;
            if (client.Time.GetElapsedTime(start) >= _limit)
            {
                LogGivenUp(_limit.TotalSeconds, reason);
                return;
            }

            await Task.Delay(_pause, client.Time, cancellationToken);
        }
    }

    private async Task<string?> WhyNotAsync(CancellationToken cancellationToken)
    {
        var probe = new JsonObject
        {
            ["apiVersion"] = KruiseGroup.V1Alpha1,
            ["kind"] = NodeImage.KindName,
            ["metadata"] = new JsonObject { ["name"] = "kruise-admission-probe" },
        };
        try
        {
            await client.SendJsonAsync(HttpMethod.Post, _path, probe, cancellationToken);
            return null;
        }
        catch (ApiException e) when (e.Code != HttpStatusCode.InternalServerError)
        {
            return null; // an answer, whatever it says, came through admission
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            return ApiFailure.Describe(e, client.Connection.BaseUri);
        }
    }

    [LoggerMessage(EventId = 214, Level = LogLevel.Information, Message = "Waiting until the API server reaches the webhooks: {Reason}")]
    private partial void LogWaiting(string reason);

    [LoggerMessage(EventId = 215, Level = LogLevel.Warning, Message = "The API server has not reached the webhooks within {Seconds} s, going on: {Reason}")]
    private partial void LogGivenUp(double seconds, string reason);
}
