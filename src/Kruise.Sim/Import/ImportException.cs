namespace Kruise.Sim.Import;

/// <summary>An image cannot be read; the message is one line for a person and holds nothing secret.</summary>
internal sealed class ImportException(string message) : Exception(message);
