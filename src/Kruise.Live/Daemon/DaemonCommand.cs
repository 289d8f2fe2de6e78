using System.CommandLine;
using System.Runtime.InteropServices;
using Kruise.Core.Api;
using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Puller;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Daemon.Cri;
using Kruise.Live.Health;
using Kruise.Live.Logging;

namespace Kruise.Live.Daemon;

/// <summary>The verb <c>kruise daemon</c>: pulls on one node what its NodeImage asks for.</summary>
internal static class DaemonCommand
{
    public static Command Create()
    {
        var address = new Option<string?>("--addr") { Description = "Where /healthz and /metrics are served; 0 for nowhere. [:10221]", HelpName = "ADDR" };
        var node = new Option<string?>("--node-name") { Description = "The node. [NODE_NAME]", HelpName = "NAME" };
        var endpoint = new Option<string?>("--runtime-endpoint")
        {
            Description = $"The runtime's CRI socket; else the first that answers of {string.Join(", ", RuntimeSockets.Candidates)} below --socket-root.",
            HelpName = "unix:///PATH",
        };
        var root = new Option<string?>("--socket-root") { Description = "Where to look for sockets. [/hostvarrun, or /var/run where that is missing]", HelpName = "FOLDER" };
        Option<int?> workers = CommonFlags.Positive<int>("--max-workers-for-pull-image", "Pulls at a time. [5; preset openkruise-0.8: no limit]");
        Option<ImagePullTiming?> preset = CommonFlags.Preset();
        Option<string?> kubeconfig = CommonFlags.Kubeconfig(), context = CommonFlags.Context();
        Option<string?> verbosity = CommonFlags.Verbosity(), level = CommonFlags.LogLevel(), format = CommonFlags.LogFormat();
        var command = new Command("daemon", "Pulls on one node what its NodeImage asks for, through the node's container runtime (CRI v1).")
        {
            address, node, endpoint, root, workers, preset, kubeconfig, context, verbosity, level, format,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            LogOptions logging = LogOptions.Parse(parsed.GetValue(verbosity), parsed.GetValue(level), parsed.GetValue(format));
            PullerOptions puller = (parsed.GetValue(preset) ?? ImagePullTiming.Default).Puller;
            string? name = parsed.GetValue(node) ?? Environment.GetEnvironmentVariable("NODE_NAME");
            var options = new DaemonOptions
            {
                NodeName = !string.IsNullOrEmpty(name)
                    ? name
                    : throw new UserErrorException(ExitCode.BadInput, "no node name: give --node-name NAME or set NODE_NAME, as the DaemonSet does"),
                Address = parsed.GetValue(address) ?? ":10221",
                RuntimeEndpoint = parsed.GetValue(endpoint),
                SocketRoot = parsed.GetValue(root),
                Puller = puller with { MaxConcurrentPulls = parsed.GetValue(workers) ?? puller.MaxConcurrentPulls },
            };
            using ClusterConnection connection = ClusterConnection.Open(parsed.GetValue(kubeconfig), parsed.GetValue(context));
            await RunAsync(options, connection, logging, cancellation);
            return ExitCode.Fine;
        });
        return command;
    }

    /// <summary>What a daemon must be allowed to do. The role that <c>kruise install</c> prints grants this; a test compares the two.</summary>
    public static IEnumerable<Permission> Permissions() =>
        Permission.Of("get list watch", KruiseGroup.Name, "nodeimages")
            .Append(new Permission("update", KruiseGroup.Name, "nodeimages/status"))
            .Concat(Permission.Of("create patch", "", "events"))
            .Append(new Permission("get", "", "secrets", PullSecretCopies.Namespace));

    private static async Task RunAsync(DaemonOptions options, ClusterConnection connection, LogOptions logging, CancellationToken cancellationToken)
    {
        TimeProvider time = TimeProvider.System;
        using ILoggerFactory loggers = Logs.CreateFactory(logging, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

        // Listening comes first: a second daemon on the node fails before it has asked for anything.
        var live = new HealthChecks(time);
        await using HealthServer health = await HealthServer.StartAsync(
            [HealthEndpoint.Checks("--addr", options.Address, "/healthz", live), HealthEndpoint.Metrics("--addr", options.Address)], loggers, stop.Token);
        FoundRuntime runtime = await new RuntimeFinder(time).FindAsync(options.RuntimeEndpoint, options.SocketRoot, stop.Token);
        using CriClient cri = runtime.Client;
        ILogger logger = loggers.CreateLogger("Kruise.Daemon");
        DaemonLog.Runtime(logger, options.NodeName, runtime.Version.RuntimeName, runtime.Version.RuntimeVersion, cri.SocketPath);

        await new ClusterCheck(new ApiClient(connection, UserAgents.Daemon, null, time)).RunAsync(["nodeimages"], Permissions(), stop.Token);
        await using var daemon = new DaemonService(options, cri, connection, time, loggers);
        live.Add("nodeimage", daemon.NotReady);
        await daemon.RunAsync(stop.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}
