using Kruise.Sim.Engine;
using Kruise.Sim.Images;
using Kruise.Sim.Images.Network;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Kruise.Sim.Calibration;

/// <summary>A fitted constant: the estimate and half the width of its 95 % confidence interval.</summary>
internal readonly record struct FittedConstant(string Name, double Value, double HalfWidth)
{
    public double Low => Value - HalfWidth;

    public double High => Value + HalfWidth;
}

/// <summary>A case: the mean of its measurements, how many there are, and what the fitted model predicts.</summary>
internal sealed record CalibratedCase(string Name, int Measurements, double MeasuredSeconds, double PredictedSeconds)
{
    /// <summary>Prediction over measurement, less 1.</summary>
    public double RelativeError => (PredictedSeconds / MeasuredSeconds) - 1;
}

/// <summary>The outcome of a fit.</summary>
/// <param name="Runtime">The runtime with the fitted constants.</param>
/// <param name="Constants">In the order of <see cref="Calibrator"/>.</param>
/// <param name="Cases">In the order of the data.</param>
/// <param name="Measurements">How many pulls went into the fit.</param>
/// <param name="ResidualPercent">Standard deviation of the relative residuals.</param>
internal sealed record Calibration(
    RuntimeParameters Runtime,
    IReadOnlyList<FittedConstant> Constants,
    IReadOnlyList<CalibratedCase> Cases,
    int Measurements,
    double ResidualPercent);

/// <summary>The measurements cannot tell the constants apart.</summary>
internal sealed class CalibrationException(string message) : Exception(message);

/// <summary>
/// Fits four constants of a runtime to measured pulls: payload share w, fixed seconds f, layer seconds l and unpack rate u.
/// </summary>
/// <remarks>
/// Least squares on relative residuals r_i(θ) = predicted_i(θ) / measured_i - 1, with predictions out of <see cref="PullPredictor"/>. Levenberg and Marquardt:
/// the step δ solves (JᵀJ + λ diag(JᵀJ)) δ = -Jᵀr and is taken if it lowers Σ r²; λ falls tenfold after a step that is taken and rises tenfold after one that
/// is not. J comes from central differences. The model has kinks, where another layer or bound becomes critical; the differences are taken over
/// 0.1 % of a constant's scale, far above the nanosecond to which predictions are rounded. Constants keep to their ranges (f, l ≥ 0; 0 &lt; w ≤ 1; u &gt; 0).
/// With n measurements and p constants, s² = Σ r² / (n - p), the covariance is s² (JᵀJ)⁻¹ and a 95 % interval θ_j ± t(0.975; n - p) √cov_jj (Student).
/// </remarks>
internal sealed class Calibrator(Func<EventLoop, IFlowNetwork> newNetwork)
{
    public const string PayloadShare = "payloadShare";
    public const string FixedSeconds = "fixedSeconds";
    public const string LayerSeconds = "layerSeconds";
    public const string UnpackBytesPerSecond = "unpackBytesPerSecond";

    private const int Count = 4;
    private const int MaxIterations = 100;
    private const double DifferenceStep = 1e-3;

    // Where the search begins, also the scale of each constant; the unpack rate in MB/s, so that the four are of similar size.
    private static readonly double[] Starts = [0.95, 0.01, 0.01, 100];
    private static readonly double[] Lowest = [0.1, 0, 0, 0.1];
    private static readonly double[] Highest = [1, 100, 100, 1e6];
    private static readonly string[] Names = [PayloadShare, FixedSeconds, LayerSeconds, UnpackBytesPerSecond];
    private static readonly double[] Units = [1, 1, 1, 1e6];

    private readonly PullPredictor _predictor = new(newNetwork);

    /// <summary>Fits the constants; what else the runtime is like stays as it is.</summary>
    /// <exception cref="CalibrationException">The measurements are too few or too alike.</exception>
    public Calibration Fit(IReadOnlyList<PullMeasurement> measurements, RuntimeParameters runtime)
    {
        if (measurements.Count <= Count)
        {
            throw new CalibrationException($"{measurements.Count} measurements; {Count} constants need at least {Count + 1}");
        }

        Vector<double> constants = Vector<double>.Build.DenseOfArray(Starts);
        Vector<double> residuals = Residuals(measurements, runtime, constants);
        double damping = 1e-3;
        for (int i = 0; i < MaxIterations && damping < 1e12; i++)
        {
            Matrix<double> jacobian = Jacobian(measurements, runtime, constants);
            Matrix<double> normal = jacobian.TransposeThisAndMultiply(jacobian);
            Vector<double> gradient = jacobian.TransposeThisAndMultiply(residuals);
            double before = residuals.DotProduct(residuals);
            bool improved = false;
            while (!improved && damping < 1e12)
            {
                Matrix<double> damped = normal.Clone();
                damped.SetDiagonal(normal.Diagonal() * (1 + damping));
                Vector<double> next = Clamp(constants - damped.LU().Solve(gradient));
                Vector<double> nextResiduals = Residuals(measurements, runtime, next);
                improved = nextResiduals.DotProduct(nextResiduals) < before;
                damping = improved ? Math.Max(damping / 10, 1e-12) : damping * 10;
                (constants, residuals) = improved ? (next, nextResiduals) : (constants, residuals);
            }

            if (before - residuals.DotProduct(residuals) < before * 1e-10)
            {
                break;
            }
        }

        return Result(measurements, runtime, constants, residuals);
    }

    /// <summary>Predicted against measured means, case by case, for a runtime as it is.</summary>
    public IReadOnlyList<CalibratedCase> Compare(IReadOnlyList<PullMeasurement> measurements, RuntimeParameters runtime) =>
        [.. measurements.GroupBy(m => m.Case, StringComparer.Ordinal).Select(group => new CalibratedCase(
            group.Key,
            group.Count(),
            group.Average(m => m.Seconds),
            group.Average(m => _predictor.Seconds(m, runtime))))];

    private static RuntimeParameters With(RuntimeParameters runtime, Vector<double> constants) => runtime with
    {
        PayloadShare = constants[0],
        FixedSeconds = constants[1],
        LayerSeconds = constants[2],
        UnpackIncompressibleBytesPerSecond = constants[3] * Units[3],
    };

    private static Vector<double> Clamp(Vector<double> constants) =>
        constants.MapIndexed((j, value) => Math.Clamp(value, Lowest[j], Highest[j]));

    private Calibration Result(
        IReadOnlyList<PullMeasurement> measurements, RuntimeParameters runtime, Vector<double> constants, Vector<double> residuals)
    {
        Matrix<double> jacobian = Jacobian(measurements, runtime, constants);
        Matrix<double> normal = jacobian.TransposeThisAndMultiply(jacobian);
        Vector<double> scale = normal.Diagonal().Map(d => d > 0 ? 1 / Math.Sqrt(d) : 0);
        Matrix<double> scaled = normal.MapIndexed((i, j, value) => value * scale[i] * scale[j]);
        if (scaled.Rank() < Count || !(scaled.ConditionNumber() < 1e10))
        {
            throw new CalibrationException(
                "the measurements do not determine the constants: vary sizes, numbers of layers and bandwidths so that download, unpack and layers each count");
        }

        int freedom = measurements.Count - Count;
        double variance = residuals.DotProduct(residuals) / freedom;
        double t = StudentT.InvCDF(0, 1, freedom, 0.975);
        Matrix<double> inverse = scaled.Inverse();
        var fitted = new FittedConstant[Count];
        for (int j = 0; j < Count; j++)
        {
            double halfWidth = t * Math.Sqrt(variance * inverse[j, j]) * scale[j];
            fitted[j] = new FittedConstant(Names[j], constants[j] * Units[j], halfWidth * Units[j]);
        }

        RuntimeParameters result = With(runtime, constants);
        return new Calibration(result, fitted, Compare(measurements, result), measurements.Count, 100 * Math.Sqrt(variance));
    }

    private Vector<double> Residuals(IReadOnlyList<PullMeasurement> measurements, RuntimeParameters runtime, Vector<double> constants)
    {
        RuntimeParameters candidate = With(runtime, constants);
        return Vector<double>.Build.Dense(
            measurements.Count, i => (_predictor.Seconds(measurements[i], candidate) / measurements[i].Seconds) - 1);
    }

    private Matrix<double> Jacobian(IReadOnlyList<PullMeasurement> measurements, RuntimeParameters runtime, Vector<double> constants)
    {
        Matrix<double> jacobian = Matrix<double>.Build.Dense(measurements.Count, Count);
        for (int j = 0; j < Count; j++)
        {
            double step = DifferenceStep * Starts[j];
            Vector<double> up = constants.Clone();
            Vector<double> down = constants.Clone();
            up[j] = Math.Min(constants[j] + step, Highest[j]);
            down[j] = Math.Max(constants[j] - step, Lowest[j]);
            Vector<double> slope = (Residuals(measurements, runtime, up) - Residuals(measurements, runtime, down)) / (up[j] - down[j]);
            jacobian.SetColumn(j, slope);
        }

        return jacobian;
    }
}
