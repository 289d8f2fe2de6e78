using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using HdrHistogram;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>
/// Load by an open model: requests are begun at their times, whether or not earlier ones are answered, and each is measured from the time at which it should
/// have begun. So a stall counts for every request that it held up.
/// </summary>
internal sealed class OpenLoad
{
    private readonly LongHistogram _microseconds = new(TimeSpan.FromMinutes(2).Ticks / 10, 3);
    private readonly ConcurrentDictionary<string, int> _errors = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public long Requests => _microseconds.TotalCount;

    public IReadOnlyDictionary<string, int> Errors => _errors;

    public static Task<OpenLoad> RunAsync(int perSecond, TimeSpan duration, Func<int, CancellationToken, Task> request, CancellationToken cancellation) =>
        RunAsync(perSecond, begun => begun >= (int)(perSecond * duration.TotalSeconds), request, cancellation);

    /// <summary>Begins requests until somebody, who is told how many have begun, has enough; ends when all are answered.</summary>
    public static async Task<OpenLoad> RunAsync(int perSecond, Func<int, bool> enough, Func<int, CancellationToken, Task> request, CancellationToken cancellation)
    {
        var load = new OpenLoad();
        List<Task> running = [];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        long start = Stopwatch.GetTimestamp();
        while (!enough(running.Count))
        {
            double due = Stopwatch.GetElapsedTime(start).TotalSeconds * perSecond;
            while (!enough(running.Count) && running.Count <= due)
            {
                int number = running.Count;
                long intended = start + (long)(number / (double)perSecond * Stopwatch.Frequency);
                running.Add(Task.Run(() => load.MeasureAsync(intended, number, request, cancellation), cancellation));
            }

            await timer.WaitForNextTickAsync(cancellation);
        }

        await Task.WhenAll(running);
        return load;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Requests} requests, {Errors.Values.Sum()} errors, p50 {Milliseconds(50):0.0} ms, p99 {Milliseconds(99):0.0} ms, p99.9 {Milliseconds(99.9):0.0} ms, max {Milliseconds(100):0.0} ms");

    private double Milliseconds(double percentile) => _microseconds.GetValueAtPercentile(percentile) / 1000.0;

    private async Task MeasureAsync(long intended, int number, Func<int, CancellationToken, Task> request, CancellationToken cancellation)
    {
        try
        {
            await request(number, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            _errors.AddOrUpdate(e.GetBaseException().Message, 1, (_, n) => n + 1);
        }

        lock (_lock)
        {
            _microseconds.RecordValue((long)Stopwatch.GetElapsedTime(intended).TotalMicroseconds);
        }
    }
}
