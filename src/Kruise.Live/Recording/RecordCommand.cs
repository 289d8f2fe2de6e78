using System.CommandLine;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Logging;

namespace Kruise.Live.Recording;

/// <summary>The verb <c>kruise record</c>.</summary>
internal static class RecordCommand
{
    private const string Text = "text";
    private const string Json = "json";

    private static readonly Argument<string> _job = new("JOB") { Description = "The ImagePullJob; it need not exist yet." };

    private static readonly Option<string> _out = new("--out")
    {
        Description = "The file to write; a former one is replaced when the recording is complete.",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<string?> _namespace = new("--namespace", "-n")
    {
        Description = "The namespace of the job. [the context's, or default]",
        HelpName = "NAMESPACE",
    };

    private static readonly Option<string?> _kubeconfig = CommonFlags.Kubeconfig();

    private static readonly Option<string?> _context = CommonFlags.Context();

    private static readonly Option<TimeSpan?> _timeout = new("--timeout")
    {
        Description = "How long to record at most, waiting for the job included. [1h]",
        HelpName = "DURATION",
        CustomParser = result => GoDuration.Parse(result),
    };

    private static readonly Option<string?> _format = CommonFlags.OneOf("--format", $"How the summary is printed: {Text} or {Json}. [{Text}]", [Text, Json]);

    public static Command Create(TextWriter output, TextWriter errors)
    {
        var command = new Command(
            "record",
            """
            Follows an ImagePullJob and writes its timeline: a row per node, in the columns of the simulator's nodes.csv.

            Start it before the job is applied: it waits for the job, and times are then measured as things happen. Only reads. Ends when the job completes
            or is deleted, when the time is over, or when it is stopped (Ctrl-C); the file is written in every case, whole or not at all. What has not
            finished by then has the outcome 'unfinished'.

            Exit codes: 0 the job completed, 1 it was deleted or the time was over before, 130 stopped, others as of every command.

            Example:
              kruise record warm-nginx --out live.csv & kubectl apply -f job.yaml; wait
            """) { _job, _out, _namespace, _kubeconfig, _context, _timeout, _format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var stop = new StopSignal(cancellationToken);
            return await RunAsync(parsed, output, errors, stop.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        string path = parsed.GetValue(_out)!, name = parsed.GetValue(_job)!;
        if (name.Contains('/', StringComparison.Ordinal))
        {
            throw new UserErrorException(ExitCode.BadInput, $"\"{name}\" cannot be a job's name, a name has no slash; --namespace says where the job is");
        }

        using var file = new WholeFile(path);
        using ClusterConnection connection = ClusterConnection.Open(parsed.GetValue(_kubeconfig), parsed.GetValue(_context), readOnly: true);
        var key = new ObjectKey(parsed.GetValue(_namespace) ?? connection.Namespace ?? "default", name);
        var client = new ApiClient(connection, "kruise-record", limiter: null, TimeProvider.System);
        var check = new ClusterCheck(client);
        await check.ReachAsync(cancellationToken);
        await check.RequireKindsAsync(["imagepulljobs", "nodeimages"], cancellationToken);
        await check.RequirePermissionsAsync(
            [
                .. Permission.Of("list watch", KruiseGroup.Name, "imagepulljobs", key.Namespace, key.Name),
                .. Permission.Of("list watch", KruiseGroup.Name, "nodeimages"),
            ],
            cancellationToken);

        using ILoggerFactory loggers = Logs.CreateFactory(new LogOptions(LogLevel.Warning), TimeProvider.System);
        var recorder = new JobRecorder(client, key, errors, loggers.CreateLogger<JobRecorder>());
        JobRecording recording = await recorder.RunAsync(parsed.GetValue(_timeout) ?? TimeSpan.FromHours(1), cancellationToken);
        if (recording.Image is null)
        {
            errors.WriteLine($"kruise: ImagePullJob {key} was never applied: nothing to write");
            return recording.End == RecordingEnd.Interrupted ? ExitCode.Interrupted : ExitCode.Failed;
        }

        file.Commit(stream => TimelineCsv.Write(stream, key, recording.Rows));
        var summary = new RecordingSummary(key, recording);
        output.Write(parsed.GetValue(_format) == Json ? summary.Json(path) : summary.Text(path));
        return recording.End switch
        {
            RecordingEnd.Completed => ExitCode.Fine,
            RecordingEnd.Interrupted => ExitCode.Interrupted,
            _ => ExitCode.Failed,
        };
    }
}
