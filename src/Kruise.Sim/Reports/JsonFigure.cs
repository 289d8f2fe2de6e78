namespace Kruise.Sim.Reports;

/// <summary>Figures as JSON has them.</summary>
internal static class JsonFigure
{
    /// <summary>Null for what is not there, and for infinities, which JSON has no words for.</summary>
    public static double? Of(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
