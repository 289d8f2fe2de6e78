using System.Text;
using Kruise.Sim.Measures;
using Kruise.Sim.Reports.Html;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports;

/// <summary>Writes everything a scenario leaves behind.</summary>
internal static class ReportWriter
{
    /// <summary>What stands beside the folders of variants.</summary>
    private static readonly HashSet<string> s_pages = new([SummaryJson.FileName, RunPage.FileName, HtmlPage.FileName], StringComparer.OrdinalIgnoreCase);

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>To be asked before a run: whether its report could be written.</summary>
    /// <exception cref="ReportException">It could not; the message says why, in one line.</exception>
    public static void CheckWritable(string outDirectory) => ReportFolder.CheckWritable(outDirectory);

    /// <summary>Writes the report whole or not at all; an existing report in the folder is replaced.</summary>
    /// <exception cref="ReportException">The folder cannot be written; the message says why, in one line.</exception>
    public static void Write(ScenarioReport report, string outDirectory, ReportOptions options) =>
        ReportFolder.Replace(outDirectory, directory => WriteInto(report, directory, options));

    /// <summary>The folders of the variants: their names as far as they suit a file system, and all different.</summary>
    public static IReadOnlyList<string> VariantFolders(ScenarioReport report)
    {
        HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
        List<string> folders = [];
        foreach (RunResult run in report.Runs)
        {
            string name = string.Concat((run.Variant ?? "").Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : '-')).Trim('.');
            if (name.Length == 0) name = "variant";
            string folder = name;
            for (int copy = 2; s_pages.Contains(folder) || !taken.Add(folder); copy++) folder = FormattableString.Invariant($"{name}-{copy}");
            folders.Add(folder);
        }

        return folders;
    }

    private static void WriteInto(ScenarioReport report, string directory, ReportOptions options)
    {
        if (!report.HasVariants)
        {
            WriteRun(report, report.Runs[0], directory, options);
            return;
        }

        IReadOnlyList<string> folders = VariantFolders(report);
        for (int index = 0; index < folders.Count; index++)
            WriteRun(report, report.Runs[index], Directory.CreateDirectory(Path.Combine(directory, folders[index])).FullName, options);
        File.WriteAllBytes(Path.Combine(directory, SummaryJson.FileName), SummaryJson.OfVariants(report));
        File.WriteAllText(Path.Combine(directory, RunPage.FileName), ComparisonPage.Of(report, folders, options.Plots), s_utf8);
        using (FileStream html = File.Create(Path.Combine(directory, HtmlPage.FileName))) HtmlPage.Write(html, report, folders);
        if (options.Plots) PlotSet.Write(directory, report);
    }

    private static void WriteRun(ScenarioReport report, RunResult run, string directory, ReportOptions options)
    {
        File.WriteAllBytes(Path.Combine(directory, SummaryJson.FileName), SummaryJson.Of(run));
        using (FileStream nodes = File.Create(Path.Combine(directory, NodesCsv.FileName))) NodesCsv.Write(nodes, run.Nodes);
        if (run.Workloads.Count > 0)
        {
            using FileStream pods = File.Create(Path.Combine(directory, PodsCsv.FileName));
            PodsCsv.Write(pods, run.Pods);
        }

        if (run.SidecarSets.Count > 0)
        {
            using FileStream sidecars = File.Create(Path.Combine(directory, SidecarsCsv.FileName));
            SidecarsCsv.Write(sidecars, run.Upgrades);
        }

        using (FileStream series = File.Create(Path.Combine(directory, SeriesCsv.FileName))) SeriesCsv.Write(series, run.Series, run.Registries);
        File.WriteAllText(Path.Combine(directory, RunPage.FileName), RunPage.Of(run, report.ReproduceCommand, options.Plots), s_utf8);
        using (FileStream html = File.Create(Path.Combine(directory, HtmlPage.FileName))) HtmlPage.Write(html, run, report.ReproduceCommand, report.HasVariants);
        if (options.Plots) PlotSet.Write(directory, run);
    }
}
