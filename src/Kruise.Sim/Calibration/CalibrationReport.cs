using System.Globalization;

namespace Kruise.Sim.Calibration;

/// <summary>Writes a calibration for people: constants, cases, and what to paste into a scenario.</summary>
internal static class CalibrationReport
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static void WriteText(Calibration calibration, TextWriter output)
    {
        output.WriteLine(string.Create(Culture, $"Fitted to {calibration.Measurements} pulls, {calibration.Cases.Count} cases; residuals {calibration.ResidualPercent:0.00} % (standard deviation)."));
        output.WriteLine();
        output.WriteLine("Constants with 95 % confidence intervals");
        foreach (FittedConstant constant in calibration.Constants)
        {
            (string name, string value, string low, string high, string unit) = Describe(constant);
            output.WriteLine($"  {name,-26} {value,8}  [{low}, {high}] {unit}".TrimEnd());
        }

        int width = Math.Max(4, calibration.Cases.Max(c => c.Name.Length));
        output.WriteLine();
        output.WriteLine($"{"Case".PadRight(width)}  pulls  measured s  predicted s    error");
        foreach (CalibratedCase item in calibration.Cases)
        {
            output.WriteLine(string.Create(
                Culture, $"{item.Name.PadRight(width)}  {item.Measurements,5}  {item.MeasuredSeconds,10:0.000}  {item.PredictedSeconds,11:0.000}  {Percent(item),7}"));
        }

        output.WriteLine();
        output.WriteLine("For a node pool of a scenario");
        output.WriteLine(Yaml(calibration));
    }

    /// <summary>The tables of docs/fidelity.md.</summary>
    public static string Markdown(Calibration calibration)
    {
        var text = new StringWriter(Culture) { NewLine = "\n" };
        text.WriteLine("| constant | estimate | 95 % interval | unit |");
        text.WriteLine("|---|---:|---:|---|");
        foreach (FittedConstant constant in calibration.Constants)
        {
            (string name, string value, string low, string high, string unit) = Describe(constant);
            text.WriteLine($"| {name} | {value} | {low} to {high} | {unit} |");
        }

        text.WriteLine();
        text.WriteLine("| case | pulls | measured mean, s | predicted, s | error |");
        text.WriteLine("|---|---:|---:|---:|---:|");
        foreach (CalibratedCase item in calibration.Cases)
        {
            text.WriteLine(string.Create(
                Culture, $"| {item.Name} | {item.Measurements} | {item.MeasuredSeconds:0.000} | {item.PredictedSeconds:0.000} | {Percent(item)} |"));
        }

        return text.ToString();
    }

    private static string Yaml(Calibration calibration)
    {
        Images.RuntimeParameters runtime = calibration.Runtime;
        return string.Create(Culture, $"""
            runtime:
              maxConcurrentDownloads: {runtime.MaxConcurrentDownloads}
              payloadShare: {runtime.PayloadShare:0.0000}
              fixedCost: {runtime.FixedSeconds * 1000:0.0}ms
              perLayerCost: {runtime.LayerSeconds * 1000:0.0}ms
              unpack: {runtime.UnpackIncompressibleBytesPerSecond / 1e6:0.0}MBps
            """).ReplaceLineEndings("\n");
    }

    private static string Percent(CalibratedCase item) => (100 * item.RelativeError).ToString("+0.0;-0.0;0.0", Culture) + " %";

    private static (string Name, string Value, string Low, string High, string Unit) Describe(FittedConstant constant)
    {
        (string name, double scale, string format, string unit) = constant.Name switch
        {
            Calibrator.PayloadShare => ("payload share of the wire", 1, "0.0000", ""),
            Calibrator.FixedSeconds => ("fixed cost of a pull", 1e3, "0.0", "ms"),
            Calibrator.LayerSeconds => ("cost of a layer", 1e3, "0.0", "ms"),
            _ => ("unpack rate", 1e-6, "0.0", "MB/s"),
        };
        return (name, Format(constant.Value), Format(constant.Low), Format(constant.High), unit);

        string Format(double value) => (value * scale).ToString(format, Culture);
    }
}
