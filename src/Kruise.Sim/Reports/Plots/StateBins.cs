using System.Runtime.CompilerServices;

namespace Kruise.Sim.Reports.Plots;

/// <summary>
/// Rows × time. Rows come in bins of equal size, columns are stretches of time. A bin has the state that most of its rows are in at the middle of its time, the later one
/// of equals.
/// </summary>
internal static class StateBins
{
    public const int MaxRows = 400;
    public const int MaxColumns = 800;

    /// <param name="rows">From the bottom of the plot up.</param>
    /// <param name="transitions">The states that a row goes through and when each begins, nanoseconds, in order; it is in the default one before.</param>
    /// <param name="stateCount">How many states there are.</param>
    /// <param name="beginSeconds">Where the first column begins.</param>
    /// <param name="endSeconds">Where the last column ends.</param>
    /// <param name="rowBins">Bins of rows.</param>
    /// <param name="columns">Stretches of time.</param>
    public static TState[,] Of<TRow, TState>(
        IReadOnlyList<TRow> rows,
        Func<TRow, IEnumerable<(TState State, long At)>> transitions,
        int stateCount,
        double beginSeconds,
        double endSeconds,
        int rowBins,
        int columns)
        where TState : unmanaged, Enum
    {
        TState[,] states = new TState[rowBins, columns];
        int[,] changes = new int[stateCount, columns + 1];
        int[] counts = new int[stateCount];
        double begin = beginSeconds * 1e9, nanosecondsPerColumn = (endSeconds - beginSeconds) * 1e9 / columns;
        for (int bin = 0; bin < rowBins; bin++)
        {
            Array.Clear(changes);
            int end = (int)((long)(bin + 1) * rows.Count / rowBins);
            for (int row = (int)((long)bin * rows.Count / rowBins); row < end; row++)
            {
                long from = 0;
                TState state = default;
                foreach ((TState next, long at) in transitions(rows[row]))
                {
                    Add(state, from, at);
                    (state, from) = (next, at);
                }

                Add(state, from, long.MaxValue);
            }

            Array.Clear(counts);
            for (int column = 0; column < columns; column++)
            {
                int most = 0;
                for (int state = 0; state < stateCount; state++)
                {
                    counts[state] += changes[state, column];
                    if (counts[state] >= counts[most]) most = state;
                }

                states[bin, column] = Unsafe.BitCast<byte, TState>((byte)most);
            }
        }

        return states;

        void Add(TState state, long from, long to)
        {
            int first = Column(from), last = Column(to);
            if (last <= first) return;
            changes[Unsafe.BitCast<TState, byte>(state), first]++;
            changes[Unsafe.BitCast<TState, byte>(state), last]--;
        }

        // The first column whose middle is not before the moment.
        int Column(long nanoseconds) => (int)Math.Clamp(Math.Ceiling(((nanoseconds - begin) / nanosecondsPerColumn) - 0.5), 0, columns);
    }
}
