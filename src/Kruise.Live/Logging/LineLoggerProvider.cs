using System.Buffers;

namespace Kruise.Live.Logging;

/// <summary>
/// Writes log lines to a stream, whole ones only, in the order in which they were logged, before the caller goes on: what a process said last before it died is
/// in its log. Made for this instead of the framework's console logger, which keeps a queue, a thread and its options in memory.
/// </summary>
internal sealed class LineLoggerProvider(Stream output, LogOptions options, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _line = new(512);

    private DateTimeOffset Now => time.GetUtcNow();

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, SourceOf(categoryName), options.LevelFor(categoryName));

    public void Dispose()
    {
        lock (_lock)
        {
            output.Flush();
        }
    }

    private static string SourceOf(string category)
    {
        int generic = category.IndexOfAny(['`', '<', '[']);
        string name = generic < 0 ? category : category[..generic];
        return name[(name.LastIndexOf('.') + 1)..];
    }

    private void Write(in LogEntry entry)
    {
        lock (_lock)
        {
            _line.ResetWrittenCount();
            if (options.Format == LogFormat.Json)
            {
                JsonLine.Write(_line, entry);
            }
            else
            {
                TextLine.Write(_line, entry);
            }

            try
            {
                output.Write(_line.WrittenSpan);
                output.Flush();
            }
            catch (IOException)
            {
                // Whoever read the log has gone; that is no reason to stop working.
            }
        }
    }

    private sealed class LineLogger(LineLoggerProvider provider, string source, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        // A host logs, with a whole stack, what made it fail to start, and throws it: the command says it in one line.
        private bool IsStartOfHost(EventId id) => id.Id == 11 && source == "Host";

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && !IsStartOfHost(eventId))
            {
                provider.Write(new LogEntry(
                    provider.Now, logLevel, source, formatter(state, exception), state as IReadOnlyList<KeyValuePair<string, object?>>, exception));
            }
        }
    }
}
