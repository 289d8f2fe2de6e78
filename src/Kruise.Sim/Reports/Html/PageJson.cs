using System.Buffers;
using System.Text.Json;
using Kruise.Sim.Measures;
using Kruise.Sim.Measures.Sidecars;
using Kruise.Sim.Measures.Workloads;
using Kruise.Sim.Reports.Plots;
using Color = ScottPlot.Color;

namespace Kruise.Sim.Reports.Html;

/// <summary>What <c>report.html</c> draws from, as JSON. The encoder leaves no character that means anything to HTML or ends a line of JavaScript.</summary>
internal static partial class PageJson
{
    /// <summary>What is shown of the time before the first row was asked for, as a share of the time after it.</summary>
    private const double LeadIn = 0.02;

    /// <summary>The figures by which states are told apart without colour, as colours.js draws them: a tick for what is done, a cross for what failed.</summary>
    private static readonly int[] s_nodeFigures = [0, 1, 2, 10, 4, 5, 6, 7, 8, 9];
    private static readonly int[] s_podFigures = [0, 1, 2, 3, 4, 5, 6, 10, 11, 7, 8, 9];

    private static readonly PodStep[] s_worstSteps = [PodStep.Unfinished, PodStep.Failing];

    /// <summary>Of a run; the rows that <paramref name="links"/> led to are among those that the page holds.</summary>
    public static byte[] Of(RunResult run, RowLinks links) => Write(json =>
    {
        ChartJson.Write(json, run);
        Marks(json, run.Marks);
        json.WriteNumber("begin", 0);
        json.WriteNumber("end", TimeAxis.Of(run).EndSeconds);
        json.WriteStartArray("tables");
        if (run.Upgrades.Count > 0) Upgrades(json, run, links);
        if (run.Pods.Count > 0) Pods(json, run, links);
        if (run.Nodes.Count > 0) Nodes(json, run, links);
        json.WriteEndArray();
    });

    /// <summary>Of the variants of a scenario, or of two runs that <paramref name="text"/> compares.</summary>
    public static byte[] Of(ScenarioReport report, ReportText? text = null) => Write(json =>
    {
        ChartJson.Write(json, report);
        TimeAxis axis = TimeAxis.Of(report.Runs);
        json.WriteNumber("begin", 0);
        json.WriteNumber("end", axis.EndSeconds);
        json.WriteStartArray("columns");
        if (report.Runs.Any(RunPlots.ShowWarmup))
        {
            Columns(json, ComparisonPlots.SlotByCause, TimeByCause.CompareInSlot(report));
            Columns(json, ComparisonPlots.TimeByCause, TimeByCause.Compare(report));
        }

        if (report.Runs.Any(run => run.Workloads.Count > 0))
        {
            PodCauseColumns pods = PodTimeByCause.Compare(report);
            Columns(json, ComparisonPlots.PodTimeByCause, pods.Columns, pods.Bands.Select(band => (band.Label, PlotStyle.Cause(band.Cause), band.MeanSeconds)));
        }

        json.WriteEndArray();
        if (text is not null) Sorting(json, text);
    });

    /// <summary>Numbers to six digits, which is more than a screen has pixels; none where one is not finite.</summary>
    public static void Numbers(Utf8JsonWriter json, double[] values)
    {
        json.WriteStartArray();
        foreach (double value in values)
        {
            if (double.IsFinite(value)) json.WriteNumberValue(Rounded(value));
            else json.WriteNullValue();
        }

        json.WriteEndArray();
    }

    public static void Number(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, Rounded(value));
        else json.WriteNull(name);
    }

    public static string Hex(Color colour) => FormattableString.Invariant($"#{colour.Red:x2}{colour.Green:x2}{colour.Blue:x2}");

    private static decimal Rounded(double value)
    {
        if (value == 0) return 0;
        int digits = 5 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits is < 0 or > 15 ? (decimal)Math.Round(value) : (decimal)Math.Round(value, digits);
    }

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        ArrayBufferWriter<byte> buffer = new(1 << 16);
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static double Begin(IEnumerable<Engine.SimTime> asked, double end)
    {
        double first = asked.Select(moment => moment.Seconds).DefaultIfEmpty(0).Min();
        return Math.Max(0, first - (LeadIn * (end - first)));
    }

    private static void Marks(Utf8JsonWriter json, IReadOnlyList<TimelineMark> marks)
    {
        json.WriteStartArray("marks");
        foreach (TimelineMark mark in marks)
        {
            json.WriteStartObject();
            json.WriteNumber("from", mark.From.Seconds);
            json.WriteNumber("to", (mark.To ?? mark.From).Seconds);
            json.WriteString("text", mark.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Nodes(Utf8JsonWriter json, RunResult run, RowLinks links)
    {
        IReadOnlyList<NodeRow> rows = run.Nodes;
        RowPick pick = RowPick.Of(rows.Count, links.Named(NodesCsv.FileName), row => rows[row].Outcome != NodeOutcome.Succeeded, row => rows[row].CauseNanoseconds.Sum());
        bool jobs = run.Jobs.Count > 1, pools = rows.Any(row => row.Pool != rows[0].Pool);
        Table(
            json, NodesCsv.FileName, "Nodes", ("node", "nodes"), "node", NodesCsv.Columns, rows, pick, NodesCsv.Row,
            [.. jobs ? ["job"] : Array.Empty<string>(), .. pools ? ["pool"] : Array.Empty<string>(), "outcome", "warmupSeconds", "askedSeconds", "dispatchedSeconds", "startedSeconds", "reportedSeconds",
             "attempts", "bytes", "message"]);
        Causes(
            json, [.. rows.Select(row => row.CauseNanoseconds)], row => Attribution.HasTime(rows[row]), pick, (int)WarmupCause.WaitingForSlot, WarmupCauses.Keys, WarmupCauses.Titles,
            cause => PlotStyle.Cause((WarmupCause)cause));
        States(json, "What every node was doing", NodeHeatmap.StateTitles, NodeHeatmapDrawing.Colours, s_nodeFigures);
        // Nothing happens to nodes once the last job is done, whatever the run goes on with.
        double end = run.Jobs.All(job => job.Completion is not null)
            ? rows.Select(row => row.Reported ?? default).Concat(run.Jobs.Select(job => job.Completion!.Value)).Max().Seconds
            : run.VirtualTime.Seconds;
        Replay.Write(
            json, rows, _ => true, row => (jobs ? row.JobNamespace + "/" + row.Job : "") + (jobs && pools ? ", " : "") + (pools ? row.Pool : ""), NodeHeatmap.Transitions,
            [NodeState.Failed, NodeState.BackOff], NodeHeatmap.StateCount, Begin(rows.Select(row => row.Asked), end), end);
        json.WriteEndObject();
    }

    private static void Pods(Utf8JsonWriter json, RunResult run, RowLinks links)
    {
        IReadOnlyList<PodRow> rows = run.Pods;
        RowPick pick = RowPick.Of(rows.Count, links.Named(PodsCsv.FileName), row => rows[row].Outcome != PodOutcome.Updated, row => rows[row].CauseNanoseconds.Sum());
        HashSet<PodRow> relevant = new(PodAttribution.Relevant(run), ReferenceEqualityComparer.Instance);
        bool sets = run.Workloads.Count > 1, rollouts = rows.Any(row => row.Rollout != rows[0].Rollout);
        Table(
            json, PodsCsv.FileName, "Pods of rollouts", ("pod", "pods"), "pod", PodsCsv.Columns, rows, pick, PodsCsv.Row,
            [.. sets ? ["workload"] : Array.Empty<string>(), .. rollouts ? ["rollout"] : Array.Empty<string>(), "outcome", "updateSeconds", "node", "way", "replaces", "begunSeconds", "readySeconds", "pulls",
             "bytes", "labels"]);
        Causes(
            json, [.. rows.Select(row => row.CauseNanoseconds)], row => relevant.Contains(rows[row]), pick, (int)PodCause.WaitingForTurn, PodCauses.Keys, PodCauses.Titles,
            cause => PlotStyle.Cause((PodCause)cause));
        States(json, "What every pod of the rollouts went through", PodGantt.StepTitles, PodGanttDrawing.Colours, s_podFigures);
        Replay.Write(
            json, rows, relevant.Contains, row => (sets ? row.Namespace + "/" + row.Workload + ", " : "") + (row.Rollout == 0 ? "creation" : FormattableString.Invariant($"update {row.Rollout}")), PodGantt.Transitions,
            s_worstSteps, PodGantt.StepCount, Begin(relevant.Select(row => row.Asked), run.VirtualTime.Seconds), run.VirtualTime.Seconds);
        json.WriteEndObject();
    }

    private static void Upgrades(Utf8JsonWriter json, RunResult run, RowLinks links)
    {
        IReadOnlyList<SidecarRow> rows = run.Upgrades;
        RowPick pick = RowPick.Of(rows.Count, links.Named(SidecarsCsv.FileName), row => rows[row].Outcome != SidecarOutcome.Upgraded, row => rows[row].CauseNanoseconds.Sum());
        bool sets = run.SidecarSets.Count > 1;
        Table(
            json, SidecarsCsv.FileName, "Sidecar upgrades", ("upgrade", "upgrades"), "pod", SidecarsCsv.Columns, rows, pick, SidecarsCsv.Row,
            [.. sets ? ["sidecarSet"] : Array.Empty<string>(), "version", "outcome", "upgradeSeconds", "node", "begunSeconds", "readySeconds", "pulls", "bytes", "labels"]);
        Causes(
            json, [.. rows.Select(row => row.CauseNanoseconds)], _ => true, pick, (int)PodCause.WaitingForTurn, PodCauses.Keys, PodCauses.Titles, cause => PlotStyle.Cause((PodCause)cause));
        States(json, "What every pod of the sidecar upgrades went through", PodGantt.StepTitles, PodGanttDrawing.Colours, s_podFigures);
        Replay.Write(
            json, rows, _ => true, row => (sets ? row.Set + ", " : "") + FormattableString.Invariant($"version {row.Rollout}"),
            row => PodGantt.Transitions(row.Steps, row.Asked, row.CauseNanoseconds, row.Outcome == SidecarOutcome.Upgraded),
            s_worstSteps, PodGantt.StepCount, Begin(rows.Select(row => row.Asked), run.VirtualTime.Seconds), run.VirtualTime.Seconds);
        json.WriteEndObject();
    }

    private static void Table<TRow>(
        Utf8JsonWriter json, string file, string title, (string One, string Many) noun, string name, IReadOnlyList<OutputField> columns, IReadOnlyList<TRow> rows, RowPick pick, Action<IRowSink, TRow> row,
        IReadOnlyList<string> main)
    {
        json.WriteStartObject();
        json.WriteString("id", RowLinks.TableName(file));
        json.WriteString("file", file);
        json.WriteString("title", title);
        json.WriteString("one", noun.One);
        json.WriteString("many", noun.Many);
        json.WriteString("name", name);
        json.WriteNumber("total", rows.Count);
        json.WriteString("picked", pick.Words);
        if (pick.Indices.Count < rows.Count)
        {
            json.WriteStartArray("rows");
            foreach (int index in pick.Indices) json.WriteNumberValue(index);
            json.WriteEndArray();
        }

        json.WriteStartArray("main");
        foreach (string column in main) json.WriteStringValue(column);
        json.WriteEndArray();
        RowTable table = new(columns);
        foreach (int index in pick.Indices) row(table, rows[index]);
        json.WriteNumber("count", table.Rows);
        table.Write(json);
    }

    private static void Causes(
        Utf8JsonWriter json, IReadOnlyList<long[]> rows, Func<int, bool> counts, RowPick pick, int wait, IReadOnlyList<string> keys, IReadOnlyList<string> titles, Func<int, Color> colour)
    {
        json.WriteStartArray("causes");
        for (int cause = 0; cause < keys.Count; cause++)
        {
            int with = 0;
            Int128 sum = 0;
            for (int row = 0; row < rows.Count; row++)
            {
                if (!counts(row)) continue;
                sum += rows[row][cause];
                if (rows[row][cause] > 0) with++;
            }

            json.WriteStartObject();
            json.WriteString("key", keys[cause]);
            json.WriteString("title", titles[cause]);
            json.WriteString("fill", Hex(colour(cause)));
            json.WriteNumber("seconds", (double)sum / 1e9);
            json.WriteNumber("with", with);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("wait", keys[wait]);
        json.WriteStartArray("groupings");
        CauseGroups.Of(rows, counts, left: wait).Write(json, "without " + titles[wait], pick.Indices);
        CauseGroups.Of(rows, counts, left: -1).Write(json, "with " + titles[wait], pick.Indices);
        json.WriteEndArray();
    }

    private static void States(Utf8JsonWriter json, string title, IReadOnlyList<string> titles, IReadOnlyList<Color> colours, IReadOnlyList<int> figures)
    {
        json.WriteString("statesTitle", title);
        json.WriteStartArray("states");
        for (int state = 0; state < titles.Count; state++)
        {
            json.WriteStartObject();
            json.WriteString("title", titles[state]);
            json.WriteString("fill", Hex(colours[state]));
            json.WriteNumber("figure", figures[state]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Columns(Utf8JsonWriter json, PlotFile file, CauseColumns columns) =>
        Columns(json, file, columns.Columns, columns.Bands.Select(band => (band.Label, PlotStyle.Cause(band.Cause), band.MeanSeconds)));

    private static void Columns(Utf8JsonWriter json, PlotFile file, IReadOnlyList<string> labels, IEnumerable<(string Label, Color Fill, double[] MeanSeconds)> bands)
    {
        json.WriteStartObject();
        json.WriteString("id", file.Name);
        json.WriteString("caption", file.Caption);
        json.WriteStartArray("columns");
        foreach (string label in labels) json.WriteStringValue(label);
        json.WriteEndArray();
        json.WriteStartArray("bands");
        foreach ((string label, Color fill, double[] means) in bands)
        {
            json.WriteStartObject();
            json.WriteString("title", label);
            json.WriteString("fill", Hex(fill));
            json.WritePropertyName("means");
            Numbers(json, means);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
