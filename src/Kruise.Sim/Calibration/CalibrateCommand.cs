using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;

namespace Kruise.Sim.Calibration;

/// <summary>
/// <c>kruise-sim calibrate DATA.csv</c>: fits a runtime's constants to measured pulls of single nodes. How an image's bytes divide into layers is read from
/// <c>DATA.layers.csv</c> beside it, where there is one.
/// </summary>
internal static class CalibrateCommand
{
    private const int BadInput = 2;

    /// <summary>Runs the command; 0, or 2 when the data cannot be used.</summary>
    /// <param name="csvPath">The measured pulls; <see cref="MeasurementReader"/> says what columns they have.</param>
    /// <param name="maxConcurrentDownloads">The limit of the runtime that was measured.</param>
    /// <param name="markdown">Whether to write the tables of docs/fidelity.md instead of the report.</param>
    /// <param name="newNetwork">Makes the network to simulate with.</param>
    /// <param name="output">Takes the report.</param>
    /// <param name="errors">Takes what is wrong with the input.</param>
    public static int Run(
        string csvPath, int maxConcurrentDownloads, bool markdown, Func<EventLoop, IFlowNetwork> newNetwork, TextWriter output, TextWriter errors)
    {
        if (maxConcurrentDownloads < 1)
        {
            errors.WriteLine($"--max-concurrent-downloads: '{maxConcurrentDownloads}'; expected a whole number of at least 1");
            return BadInput;
        }

        try
        {
            IReadOnlyList<PullMeasurement> measurements = ReadFiles(csvPath);
            Calibration calibration = new Calibrator(newNetwork).Fit(
                measurements, RuntimePresets.Containerd16 with { MaxConcurrentDownloads = maxConcurrentDownloads });
            if (markdown)
            {
                output.Write(CalibrationReport.Markdown(calibration));
            }
            else
            {
                CalibrationReport.WriteText(calibration, output);
            }

            return 0;
        }
        catch (CalibrationException exception)
        {
            errors.WriteLine($"{csvPath}: {exception.Message}");
        }
        catch (CsvException exception)
        {
            errors.WriteLine(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"{csvPath}: cannot be read: {exception.Message}");
        }

        return BadInput;
    }

    /// <summary>Reads measured pulls, and their layers from the file beside them where there is one.</summary>
    public static IReadOnlyList<PullMeasurement> ReadFiles(string csvPath)
    {
        string layersPath = Path.ChangeExtension(csvPath, ".layers.csv");
        return MeasurementReader.Read(
            csvPath, File.ReadAllText(csvPath), layersPath, File.Exists(layersPath) ? File.ReadAllText(layersPath) : null);
    }
}
