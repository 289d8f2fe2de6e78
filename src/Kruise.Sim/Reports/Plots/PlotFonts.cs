using ScottPlot;
using SkiaSharp;

namespace Kruise.Sim.Reports.Plots;

/// <summary>Serves the embedded font for every name: the fonts of the machine never show, and text is there on machines without any.</summary>
internal sealed class PlotFonts : IFontResolver
{
    public const string Family = "DejaVu Sans";

    private static readonly Lazy<PlotFonts> s_installed = new(Install);

    private readonly SKTypeface _regular = Load("DejaVuSans.ttf");
    private readonly SKTypeface _bold = Load("DejaVuSans-Bold.ttf");

    /// <summary>To be called before a plot is made: ScottPlot keeps its fonts in static state.</summary>
    public static void EnsureInstalled() => _ = s_installed.Value;

    public SKTypeface CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        weight >= FontWeight.SemiBold ? _bold : _regular;

    public SKTypeface CreateTypeface(string fontName, bool bold, bool italic) => bold ? _bold : _regular;

    private static PlotFonts Install()
    {
        PlotFonts fonts = new();
        Fonts.FontResolvers.Insert(0, fonts);
        Fonts.Default = Family;
        return fonts;
    }

    private static SKTypeface Load(string file)
    {
        using Stream stream = typeof(PlotFonts).Assembly.GetManifestResourceStream("Fonts/" + file)!;
        using SKData data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}
