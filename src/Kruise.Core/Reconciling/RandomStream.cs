using System.Runtime.CompilerServices;

namespace Kruise.Core.Reconciling;

/// <summary>
/// A reproducible stream of random numbers that belongs to one owner. The stream is SplitMix64 (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014): the state advances by the golden gamma and is mixed on output, so two streams of
/// different names share nothing and adding one shifts no other.
/// </summary>
public sealed class RandomStream
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15UL;
    private ulong _state;

    /// <summary>A stream from a raw state.</summary>
    public RandomStream(ulong state) => _state = state;

    /// <summary>The stream of an owner, from the run's seed and the owner's name.</summary>
    public static RandomStream Named(ulong seed, string owner) => new(Mix(seed ^ Hash(owner)));

    /// <summary>A stream for something that this owner owns; draws nothing from this stream.</summary>
    public RandomStream Derive(string part) => new(Mix(_state ^ Hash(part)));

    /// <summary>64 uniform bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong NextUInt64()
    {
        _state += GoldenGamma;
        return Mix(_state);
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="exclusive"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusive"/> is not positive.</exception>
    public long Next(long exclusive)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusive);
        return (long)Math.BigMul(NextUInt64(), (ulong)exclusive, out _);
    }

    // FNV-1a, 64 bit: string.GetHashCode differs from process to process.
    private static ulong Hash(string text)
    {
        ulong hash = 14695981039346656037UL;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return hash;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
