using System.Globalization;

namespace Kruise.Sim.Engine;

/// <summary>A moment or a length of virtual time: whole nanoseconds (range ±292 years). Moments count from the start of the run.</summary>
public readonly record struct SimTime(long Nanoseconds) : IComparable<SimTime>
{
    public const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The date of the run's start in the objects of the simulated cluster: the release day of v0.8.0, the same in every run.</summary>
    public static readonly DateTime Epoch = new(2021, 3, 4, 0, 0, 0, DateTimeKind.Utc);

    public static SimTime Zero => default;

    public static SimTime MaxValue => new(long.MaxValue);

    public double Seconds => Nanoseconds / (double)NanosecondsPerSecond;

    /// <summary>The moment as a date in the simulated cluster.</summary>
    public DateTime ToDateTime() => Epoch.AddTicks(Nanoseconds / 100);

    public static SimTime FromDateTime(DateTime date) => new((date - Epoch).Ticks * 100);

    public static SimTime FromSeconds(double seconds) => new((long)Math.Round(seconds * NanosecondsPerSecond));

    public static SimTime FromMilliseconds(double milliseconds) => new((long)Math.Round(milliseconds * 1e6));

    public static SimTime FromTimeSpan(TimeSpan span) => new(span.Ticks * 100);

    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(Nanoseconds / 100);

    public int CompareTo(SimTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    public override string ToString() => Seconds.ToString("0.#########", CultureInfo.InvariantCulture) + " s";

    public static SimTime operator +(SimTime a, SimTime b) => new(a.Nanoseconds + b.Nanoseconds);

    public static SimTime operator -(SimTime a, SimTime b) => new(a.Nanoseconds - b.Nanoseconds);

    public static bool operator <(SimTime a, SimTime b) => a.Nanoseconds < b.Nanoseconds;

    public static bool operator >(SimTime a, SimTime b) => a.Nanoseconds > b.Nanoseconds;

    public static bool operator <=(SimTime a, SimTime b) => a.Nanoseconds <= b.Nanoseconds;

    public static bool operator >=(SimTime a, SimTime b) => a.Nanoseconds >= b.Nanoseconds;

    public static SimTime Max(SimTime a, SimTime b) => a >= b ? a : b;

    public static SimTime Min(SimTime a, SimTime b) => a <= b ? a : b;
}
