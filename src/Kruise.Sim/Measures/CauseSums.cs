using System.Runtime.CompilerServices;

namespace Kruise.Sim.Measures;

/// <summary>
/// Seconds by cause, summed over rows whose causes each sum to the row's time. One of the causes is the wait for others; what comes after it also sets how long the others
/// wait.
/// </summary>
/// <param name="nanoseconds">By cause.</param>
/// <param name="rows">How many rows they are of.</param>
/// <param name="wait">The cause that is the wait for others.</param>
internal abstract class CauseSums<TCause>(Int128[] nanoseconds, int rows, TCause wait)
    where TCause : unmanaged, Enum
{
    private readonly double[] _seconds = [.. nanoseconds.Select(sum => (double)sum / 1e9)];

    /// <summary>Rows that were summed.</summary>
    public int Rows => rows;

    public double TotalSeconds => _seconds.Sum();

    /// <summary>Seconds after the wait.</summary>
    public double SecondsAfterWait => TotalSeconds - Seconds(wait);

    /// <summary>The causes that took any time, the largest first; of equals the earlier cause.</summary>
    public IReadOnlyList<TCause> Ranked =>
    [
        .. Enumerable.Range(0, _seconds.Length).Where(cause => _seconds[cause] > 0).OrderByDescending(cause => _seconds[cause]).Select(Unsafe.BitCast<int, TCause>),
    ];

    /// <summary>The same without the wait.</summary>
    public IReadOnlyList<TCause> RankedAfterWait => [.. Ranked.Where(cause => !IsWait(cause))];

    public double Seconds(TCause cause) => _seconds[Unsafe.BitCast<TCause, int>(cause)];

    /// <summary>Seconds per row; 0 without rows.</summary>
    public double Mean(TCause cause) => rows == 0 ? 0 : Seconds(cause) / rows;

    /// <summary>Part of the whole, 0 to 1.</summary>
    public double Share(TCause cause) => TotalSeconds > 0 ? Seconds(cause) / TotalSeconds : 0;

    /// <summary>Part of the time after the wait, 0 to 1; 0 for the wait itself.</summary>
    public double ShareAfterWait(TCause cause) => !IsWait(cause) && SecondsAfterWait > 0 ? Seconds(cause) / SecondsAfterWait : 0;

    private bool IsWait(TCause cause) => EqualityComparer<TCause>.Default.Equals(cause, wait);
}
