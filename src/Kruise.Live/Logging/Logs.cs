namespace Kruise.Live.Logging;

/// <summary>Where the process's log goes: standard error, as klog has it, so that standard output is the commands' own.</summary>
internal static class Logs
{
    /// <summary>The loggers of a process without a host.</summary>
    public static ILoggerFactory CreateFactory(LogOptions options, TimeProvider time) =>
        new LoggerFactory([CreateProvider(options, time)], new LoggerFilterOptions { MinLevel = LogLevel.Trace });

    /// <summary>For a host: the only provider of its logging builder, whose own minimum level is to be Trace, because the provider knows the levels.</summary>
    public static ILoggerProvider CreateProvider(LogOptions options, TimeProvider time) => new LineLoggerProvider(Console.OpenStandardError(), options, time);
}
