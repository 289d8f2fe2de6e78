using MathNet.Numerics.Distributions;

namespace Kruise.Sim.Statistics;

/// <summary>
/// What a number of successes in a number of independent trials says of the probability behind them: exact one-sided bounds (C. Clopper, E. S. Pearson,
/// "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934).
/// </summary>
internal static class ShareBounds
{
    /// <summary>The least probability that is not refuted at the confidence, 0 to 1.</summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">At least 1.</param>
    /// <param name="confidence">Above 0, below 1; of this bound alone.</param>
    public static double Lower(int successes, int trials, double confidence)
    {
        Check(successes, trials, confidence);
        return successes == 0 ? 0 : Beta.InvCDF(successes, trials - successes + 1, 1 - confidence);
    }

    /// <summary>The greatest probability that is not refuted at the confidence, 0 to 1.</summary>
    /// <param name="successes">0 to <paramref name="trials"/>.</param>
    /// <param name="trials">At least 1.</param>
    /// <param name="confidence">Above 0, below 1; of this bound alone.</param>
    public static double Upper(int successes, int trials, double confidence)
    {
        Check(successes, trials, confidence);
        return successes == trials ? 1 : Beta.InvCDF(successes + 1, trials - successes, confidence);
    }

    private static void Check(int successes, int trials, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (!(confidence > 0 && confidence < 1)) throw new ArgumentOutOfRangeException(nameof(confidence));
    }
}
