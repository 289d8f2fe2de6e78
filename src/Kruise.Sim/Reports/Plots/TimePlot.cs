namespace Kruise.Sim.Reports.Plots;

/// <summary>Told apart by width and strength: dashes do not survive the way into SVG.</summary>
internal enum LineKind
{
    /// <summary>What was measured.</summary>
    Measured,

    /// <summary>What it is held against: a limit, the number asked for.</summary>
    Reference,
}

/// <summary>A curve over time in a colour given by its place in the palette; with steps, a value holds until the next point.</summary>
internal sealed record TimeLine(string Label, double[] Seconds, double[] Values, int Colour, LineKind Kind, bool Steps);

/// <summary>A moment to mark with a vertical line from the axis to the curve.</summary>
internal sealed record CurveMark(double Seconds, double Value, string Label);

/// <summary>What a plot over time shows; everything about it but pixels.</summary>
internal sealed record TimePlot
{
    public required string Title { get; init; }

    public required TimeAxis Axis { get; init; }

    public required string ValueLabel { get; init; }

    /// <summary>What time is counted from, in words; null for the beginning of the run.</summary>
    public string? Since { get; init; }

    /// <summary>Upper end of the value axis without the room for names of fault windows.</summary>
    public required double ValueEnd { get; init; }

    public bool WholeNumbers { get; init; }

    public required IReadOnlyList<TimeLine> Lines { get; init; }

    public IReadOnlyList<CurveMark> Marks { get; init; } = [];

    public IReadOnlyList<FaultWindow> Windows { get; init; } = [];
}
