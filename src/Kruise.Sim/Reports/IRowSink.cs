namespace Kruise.Sim.Reports;

/// <summary>Takes a table cell by cell and row by row.</summary>
internal interface IRowSink
{
    /// <summary>A text; null is an empty cell.</summary>
    void Cell(string? text);

    void Cell(long value);

    /// <summary>Nanoseconds, for a column of seconds; null is an empty cell.</summary>
    void Seconds(long? nanoseconds);

    void EndRow();
}
