namespace Kruise.Live.Logging;

/// <summary>One thing to be logged.</summary>
/// <param name="Time">When.</param>
/// <param name="Level">How bad.</param>
/// <param name="Source">Who says so: the last part of the category, <c>Reflector</c> of <c>Kruise.Live.Cluster.Reflector`1</c>.</param>
/// <param name="Message">The message with its values in it.</param>
/// <param name="Values">The values by name.</param>
/// <param name="Exception">What was thrown; null for none.</param>
internal readonly record struct LogEntry(
    DateTimeOffset Time, LogLevel Level, string Source, string Message, IReadOnlyList<KeyValuePair<string, object?>>? Values, Exception? Exception);
