using Kruise.Core.ImagePull.Puller;

namespace Kruise.Live.Daemon.Pulling;

/// <summary>What brings images onto a node: a real runtime, or a scripted one.</summary>
internal interface IContainerRuntime
{
    /// <summary>
    /// Makes one attempt. An image that is there under any spelling of its name is not fetched. A failure is an outcome, with a text fit to be
    /// shown; the only exception is that of <paramref name="cancellationToken"/>, which ends the runtime's own work too.
    /// </summary>
    Task<PullOutcome> PullAsync(PullRequest request, CancellationToken cancellationToken);
}
