using ScottPlot;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Draws a <see cref="PodGantt"/>.</summary>
internal static class PodGanttDrawing
{
    public static readonly Color[] Colours =
    [
        Colors.White, Color.FromHex("#D9D9D9"), Color.FromHex("#F0E442"), Color.FromHex("#6A3D9A"), Color.FromHex("#CC79A7"), Color.FromHex("#0072B2"), Color.FromHex("#56B4E9"),
        Color.FromHex("#D55E00"), Color.FromHex("#E69F00"), Color.FromHex("#555555"), Color.FromHex("#9AD5BF"), Color.FromHex("#F6D9C6"),
    ];

    public static Plot Draw(PodGantt data) =>
        StateMapDrawing.Draw(data.Title, data.Axis, data.BeginSeconds, "pods in order of beginning", data.Pods, data.States, PodGantt.StepTitles, Colours);
}
