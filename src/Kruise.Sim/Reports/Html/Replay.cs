using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports.Html;

/// <summary>
/// What every row went through, as a page plays it: a cell per row, or per bin of rows when there are many. A cell is a text of states and the ticks at which they begin,
/// a capital letter and a number to the base of 36: <c>A0B3C1f</c>.
/// </summary>
internal static class Replay
{
    /// <summary>More cells than this are smaller than the eye tells apart.</summary>
    public const int MaxCells = 10_000;

    /// <summary>Finer than any slider.</summary>
    private const int Ticks = 4096;

    /// <summary>Of bins, whose every tick is computed.</summary>
    private const int TicksOfBins = 512;

    /// <param name="json">Where to.</param>
    /// <param name="rows">Rows in the order of their table.</param>
    /// <param name="shown">Whether a row has a cell.</param>
    /// <param name="groupOf">The heading under which a row stands.</param>
    /// <param name="transitions">The states it goes through and when each begins, nanoseconds, in order; it is in the default one before.</param>
    /// <param name="stateCount">How many states there are.</param>
    /// <param name="beginSeconds">The moment of tick 0.</param>
    /// <param name="endSeconds">The moment of the last tick.</param>
    public static void Write<TRow, TState>(
        Utf8JsonWriter json, IReadOnlyList<TRow> rows, Func<TRow, bool> shown, Func<TRow, string> groupOf, Func<TRow, IEnumerable<(TState State, long At)>> transitions, int stateCount,
        double beginSeconds, double endSeconds)
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
        json.WriteStartArray("cells");
        StringBuilder text = new();
        foreach ((_, int[] group) in groups)
        {
            if (bin == 1) Single(group);
            else Bins(group);
        }

        json.WriteEndArray();

        void Single(int[] group)
        {
            double perTick = (endSeconds - beginSeconds) * 1e9 / ticks;
            foreach (int row in group)
            {
                int at = 0;
                byte state = 0;
                foreach ((TState next, long moment) in transitions(rows[row]))
                {
                    int tick = (int)Math.Clamp(Math.Ceiling((moment - (beginSeconds * 1e9)) / perTick), 0, ticks + 1);
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
            TState[,] states = StateBins.Of([.. group.Select(row => rows[row])], transitions, stateCount, beginSeconds, endSeconds, cells, ticks);
            for (int cell = 0; cell < cells; cell++)
            {
                int before = -1;
                for (int tick = 0; tick < ticks; tick++)
                {
                    byte state = Unsafe.BitCast<TState, byte>(states[cell, tick]);
                    if (state != before) Add(state, tick);
                    before = state;
                }

                End();
            }
        }

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
}
