namespace Kruise.Live.Tests.Hollow;

/// <summary>A manager that is started again whenever it ends, as a Deployment does: one that has lost its lease ends itself.</summary>
internal sealed class SupervisedManager : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public SupervisedManager(string kubeconfig) => _run = Task.Run(() => RunAsync(kubeconfig));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync(string kubeconfig)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (true)
            {
                await using ManagerProcess manager = await ManagerProcess.StartAsync(kubeconfig);
                while (!manager.HasExited)
                {
                    await timer.WaitForNextTickAsync(_stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
