using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports.Comparisons;
using Kruise.Sim.Reports.Html;
using Kruise.Sim.Reports.Plots;
using Kruise.Sim.Reports.Sweeps;
using Kruise.Sim.Reports.Tuning;
using static System.FormattableString;

namespace Kruise.Sim.Reports;

/// <summary>The text of <c>docs/outputs.md</c>, from the same lists that the writers follow.</summary>
internal static class OutputsPage
{
    public static string Text()
    {
        StringBuilder page = new();
        page.Paragraph("# What a run leaves");
        page.Paragraph("<!-- Generated from src/Kruise.Sim/Reports; a test compares. Run the tests with UPDATE_DOCS=1 to write it anew. -->");
        page.Paragraph(
            "`kruise-sim run` writes a folder per scenario, `reports/<scenario>/` or the one given with `--out`, whole or not at all: a former report is " +
            "replaced only by a complete new one, and a folder that holds anything but a report is never touched. Times are seconds since the run began. " +
            "For one scenario, seed and version every file has the same bytes on every run but for `wallSeconds` in `summary.json`; " +
            "plots (PNG, SVG) may differ between machines in the rendering of letters and edges.");
        page.Table(
            ["file", "holds"],
            [
                [Markdown.Code(RunPage.FileName), "the question, the answer in a sentence, tables, plots, and the command that gives the report again"],
                [Markdown.Code(HtmlPage.FileName), "the same to look at, in one file that works offline: the cluster over time, curves that zoom, where the time went, and the rows"],
                [Markdown.Code(SummaryJson.FileName), "what was measured, for programs"],
                [Markdown.Code(NodesCsv.FileName), "a row per job, node and image"],
                [Markdown.Code(PodsCsv.FileName), "a row per pod and rollout; only when the scenario has workloads"],
                [Markdown.Code(SidecarsCsv.FileName), "a row per upgrade of a pod to a version of a SidecarSet; only when the scenario has SidecarSets"],
                [Markdown.Code(SeriesCsv.FileName), "the run over time"],
                ["`*.png`, `*.svg`", "plots, unless `--no-plots` was given"],
            ]);
        page.Paragraph(
            "A scenario with variants has such a folder per variant, named after it, and above them a `report.md`, a `report.html` and plots that compare the variants and a " +
            "`summary.json` with `scenario`, `question` and `variants[]`, whose entries are the variants' own summaries. " +
            "`--format json` prints an array of the summaries of all runs to standard output.");

        page.Paragraph("## report.html");
        page.Paragraph(
            "One file without any reference to another: style, scripts (the curves are drawn by uPlot, whose licence stands at the end of the page) and figures are in it, and its policy " +
            "(`Content-Security-Policy`) lets it fetch nothing. It is written with `--no-plots` too: it costs a tenth of a second for 1,000 nodes. " +
            "A figure is a link where a row, rows that a value or a cause picks, or a moment stand behind it; on the page of several variants it leads into the variant's page. A link may be " +
            "sent to somebody else: `report.html#nodes/17` is the 17th row of nodes.csv, `#pods?outcome=unfinished` the rows with a value, `#pods?labels=zone%3Da` those with a label, " +
            "`#nodes?cause=backOff` those with time in a cause, `#at/12.5` a moment; what a link names and the page does not hold, the page says. " +
            "Nothing to lead to have sums that no table breaks down (bytes and requests " +
            "of registries, the control plane's load, calls of the webhook, injected pods, pods made and gone, restarts, pod-seconds, sums over several sets), how many are updated or ready at the end, " +
            "the most at a time by label, means over all causes, limits and settings, and what the levers would give. " +
            "The slider, charts, cells and rows can be used from the keyboard; states and causes differ in their patterns as well as in colour; on paper the first 100 rows of the table's present order stand.");
        page.Paragraph(
            Invariant($"Of a table with more than {RowPick.MaxRows:#,0} rows the page holds so many: those that figures lead to, those that did not succeed (up to a quarter), the slowest (a quarter), and the rest ") +
            Invariant($"taken evenly; it says so, and the CSV has them all. Of more than {Replay.MaxCells:#,0} rows a cell of the cluster view is several, ") +
            "in the state of the one that is worst off: given up, held up, then the least far. " +
            "Curves, causes and counts are of all rows; how many are in which state is counted exactly, at 512 moments of the run then.");

        page.Paragraph("## summary.json");
        page.Paragraph(
            "Numbers have the shortest digits that read back as the same value. What is infinite or unknown is `null`. What registries send is counted on the wire, " +
            "headers included: the payload over the share of a wire's bytes that is payload. `bytes` in `nodes.csv` is payload alone.");
        Fields(page, "field", SummaryJson.Fields);

        page.Paragraph("## nodes.csv");
        page.Paragraph(
            "UTF-8, a header row, quoted as in RFC 4180, lines ending with a line feed. Rows are in order of job, then node. Times have nine decimals, " +
            "so that the columns by cause sum to `warmupSeconds` to the last digit.");
        Fields(page, "column", NodesCsv.Columns);

        page.Paragraph("## pods.csv");
        page.Paragraph(
            "The same format; rows are in order of workload, rollout and beginning. A row follows one place of a CloneSet from the beginning of a rollout until the API " +
            "server stored that its pod was at the new revision and ready: a pod that is changed in place, or an old pod and then the one that took its place (deletions and " +
            "creations are matched in order; a pod that goes while there are as many as asked for, as with a surge, leaves no place). " +
            "Pods that partition keeps have no row. At every moment a row waits for exactly one cause.");
        Fields(page, "column", PodsCsv.Columns);

        page.Paragraph("## sidecars.csv");
        page.Paragraph(
            "The same format; rows are in order of set, version and beginning. A row follows one pod from the moment a version of the set was asked for until the API server stored that the pod was " +
            "ready with it. Pods that were made with the version, or never came to it, have no row.");
        Fields(page, "column", SidecarsCsv.Columns);

        page.Paragraph("## What fails a run");
        page.Paragraph(
            "Whatever a scenario expects, a run with workloads fails (exit code 1, `violations[]`) when a plan of the CloneSet controller takes more serving pods than " +
            "the strategy allows at the moment it is made (`maxUnavailable`: max(0, maxUnavailable + serving − replicas), and for deletions alone what there is beyond " +
            "replicas and surge) or updates pods that `partition` keeps, when two pods have one instance id at a time, when a plan touches a pod, claim or revision that " +
            "the set does not control, and when something is left at the end that belongs to nobody. " +
            "It is counted beside the controller, from the objects in its view.");
        page.Paragraph(
            "With SidecarSets it fails too when a plan of their controller upgrades more ready pods than `maxUnavailable` leaves (max(0, maxUnavailable − upgraded pods that are not ready); a pod that is " +
            "out of service as it is costs nothing), upgrades pods that `partition` keeps or any while the set is paused (`partition`) or that `updateStrategy.selector` leaves out (`canary`), or is to change more " +
            "of a pod than images of the set's containers (`sidecarOnly`); when a pod is stored without a container of a set that selects it, with another one or with one twice, unless its webhook did not answer " +
            "and it may go without, which counts as missed (`injection`); when a pod outside a set's namespace and selector is upgraded or given its containers, or the controller writes anything else (`scope`); " +
            "and when a pod's own container is restarted though it had not ended and nobody but a SidecarSet changed its image (`businessRestart`).");

        page.Paragraph("## series.csv");
        page.Paragraph("The same format; samples at a constant interval. The last two columns repeat for each registry, in the order of `summary.json`.");
        Fields(page, "column", [.. SeriesCsv.Columns, .. SeriesCsv.RegistryColumns]);

        page.Paragraph("## Metrics of expectations");
        page.Paragraph(
            "What `expect` of a scenario may name (`{metric: workloads.web.maxUnavailable, max: 40}`); an expectation of what there was nothing to measure for is not met. " +
            "In place of `<job>`, `<workload>` and `<sidecarSet>` stands the object's name, or namespace/name where two share a name; `<label>` is `key=value`. What is measured of a rollout is of the last one: " +
            "after a rollback that is the rollback. `kruise-sim check` compares those in bold with a baseline whatever a scenario expects ([ci.md](ci.md)).");
        page.Table(
            ["metric", "unit", "better", "meaning"],
            MetricCatalog.All.Select(metric => new[]
            {
                metric.IsHeadline ? $"**{Markdown.Code(metric.Pattern)}**" : Markdown.Code(metric.Pattern),
                metric.Unit == "1" ? "number" : metric.Unit,
                metric.Better switch { Better.Lower => "lower", Better.Higher => "higher", _ => "" },
                metric.Description,
            }));

        page.Paragraph("## Plots");
        page.Paragraph("Of a run:");
        Plots(page, RunPlots.All);
        page.Paragraph("Of the variants of a scenario:");
        Plots(page, ComparisonPlots.All);
        Settings(page);
        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static void Settings(StringBuilder page)
    {
        page.Paragraph("## What a sweep leaves");
        page.Paragraph(
            "`kruise-sim sweep` and `merge` write `reports/<scenario>-sweep/` whole or not at all: `report.md`, `report.html`, the files below, and plots: `curve-*` over one value, `map-*` over two, " +
            "`points-*` of a sample or over more, `front-*` of the first objective against each other one ([tuning.md](tuning.md)). While a sweep runs, its runs are kept beside the folder in " +
            "`<folder>.trials.jsonl`, a line each; a part leaves the same as `<folder>.shard-i-of-n.jsonl`. None of it depends on the machine, the number of threads or parts, or on interruptions.");
        page.Paragraph(
            "`report.html` says what `report.md` says, in one file that works offline: curves and points show the values and intervals of the setting under the pointer, maps are tables whose cells hold the " +
            "figure and, in words, what is recommended, set now or not admissible, and tables are sorted by pressing a heading, by what the figures stand for. It is written with `--no-plots` too.");
        page.Paragraph("points.csv:");
        Fields(page, "column", PointsCsv.Columns);
        page.Paragraph("sweep.csv:");
        Fields(page, "column", SweepCsv.Columns);
        page.Paragraph("sweep.json:");
        Fields(page, "field", SweepJson.Fields);
        page.Paragraph("## What tune and compare leave");
        page.Paragraph("`kruise-sim tune` writes `reports/<scenario>-tune/`: `report.md`, `report.html`, `runs.csv` (the columns of `sweep.csv`, a row for each run that was made), `tried-*` plots and `tune.json`:");
        Fields(page, "field", TuneReport.Fields);
        page.Paragraph("`kruise-sim compare` writes `reports/<scenario>-compare/`: `report.md`, `report.html`, the plots that compare variants, and `compare.json`:");
        Fields(page, "field", CompareReport.Fields);
    }

    private static void Fields(StringBuilder page, string kind, IReadOnlyList<OutputField> fields) =>
        page.Table([kind, "unit", "meaning"], fields.Select(field => new[] { Markdown.Code(field.Name), field.Unit, field.Meaning }));

    private static void Plots(StringBuilder page, IReadOnlyList<PlotFile> plots) =>
        page.Table(["file", "shows"], plots.Select(plot => new[] { Markdown.Code(plot.Name + ".png") + ", " + Markdown.Code(plot.Name + ".svg"), plot.Caption }));
}
