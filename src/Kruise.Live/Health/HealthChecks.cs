using System.Text;

namespace Kruise.Live.Health;

/// <summary>Whether this process is well, as a list of named checks. May be added to while it is served.</summary>
internal sealed class HealthChecks(TimeProvider time)
{
    /// <summary>A check that takes longer than this has failed.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private (string Name, Func<CancellationToken, ValueTask<string?>> Check)[] _checks = [];

    /// <summary>Adds a check.</summary>
    /// <param name="name">Its name, as answers show it.</param>
    /// <param name="check">Gives null when all is fine, or the reason why not, which must hold no secret.</param>
    public void Add(string name, Func<CancellationToken, ValueTask<string?>> check)
    {
        lock (_lock)
        {
            _checks = [.. _checks, (name, check)];
        }
    }

    /// <inheritdoc cref="Add(string, Func{CancellationToken, ValueTask{string}})"/>
    public void Add(string name, Func<string?> check) => Add(name, _ => ValueTask.FromResult(check()));

    /// <summary>Runs all checks, side by side.</summary>
    /// <param name="isVerbose">Whether the answer names those that are fine, too.</param>
    /// <param name="cancellationToken">Whoever asked has gone.</param>
    public async Task<(bool IsFine, string Text)> RunAsync(bool isVerbose, CancellationToken cancellationToken)
    {
        (string Name, Func<CancellationToken, ValueTask<string?>> Check)[] checks;
        lock (_lock)
        {
            checks = _checks;
        }

        string?[] reasons = await Task.WhenAll(checks.Select(c => RunAsync(c.Check, cancellationToken)));
        bool isFine = Array.TrueForAll(reasons, r => r is null);
        if (isFine && !isVerbose)
        {
            return (true, "ok");
        }

        var text = new StringBuilder();
        foreach (((string name, _), string? reason) in checks.Zip(reasons))
        {
            if (reason is not null)
            {
                text.Append("[-]").Append(name).Append(" failed: ").Append(reason).Append('\n');
            }
            else if (isVerbose)
            {
                text.Append("[+]").Append(name).Append(" ok\n");
            }
        }

        return (isFine, text.Append(isFine ? "ok" : "failed").ToString());
    }

    private async Task<string?> RunAsync(Func<CancellationToken, ValueTask<string?>> check, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(Limit, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            // A check that does not heed its token must not hold the answer up.
            return await check(limit.Token).AsTask().WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {Limit.TotalSeconds:0} s";
        }
#pragma warning disable CA1031 // Whatever a check throws is its result; a probe that gets no answer says less.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
        }
    }
}
