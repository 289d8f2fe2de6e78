using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>Log lines with their exceptions, to be searched.</summary>
internal sealed class CollectedLog<T> : ILogger<T>, ILoggerFactory
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

    public void AddProvider(ILoggerProvider provider)
    {
        // One place for all.
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
        // Nothing to give back.
    }
}
