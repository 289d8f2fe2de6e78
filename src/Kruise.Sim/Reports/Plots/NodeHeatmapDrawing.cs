using ScottPlot;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Draws a <see cref="NodeHeatmap"/>.</summary>
internal static class NodeHeatmapDrawing
{
    public static readonly Color[] Colours =
    [
        Colors.White, Color.FromHex("#C8C8C8"), Color.FromHex("#F0E442"), Color.FromHex("#D55E00"), Color.FromHex("#CC79A7"),
        Color.FromHex("#0072B2"), Color.FromHex("#56B4E9"), Color.FromHex("#555555"), Color.FromHex("#D5EFE3"), Color.FromHex("#000000"),
    ];

    public static Plot Draw(NodeHeatmap data) => StateMapDrawing.Draw(
        data.Title,
        data.Axis,
        beginSeconds: 0,
        data.HasUnwarmed ? "nodes in order of finishing, failed and unfinished ones on top" : "nodes in order of finishing",
        data.Nodes,
        data.States,
        NodeHeatmap.StateTitles,
        Colours);
}
