namespace Kruise.Sim.Measures;

/// <summary>A figure that a run measures and a scenario may expect something of.</summary>
/// <param name="Pattern">The name; a part in angle brackets stands for any name (<c>jobs.&lt;job&gt;.failed</c>).</param>
/// <param name="Unit">The unit of the figure; <c>1</c> for plain numbers.</param>
/// <param name="Description">What it is, in one line.</param>
internal sealed record Metric(string Pattern, string Unit, string Description)
{
    /// <summary>Which way is better.</summary>
    public Better Better { get; init; }

    /// <summary>What kind of number it is, which decides how two sets of them are compared.</summary>
    public MetricNature Nature { get; init; } = Unit == "1" ? MetricNature.Count : MetricNature.Measure;

    /// <summary>Whether it is compared with a baseline though no expectation names it.</summary>
    public bool IsHeadline { get; init; }

    /// <summary>A value, or infinity on its worse side where there is none: a run that did not get as far as a figure is worse than one that did, however late.</summary>
    public double OrWorst(double? value) => value ?? (Better == Better.Higher ? double.NegativeInfinity : double.PositiveInfinity);
}

/// <summary>Which way a figure gets better.</summary>
internal enum Better
{
    Lower,
    Higher,

    /// <summary>It describes the run and is good or bad only beside others.</summary>
    Neither,
}

/// <summary>What kind of number a figure is.</summary>
internal enum MetricNature
{
    /// <summary>A time, an amount, a rate or a share: any value, so that equal ones are rare.</summary>
    Measure,

    /// <summary>How many of something: whole, and often equal from seed to seed.</summary>
    Count,
}
