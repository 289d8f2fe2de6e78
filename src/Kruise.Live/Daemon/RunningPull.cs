using Kruise.Core.ImagePull.Puller;

namespace Kruise.Live.Daemon;

/// <summary>An attempt under way.</summary>
internal sealed class RunningPull(PullerCommand.StartPull command) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private Task _cancelling = Task.CompletedTask;

    public PullerCommand.StartPull Command { get; } = command;

    public CancellationToken Token => _cancellation.Token;

    /// <summary>Cancels without running anything on the caller's stack, which holds the lock that the end of a pull needs.</summary>
    public void Cancel() => _cancelling = _cancellation.CancelAsync();

    /// <summary>Completes when nothing uses the token any more.</summary>
    public Task CancelledAsync() => _cancelling;

    public void Dispose() => _cancellation.Dispose();
}
