using System.Text;
using Kruise.Sim.Sweeps;

namespace Kruise.Sim.Reports.Sweeps;

/// <summary>Writes everything a sweep leaves behind.</summary>
internal static class SweepReport
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes the report whole or not at all; an existing report in the folder is replaced.</summary>
    /// <exception cref="ReportException">The folder cannot be written; the message says why, in one line.</exception>
    public static void Write(SweepResult result, string folder, bool plots) => ReportFolder.Replace(folder, directory =>
    {
        using (FileStream csv = File.Create(Path.Combine(directory, SweepCsv.FileName)))
            SweepCsv.Write(csv, result.Plan, result.Points.SelectMany(point => point.Trials.Select(trial => (point.Index + 1, point.Point, trial))));
        using (FileStream csv = File.Create(Path.Combine(directory, PointsCsv.FileName))) PointsCsv.Write(csv, result);
        File.WriteAllBytes(Path.Combine(directory, SweepJson.FileName), SweepJson.Of(result));
        ReportText text = SweepPage.Of(result);
        IReadOnlyList<SweepPlot> all = SweepPlots.Of(result), drawn = plots ? all : [];
        File.WriteAllText(Path.Combine(directory, RunPage.FileName), text.Page([.. drawn.Select(plot => plot.File)]), s_utf8);
        SettingCharts.Write(Path.Combine(directory, Html.HtmlPage.FileName), text, all);
        foreach (SweepPlot plot in drawn) Plots.PlotSet.Save(directory, plot.File, plot.Draw());
    });
}
