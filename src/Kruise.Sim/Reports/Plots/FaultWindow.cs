using Kruise.Sim.Measures;

namespace Kruise.Sim.Reports.Plots;

/// <summary>
/// A shaded stretch of a time axis (a moment, drawn as a line, when both ends are equal) with its name, whose left end stands at
/// <see cref="LabelSeconds"/> in a row counted from the top; the row is null when there was no room for the name.
/// </summary>
internal sealed record FaultWindow(double FromSeconds, double ToSeconds, string Text, double LabelSeconds, int? Row)
{
    private const int MaxRows = 3;
    private const int MaxTextLength = 60;

    /// <summary>Of the plots' small text, generously.</summary>
    private const double PixelsPerCharacter = 7.6;

    private const double PixelsBetween = 12;

    /// <summary>Lays the names out in rows so that none overlaps another.</summary>
    public static IReadOnlyList<FaultWindow> Place(IReadOnlyList<TimelineMark> marks, TimeAxis axis, double widthPixels)
    {
        List<FaultWindow> placed = [];
        double pixelsPerSecond = widthPixels / (axis.EndSeconds - axis.BeginSeconds);
        double[] takenUntil = new double[MaxRows];
        Array.Fill(takenUntil, double.NegativeInfinity);
        foreach (TimelineMark mark in marks.OrderBy(mark => mark.From).Where(mark => mark.From.Seconds <= axis.EndSeconds && (mark.To ?? mark.From).Seconds >= axis.BeginSeconds))
        {
            string text = mark.Text.Length <= MaxTextLength ? mark.Text : mark.Text[..(MaxTextLength - 1)] + "…";
            double width = text.Length * PixelsPerCharacter;
            double left = Math.Max(0, Math.Min((mark.From.Seconds - axis.BeginSeconds) * pixelsPerSecond, widthPixels - width));
            int row = Array.FindIndex(takenUntil, until => until <= left);
            if (row >= 0) takenUntil[row] = left + width + PixelsBetween;
            placed.Add(new FaultWindow(
                mark.From.Seconds, Math.Min(mark.To?.Seconds ?? mark.From.Seconds, axis.EndSeconds), text,
                axis.BeginSeconds + (left / pixelsPerSecond), row >= 0 ? row : null));
        }

        return placed;
    }
}
