using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;

namespace Kruise.Live.Daemon;

/// <summary>Writes a node's status to the API server; after a conflict it brings the newer object along, so that the next try need not wait for the watch.</summary>
internal sealed partial class NodeImageStatusWriter(ApiClient client, ILogger<NodeImageStatusWriter> logger) : INodeImageWriter
{
    public async Task<StatusWriteOutcome> UpdateStatusAsync(NodeImage nodeImage, CancellationToken cancellationToken)
    {
        try
        {
            return StatusWriteOutcome.Ok(await client.UpdateStatusAsync(nodeImage, cancellationToken));
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return StatusWriteOutcome.Conflict(await ReadAgainAsync(ObjectKey.Of(nodeImage), cancellationToken));
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            LogFailed(nodeImage.Metadata.Name, ApiFailure.Describe(e, client.Connection.BaseUri));
            return StatusWriteOutcome.Failed;
        }
    }

    private async Task<NodeImage?> ReadAgainAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await client.TryGetAsync<NodeImage>(key, cancellationToken);
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            return null;
        }
    }

    [LoggerMessage(EventId = 402, Level = LogLevel.Warning, Message = "The status of {Node} could not be reported, will be tried again: {Error}")]
    private partial void LogFailed(string node, string error);
}
