using System.Text.Json;
using Kruise.Sim.Reports.Plots;

namespace Kruise.Sim.Reports.Html;

/// <summary>Of reports over several runs.</summary>
internal static partial class PageJson
{
    /// <summary>Of curves over time.</summary>
    public static byte[] Of(IReadOnlyList<(PlotFile File, TimePlot Plot)> curves, ReportText text) => Write(json =>
    {
        ChartJson.Write(json, curves);
        json.WriteNumber("begin", 0);
        json.WriteNumber("end", curves.Select(curve => curve.Plot.Axis.EndSeconds).DefaultIfEmpty(1).Max());
        Sorting(json, text);
    });

    /// <summary>Of metrics over values that vary.</summary>
    public static byte[] Of(IEnumerable<(PlotFile File, ValueCurves Data)> curves, ReportText text) => Write(json =>
    {
        ChartJson.Write(json, curves);
        json.WriteNumber("begin", 0);
        json.WriteNumber("end", 1);
        Sorting(json, text);
    });

    // By section, column and row: all digits, as what differs little is put in order too.
    private static void Sorting(Utf8JsonWriter json, ReportText text)
    {
        json.WriteStartObject("sorting");
        foreach (ReportSection section in text.Sections.Where(section => section.SortKeys.Count > 0))
        {
            json.WriteStartArray(section.Id);
            foreach (IReadOnlyList<double?>? keys in section.SortKeys)
            {
                if (keys is null)
                {
                    json.WriteNullValue();
                    continue;
                }

                json.WriteStartArray();
                foreach (double? key in keys)
                {
                    if (key is not { } number || double.IsNaN(number)) json.WriteNullValue();
                    else json.WriteNumberValue(Math.Clamp(number, double.MinValue, double.MaxValue));
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
