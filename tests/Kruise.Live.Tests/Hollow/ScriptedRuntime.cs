using System.Collections.Concurrent;
using Kruise.Core.ImagePull.Puller;
using Kruise.Live.Daemon.Pulling;

namespace Kruise.Live.Tests.Hollow;

/// <summary>
/// The container runtime of a hollow node: an image takes as long as the script says and is on the node from then on, as it would be. It outlives the daemons
/// that use it, and counts what it was asked to fetch.
/// </summary>
/// <param name="script">How an attempt goes: how long it takes, and an error or null.</param>
internal sealed class ScriptedRuntime(Func<PullRequest, (TimeSpan Takes, string? Error)> script) : IContainerRuntime
{
    private readonly ConcurrentDictionary<string, byte> _images = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _fetches = new(StringComparer.Ordinal);

    /// <summary>How often each image was fetched to its end.</summary>
    public IReadOnlyDictionary<string, int> Fetches => _fetches;

    public async Task<PullOutcome> PullAsync(PullRequest request, CancellationToken cancellationToken)
    {
        if (_images.ContainsKey(request.Reference))
        {
            return PullOutcome.AlreadyPresent("sha256:" + request.Reference);
        }

        (TimeSpan takes, string? error) = script(request);
        await Task.Delay(takes, cancellationToken);
        if (error is not null)
        {
            return PullOutcome.Failed(error);
        }

        _fetches.AddOrUpdate(request.Reference, 1, (_, count) => count + 1);
        _images.TryAdd(request.Reference, 0);
        return PullOutcome.Pulled("sha256:" + request.Reference);
    }
}
