namespace Kruise.Live.Logging;

/// <summary>How a log line looks.</summary>
internal enum LogFormat
{
    /// <summary>For people: time, level, source, message.</summary>
    Text,

    /// <summary>For collectors: one JSON object, the message's values as fields.</summary>
    Json,
}
