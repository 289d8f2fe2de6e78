using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Kruise.Sim.Reports.Html;

/// <summary>
/// What every row went through, as a page plays it: a cell per row, or per bin of rows when there are many. A cell is a text of states and the ticks at which they begin,
/// a capital letter and a number to the base of 36: <c>A0B3C1f</c>. A bin is in the state of that of its rows which is worst off, so that none that failed is out of sight;
/// how many rows are in a state is written beside the bins, exactly, tick by tick.
/// </summary>
internal static class Replay
{
    /// <summary>More cells than this are smaller than the eye tells apart.</summary>
    public const int MaxCells = 10_000;

    /// <summary>Finer than any slider.</summary>
    private const int Ticks = 4096;

    /// <summary>Of bins, with which the counts of every tick are written.</summary>
    private const int TicksOfBins = 512;

    /// <param name="json">Where to.</param>
    /// <param name="rows">Rows in the order of their table.</param>
    /// <param name="shown">Whether a row has a cell.</param>
    /// <param name="groupOf">The heading under which a row stands.</param>
    /// <param name="transitions">The states it goes through and when each begins, nanoseconds, in order; it is in the default one before.</param>
    /// <param name="worst">States that are worse than any other, the worst first; of the others one is the worse the earlier it is.</param>
    /// <param name="stateCount">How many states there are.</param>
    /// <param name="beginSeconds">The moment of tick 0.</param>
    /// <param name="endSeconds">The moment of the last tick.</param>
    public static void Write<TRow, TState>(
        Utf8JsonWriter json, IReadOnlyList<TRow> rows, Func<TRow, bool> shown, Func<TRow, string> groupOf, Func<TRow, IEnumerable<(TState State, long At)>> transitions,
        IReadOnlyList<TState> worst, int stateCount, double beginSeconds, double endSeconds)
        where TState : unmanaged, Enum
    {
        int[] members = [.. Enumerable.Range(0, rows.Count).Where(row => shown(rows[row]))];
        int bin = Math.Max(1, (members.Length + MaxCells - 1) / MaxCells), ticks = bin == 1 ? Ticks : TicksOfBins;
        (string Label, int[] Rows)[] groups = [.. members.GroupBy(row => groupOf(rows[row]), StringComparer.Ordinal).Select(group => (group.Key, group.ToArray()))];
        json.WriteNumber("begin", beginSeconds);
        json.WriteNumber("end", endSeconds);
        json.WriteNumber("shown", members.Length);
        json.WriteNumber("ticks", ticks);
        json.WriteNumber("bin", bin);
        json.WriteStartArray("groups");
        foreach ((string label, int[] group) in groups)
        {
            json.WriteStartObject();
            json.WriteString("label", label);
            json.WriteNumber("rows", group.Length);
            json.WriteNumber("cells", (group.Length + bin - 1) / bin);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("first");
        foreach ((_, int[] group) in groups)
        {
            int cells = (group.Length + bin - 1) / bin;
            for (int cell = 0; cell < cells; cell++) json.WriteNumberValue(group[(int)((long)cell * group.Length / cells)]);
        }

        json.WriteEndArray();
        // Whole nanoseconds: what happens at the very end is to be there at the last tick.
        long first = Nanoseconds(beginSeconds), span = Math.Max(1, Nanoseconds(endSeconds) - first);
        int[][] totals = [.. Enumerable.Range(0, stateCount).Select(_ => new int[ticks + 1])];
        json.WriteStartArray("cells");
        StringBuilder text = new();
        foreach ((_, int[] group) in groups)
        {
            if (bin == 1) Single(group);
            else Bins(group);
        }

        json.WriteEndArray();
        if (bin > 1) Totals();

        void Single(int[] group)
        {
            foreach (int row in group)
            {
                int at = 0;
                byte state = 0;
                foreach ((TState next, long moment) in transitions(rows[row]))
                {
                    int tick = Tick(moment);
                    if (tick > at) Add(state, at);
                    (state, at) = (Unsafe.BitCast<TState, byte>(next), Math.Max(at, tick));
                }

                if (at <= ticks) Add(state, at);
                End();
            }
        }

        void Bins(int[] group)
        {
            int cells = (group.Length + bin - 1) / bin;
            byte[] named = [.. worst.Select(state => Unsafe.BitCast<TState, byte>(state))];
            byte[] ranked = [.. named, .. Enumerable.Range(0, stateCount).Select(state => (byte)state).Except(named)];
            int[,] changes = new int[stateCount, ticks + 2];
            int[] counts = new int[stateCount];
            for (int cell = 0; cell < cells; cell++)
            {
                Array.Clear(changes);
                Array.Clear(counts);
                int end = (int)((long)(cell + 1) * group.Length / cells);
                for (int place = (int)((long)cell * group.Length / cells); place < end; place++)
                {
                    int at = 0;
                    byte state = 0;
                    changes[0, 0]++;
                    foreach ((TState next, long moment) in transitions(rows[group[place]]))
                    {
                        at = Math.Max(at, Tick(moment));
                        changes[state, at]--;
                        changes[state = Unsafe.BitCast<TState, byte>(next), at]++;
                    }
                }

                int before = -1;
                for (int tick = 0; tick <= ticks; tick++)
                {
                    for (int state = 0; state < stateCount; state++) totals[state][tick] += counts[state] += changes[state, tick];
                    int rank = 0;
                    while (counts[ranked[rank]] == 0) rank++;
                    if (ranked[rank] != before) Add(ranked[rank], tick);
                    before = ranked[rank];
                }

                End();
            }
        }

        // From tick to tick most counts stay.
        void Totals()
        {
            json.WriteStartArray("totals");
            foreach (int[] total in totals)
            {
                json.WriteStartArray();
                for (int tick = 0; tick <= ticks; tick++) json.WriteNumberValue(total[tick] - (tick == 0 ? 0 : total[tick - 1]));
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        // The first tick at which a moment has come.
        int Tick(long moment) => (int)Int128.Clamp((((Int128)(moment - first) * ticks) + span - 1) / span, 0, ticks + 1);

        void Add(byte state, int tick)
        {
            text.Append((char)('A' + state));
            int begin = text.Length;
            do
            {
                text.Insert(begin, (char)(tick % 36 < 10 ? '0' + (tick % 36) : 'a' + (tick % 36) - 10));
                tick /= 36;
            }
            while (tick > 0);
        }

        void End()
        {
            json.WriteStringValue(text.ToString());
            text.Clear();
        }
    }

    private static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);
}
