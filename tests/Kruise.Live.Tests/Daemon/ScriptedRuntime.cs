using System.Collections.Concurrent;
using Kruise.Core.ImagePull.Puller;
using Kruise.Live.Daemon.Pulling;

namespace Kruise.Live.Tests.Daemon;

/// <summary>A runtime whose pulls end when a test says so.</summary>
internal sealed class ScriptedRuntime : IContainerRuntime
{
    public ConcurrentDictionary<string, TaskCompletionSource<PullOutcome>> Running { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<PullRequest> Requests { get; } = new();

    public ConcurrentQueue<string> Cancelled { get; } = new();

    public async Task<PullOutcome> PullAsync(PullRequest request, CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource<PullOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        Running[request.Reference] = end;
        Requests.Enqueue(request);
        try
        {
            return await end.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Cancelled.Enqueue(request.Reference);
            throw;
        }
        finally
        {
            Running.TryRemove(request.Reference, out _);
        }
    }
}
