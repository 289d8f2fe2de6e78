using System.Globalization;
using Kruise.Live.Cli;

namespace Kruise.Live.Logging;

/// <summary>What is logged, and how.</summary>
internal sealed record LogOptions(LogLevel Level = LogLevel.Information, LogFormat Format = LogFormat.Text)
{
    /// <summary>Kubernetes sets it in every pod.</summary>
    private const string InClusterVariable = "KUBERNETES_SERVICE_HOST";

    /// <summary>From the flags <c>--v</c>, <c>--log-level</c> and <c>--log-format</c>; null for one not given.</summary>
    /// <param name="verbosity">klog's number: up to 3 is Information, 4 and 5 are Debug, more is Trace.</param>
    /// <param name="level">A level by name; goes before the number.</param>
    /// <param name="format"><c>text</c> or <c>json</c>; by default JSON in a cluster and text elsewhere.</param>
    /// <exception cref="UserErrorException">A value is not allowed.</exception>
    public static LogOptions Parse(string? verbosity, string? level, string? format) =>
        Parse(verbosity, level, format, !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(InClusterVariable)));

    internal static LogOptions Parse(string? verbosity, string? level, string? format, bool isInCluster) =>
        new(
            level is not null ? LevelOf(level) : verbosity is not null ? LevelOfNumber(verbosity) : LogLevel.Information,
            format is not null ? FormatOf(format) : isInCluster ? LogFormat.Json : LogFormat.Text);

    /// <summary>The least level that is logged of a category. The libraries' own tales are for those who trace.</summary>
    public LogLevel LevelFor(string category)
    {
        bool isOurs = category.StartsWith("Kruise", StringComparison.Ordinal);
        return isOurs || Level > LogLevel.Warning ? Level : Level == LogLevel.Trace ? LogLevel.Information : LogLevel.Warning;
    }

    private static LogLevel LevelOfNumber(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number switch { <= 3 => LogLevel.Information, <= 5 => LogLevel.Debug, _ => LogLevel.Trace }
            : throw new UserErrorException(ExitCode.BadInput, $"--v {text}: not a whole number");

    private static LogLevel LevelOf(string text) => text switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" or "information" => LogLevel.Information,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "none" => LogLevel.None,
        _ => throw new UserErrorException(ExitCode.BadInput, $"--log-level {text}: unknown; allowed: trace, debug, info, warn, error, none"),
    };

    private static LogFormat FormatOf(string text) => text switch
    {
        "text" => LogFormat.Text,
        "json" => LogFormat.Json,
        _ => throw new UserErrorException(ExitCode.BadInput, $"--log-format {text}: unknown; allowed: text, json"),
    };
}
