#pragma warning disable CA1873 // What tests log is always enabled.
using System.Text;
using System.Text.Json;
using Kruise.Live.Cli;
using Kruise.Live.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Logging;

public sealed class LogTests : IDisposable
{
    private readonly MemoryStream _output = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 7, 1, 14, 0, 0, 5, TimeSpan.FromHours(2)));

    private string[] Lines => Encoding.UTF8.GetString(_output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Text_is_one_readable_line_in_utc()
    {
        ILogger logger = Logger(LogFormat.Text, category: "Kruise.Live.Cluster.Reflector`1[[k8s.Models.V1Node]]");
        logger.LogWarning("Watching {Resource} failed: {Error}", "nodes", "a\nb\u001b[31m\tc");

        Assert.Equal(["2026-07-01T12:00:00.005Z WARN  Reflector: Watching nodes failed: a\\nb\\u001b[31m c"], Lines);
    }

    [Fact]
    public void Text_has_exceptions_on_indented_lines()
    {
        Logger(LogFormat.Text).LogError(new IOException("disk"), "Failed");

        Assert.Equal(["2026-07-01T12:00:00.005Z ERROR Manager: Failed", "    System.IO.IOException: disk"], Lines);
    }

    [Fact]
    public void Json_has_the_values_as_fields()
    {
        object?[] values =
            ["a \"b\" <c> ü", 3, 0.5, true, null, TimeSpan.FromSeconds(1.5), _time.GetUtcNow().UtcDateTime, new[] { "x", "y" }, "mine", new Uri("http://h/")];
        Logger(LogFormat.Json).LogInformation(
            new IOException("disk"), "{Text} {Count} {Ratio} {Yes} {Nothing} {Took} {At} {Names} {Level} {Uri}", values);

        using var json = JsonDocument.Parse(Assert.Single(Lines));
        JsonElement line = json.RootElement;
        Assert.StartsWith(
            """{"ts":"2026-07-01T12:00:00.005000Z","level":"info","logger":"Manager","msg":"a \"b\" <c> ü 3 0.5 """, Lines[0], StringComparison.Ordinal);
        Assert.Equal(("a \"b\" <c> ü", 3, 0.5, true), (line.GetProperty("text").GetString(), line.GetProperty("count").GetInt32(),
            line.GetProperty("ratio").GetDouble(), line.GetProperty("yes").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, line.GetProperty("nothing").ValueKind);
        Assert.Equal(("00:00:01.5000000", "2026-07-01T12:00:00.0050000Z"), (line.GetProperty("took").GetString(), line.GetProperty("at").GetString()));
        Assert.Equal(["x", "y"], line.GetProperty("names").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(("mine", "http://h/", "System.IO.IOException: disk"), (line.GetProperty("level_").GetString(), line.GetProperty("uri").GetString(),
            line.GetProperty("exception").GetString()));
    }

    [Theory]
    [InlineData(nameof(LogFormat.Json))]
    [InlineData(nameof(LogFormat.Text))]
    public void Broken_text_does_not_break_the_log(string format)
    {
        ILogger logger = Logger(Enum.Parse<LogFormat>(format));
        double noNumber = double.NaN;
        logger.LogInformation("{Text} {Number}", "half a pair: \ud83d.", noNumber);
        logger.LogInformation("next");

        Assert.Equal(2, Lines.Length);
        Assert.Contains("half a pair", Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_that_has_gone_does_not_stop_the_process()
    {
        using var broken = new BrokenStream();
        using var provider = new LineLoggerProvider(broken, new LogOptions(), _time);

        provider.CreateLogger("Kruise.Live.Manager").LogInformation("anyone?");
    }

    [Theory]
    [InlineData(null, null, LogLevel.Information)]
    [InlineData("0", null, LogLevel.Information)]
    [InlineData("3", null, LogLevel.Information)]
    [InlineData("4", null, LogLevel.Debug)]
    [InlineData("5", null, LogLevel.Debug)]
    [InlineData("6", null, LogLevel.Trace)]
    [InlineData("10", null, LogLevel.Trace)]
    [InlineData("10", "error", LogLevel.Error)]
    [InlineData(null, "warn", LogLevel.Warning)]
    [InlineData(null, "none", LogLevel.None)]
    public void Levels_come_from_a_number_or_a_name(string? verbosity, string? level, LogLevel expected) =>
        Assert.Equal(expected, LogOptions.Parse(verbosity, level, null, isInCluster: false).Level);

    [Theory]
    [InlineData(null, true, nameof(LogFormat.Json))]
    [InlineData(null, false, nameof(LogFormat.Text))]
    [InlineData("text", true, nameof(LogFormat.Text))]
    [InlineData("json", false, nameof(LogFormat.Json))]
    public void In_a_cluster_it_is_json_unless_said_otherwise(string? format, bool isInCluster, string expected) =>
        Assert.Equal(expected, LogOptions.Parse(null, null, format, isInCluster).Format.ToString());

    [Theory]
    [InlineData("x", null, null, "--v x: not a whole number")]
    [InlineData(null, "loud", null, "--log-level loud: unknown; allowed: trace, debug, info, warn, error, none")]
    [InlineData(null, null, "xml", "--log-format xml: unknown; allowed: text, json")]
    public void Wrong_flags_are_bad_input(string? verbosity, string? level, string? format, string message)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => LogOptions.Parse(verbosity, level, format));

        Assert.Equal((ExitCode.BadInput, message), (error.ExitCode, error.Message));
    }

    [Theory]
    [InlineData(LogLevel.Debug, LogLevel.Warning)]
    [InlineData(LogLevel.Trace, LogLevel.Information)]
    [InlineData(LogLevel.Error, LogLevel.Error)]
    public void Libraries_speak_up_only_when_something_is_wrong_or_when_traced(LogLevel level, LogLevel ofLibraries)
    {
        Assert.Equal(ofLibraries, new LogOptions(level).LevelFor("Microsoft.AspNetCore.Server.Kestrel"));
        Assert.Equal(level, new LogOptions(level).LevelFor("Kruise.Live.Cluster.Reflector"));
    }

    private ILogger Logger(LogFormat format, string category = "Kruise.Live.Manager") =>
        new LineLoggerProvider(_output, new LogOptions(LogLevel.Information, format), _time).CreateLogger(category);

    private sealed class BrokenStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("broken pipe");
    }
}
