using Kruise.Core.Api;
using Kruise.Core.ImagePull.Puller;

namespace Kruise.Live.Daemon;

/// <summary>Writes a node's status.</summary>
internal interface INodeImageWriter
{
    /// <summary>Replaces the status, guarded by the object's resourceVersion. A failure is an outcome.</summary>
    Task<StatusWriteOutcome> UpdateStatusAsync(NodeImage nodeImage, CancellationToken cancellationToken);
}
