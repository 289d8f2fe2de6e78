using Kruise.Live.Cluster;

namespace Kruise.Live.Webhooks.Injection;

/// <summary>
/// Calls back when one object may have changed, for those who read it again themselves. It keeps no state: each watch begins with the object as it is, so
/// nothing is missed between two of them.
/// </summary>
internal sealed partial class ObjectWatch(ApiClient client, string listPath, string name, Action changed, ILogger logger)
{
    private const int ServerTimeoutSeconds = 300;
    private static readonly TimeSpan _clientTimeout = TimeSpan.FromSeconds(ServerTimeoutSeconds + 30);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(5);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string path = $"{listPath}?watch=true&fieldSelector=metadata.name%3D{Uri.EscapeDataString(name)}&timeoutSeconds={ServerTimeoutSeconds}";
        bool failing = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_clientTimeout);
            try
            {
                using HttpResponseMessage response = await client.OpenWatchAsync(path, limit.Token);
                await using Stream body = await response.Content.ReadAsStreamAsync(limit.Token);
                using var lines = new StreamReader(body);
                failing = false;
                while (await lines.ReadLineAsync(limit.Token) is not null)
                {
                    changed();
                }
            }
            catch (OperationCanceledException)
            {
                // Stopped, or silent for longer than the server was asked to keep it open.
            }
            catch (Exception e) when (ApiFailure.Is(e))
            {
                // Without the watch the object is still looked at every minute.
                if (!failing)
                {
                    LogFailure(name, ApiFailure.Describe(e, client.Connection.BaseUri));
                }

                failing = true;
            }

            await Task.Delay(_pause, client.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(EventId = 331, Level = LogLevel.Warning, Message = "Watching {Name} failed, will be tried again: {Error}")]
    private partial void LogFailure(string name, string error);
}
