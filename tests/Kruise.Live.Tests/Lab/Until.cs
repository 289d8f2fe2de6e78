using System.Diagnostics;

namespace Kruise.Live.Tests.Lab;

/// <summary>Waiting for a condition of something that cannot tell.</summary>
internal static class Until
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks until the answer is true; false when the time is over first.</summary>
    public static async Task<bool> TrueAsync(Func<CancellationToken, Task<bool>> condition, TimeSpan limit, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(s_interval);
        do
        {
            if (await condition(cancellation))
            {
                return true;
            }
        }
        while (Stopwatch.GetElapsedTime(start) < limit && await timer.WaitForNextTickAsync(cancellation));

        return false;
    }

    /// <summary>Asks until the answer is true; throws with a description when the time is over first.</summary>
    public static async Task HoldsAsync(Func<CancellationToken, Task<bool>> condition, string what, TimeSpan limit, CancellationToken cancellation)
    {
        if (!await TrueAsync(condition, limit, cancellation))
        {
            throw new TimeoutException($"not within {limit}: {what}");
        }
    }
}
