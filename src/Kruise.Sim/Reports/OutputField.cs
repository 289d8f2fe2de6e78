namespace Kruise.Sim.Reports;

/// <summary>A column or field that a run leaves, as <c>docs/outputs.md</c> names it.</summary>
/// <param name="Name">The column, or the path of the JSON field with <c>[]</c> after arrays.</param>
/// <param name="Unit">The unit or kind of value.</param>
/// <param name="Meaning">What it says, in a line.</param>
internal sealed record OutputField(string Name, string Unit, string Meaning);
