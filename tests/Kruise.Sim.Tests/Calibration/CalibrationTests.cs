using Kruise.Sim.Calibration;
using Kruise.Sim.Images;
using Kruise.Sim.Tests.Images;
using Xunit;

namespace Kruise.Sim.Tests.Calibration;

public sealed class CalibrationTests
{
    private const string Header = "run,rtt_ms,image,layers,compressed_bytes,uncompressed_bytes,nic_mbit,duration_s";

    private static readonly string DataFile = Path.Combine(Repository(), "data", "containerd-pulls-single-node.csv");
    private static readonly string DocsFile = Path.Combine(Repository(), "docs", "fidelity.md");

    [Fact]
    public void ThePresetPredictsEachCaseWithinFivePercent()
    {
        IReadOnlyList<CalibratedCase> cases = NewCalibrator().Compare(CalibrateCommand.ReadFiles(DataFile), RuntimePresets.Containerd16);

        Assert.Equal(15, cases.Count);
        Assert.All(cases, item => Assert.InRange(Math.Abs(item.RelativeError), 0, 0.05));
    }

    [Fact]
    public void ThePresetIsTheOutputOfTheFit()
    {
        Kruise.Sim.Calibration.Calibration fit = NewCalibrator().Fit(CalibrateCommand.ReadFiles(DataFile), RuntimePresets.Containerd16);
        RuntimeParameters preset = RuntimePresets.Containerd16;
        double[] values = [preset.PayloadShare, preset.FixedSeconds, preset.LayerSeconds, preset.UnpackIncompressibleBytesPerSecond];

        Assert.Equal(45, fit.Measurements);
        for (int i = 0; i < values.Length; i++)
        {
            // Within the interval is the claim; a twentieth of it is what rounding to the committed digits leaves.
            Assert.InRange(Math.Abs(values[i] - fit.Constants[i].Value), 0, fit.Constants[i].HalfWidth / 20);
        }
    }

    /// <summary>KRUISE_UPDATE_DOCS=1 writes the tables anew.</summary>
    [Fact]
    public void TheTablesOfTheFidelityPageAreThoseOfTheFit()
    {
        const string Begin = "<!-- generated: kruise-sim calibrate data/containerd-pulls-single-node.csv --markdown -->\n";
        const string End = "<!-- end -->";
        var output = new StringWriter();
        Assert.Equal(0, CalibrateCommand.Run(DataFile, 3, markdown: true, loop => new FairShareNetwork(loop), output, TextWriter.Null));
        string page = File.ReadAllText(DocsFile);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("KRUISE_UPDATE_DOCS") == "1")
        {
            page = string.Concat(page.AsSpan(0, begin), output.ToString(), page.AsSpan(end));
            File.WriteAllText(DocsFile, page);
            end = page.IndexOf(End, StringComparison.Ordinal);
        }

        Assert.Equal(output.ToString(), page[begin..end]);
    }

    [Fact]
    public void AFitFindsTheConstantsThatMadeTheData()
    {
        RuntimeParameters truth = RuntimePresets.Containerd16 with
        {
            PayloadShare = 0.9,
            FixedSeconds = 0.05,
            LayerSeconds = 0.02,
            UnpackIncompressibleBytesPerSecond = 80e6,
        };
        var predictor = new PullPredictor(loop => new FairShareNetwork(loop));
        List<PullMeasurement> measurements = [];
        foreach (double nic in (double[])[5e6, 20e6, 100e6])
        {
            foreach (int layers in (int[])[1, 4, 12])
            {
                foreach (long size in (long[])[1_000_000, 8_000_000])
                {
                    var pull = new PullMeasurement(
                        $"{nic} {layers} {size}", nic, double.PositiveInfinity, 0.01, Enumerable.Repeat(size, layers).ToList(), layers * size, 0);
                    measurements.Add(pull with { Seconds = predictor.Seconds(pull, truth) });
                }
            }
        }

        Kruise.Sim.Calibration.Calibration fit = NewCalibrator().Fit(measurements, RuntimePresets.Containerd16);

        Assert.Equal(0.9, fit.Constants[0].Value, 1e-4);
        Assert.Equal(0.05, fit.Constants[1].Value, 1e-4);
        Assert.Equal(0.02, fit.Constants[2].Value, 1e-4);
        Assert.Equal(80e6, fit.Constants[3].Value, 1e5);
        Assert.InRange(fit.ResidualPercent, 0, 0.01);
    }

    [Fact]
    public void RoundTripsCountSixTimesAndAThirdForEachFurtherLayer()
    {
        double Seconds(double roundTrip, int layers) => new PullPredictor(loop => new FairShareNetwork(loop)).Seconds(
            new PullMeasurement("", 1e9, double.PositiveInfinity, roundTrip, Enumerable.Repeat(1L, layers).ToList(), layers, 0), RuntimePresets.Containerd16);

        Assert.Equal(6 * 0.1, Seconds(0.1, 1) - Seconds(0, 1), 1e-6);
        Assert.Equal(30 / 3 * 0.1, Seconds(0.1, 33) - Seconds(0.1, 3), 0.01);
    }

    [Fact]
    public void TheReportHasConstantsCasesAndLinesToPaste()
    {
        var output = new StringWriter();
        Assert.Equal(0, CalibrateCommand.Run(DataFile, 3, markdown: false, loop => new FairShareNetwork(loop), output, TextWriter.Null));
        string text = output.ToString();

        Assert.Contains("45 pulls, 15 cases", text, StringComparison.Ordinal);
        Assert.Contains("nic200-uneven", text, StringComparison.Ordinal);
        Assert.Contains("  payloadShare: 0.96", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run,image", "d.csv:1:1: column 'layers' is missing")]
    [InlineData(Header, "d.csv:1:1: no rows")]
    [InlineData(Header + "\nc,0,i,1,10,10,100", "d.csv:2:1: 7 fields; expected 8")]
    [InlineData(Header + "\nc,0,i,1,10,10,fast,1", "d.csv:2:15: nic_mbit: 'fast'; expected a number of Mbit/s above 0")]
    [InlineData(Header + "\nc,0,i,1,10,10,100,1\n\nc,-1,i,1,10,10,100,1", "d.csv:4:3: rtt_ms: '-1'; expected a number of milliseconds not below 0")]
    [InlineData(Header + "\nc,0,i,1.5,10,10,100,1", "d.csv:2:7: layers: '1.5'; expected a whole number above 0")]
    [InlineData(Header + "\nc,0,uneven,3,10,10,100,1", "d.csv:2:12: layers: '3'; expected 2")]
    [InlineData(Header + "\nc,0,\"i\",1,10,10,100,1", "d.csv:2:5: a quote")]
    [InlineData(Header + ",nodes\nc,0,i,1,10,10,100,1,8", "d.csv:2:21: nodes: '8'; expected 1")]
    public void BadDataIsAnsweredWithItsPlace(string text, string message)
    {
        CsvException exception = Assert.Throws<CsvException>(
            () => MeasurementReader.Read("d.csv", text, "l.csv", "image,compressed_bytes\nuneven,2\nuneven,1\n"));

        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFilesAndDataThatSayTooLittleEndWithTwo()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string file = Path.Combine(folder, "alike.csv");
            File.WriteAllText(file, Header + "\n" + string.Concat(Enumerable.Repeat("c,0,i,1,1000000,1000000,100,1\n", 9)));
            var errors = new StringWriter();

            Assert.Equal(2, CalibrateCommand.Run(file, 3, false, loop => new FairShareNetwork(loop), TextWriter.Null, errors));
            Assert.Contains("do not determine the constants", errors.ToString(), StringComparison.Ordinal);
            Assert.Equal(2, CalibrateCommand.Run(Path.Combine(folder, "none.csv"), 3, false, loop => new FairShareNetwork(loop), TextWriter.Null, errors));
            Assert.Contains("none.csv: cannot be read", errors.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Calibrator NewCalibrator() => new(loop => new FairShareNetwork(loop));

    private static string Repository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kruise.sln")))
        {
            folder = folder.Parent;
        }

        return folder!.FullName;
    }
}
