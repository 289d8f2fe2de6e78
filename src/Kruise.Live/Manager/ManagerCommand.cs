using System.CommandLine;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Cluster.Events;
using Kruise.Live.Health;
using Kruise.Live.Logging;
using Kruise.Live.Webhooks;
using Kruise.Live.Webhooks.Admission;
using Kruise.Live.Webhooks.Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kruise.Live.Manager;

/// <summary>The verb <c>kruise manager</c>: controllers and webhooks.</summary>
internal static class ManagerCommand
{
    public static Command Create()
    {
        var flags = new ManagerFlags();
        Option<string?> kubeconfig = CommonFlags.Kubeconfig(), context = CommonFlags.Context();
        Option<string?> verbosity = CommonFlags.Verbosity(), level = CommonFlags.LogLevel(), format = CommonFlags.LogFormat();
        var command = new Command(
            "manager",
            """
            Runs the controllers (on the replica that holds the lease) and the webhooks (on every replica).

            Environment, as upstream: POD_NAMESPACE, WEBHOOK_HOST, WEBHOOK_PORT, SECRET_NAME, SERVICE_NAME, CUSTOM_RESOURCE_ENABLE, KUBECONFIG.
            """) { kubeconfig, context, verbosity, level, format };
        flags.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            LogOptions logging = LogOptions.Parse(parsed.GetValue(verbosity), parsed.GetValue(level), parsed.GetValue(format));
            ManagerOptions options = flags.Read(parsed, Environment.GetEnvironmentVariable);
            using ClusterConnection connection = ClusterConnection.Open(parsed.GetValue(kubeconfig), parsed.GetValue(context));
            await RunAsync(options, connection, logging, flags.WithoutEffect(parsed), cancellation);
            return ExitCode.Fine;
        });
        return command;
    }

    private static async Task RunAsync(
        ManagerOptions options, ClusterConnection connection, LogOptions logging, IEnumerable<string> withoutEffect, CancellationToken cancellationToken)
    {
        TimeProvider time = TimeProvider.System;
        WebhookOptions? webhooks = options.ServesWebhooks ? WebhookOptions.FromEnvironment(Environment.GetEnvironmentVariable) : null;
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs.CreateProvider(logging, time));
        builder.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout + TimeSpan.FromSeconds(1.5));

        var serving = new ServingCertificate();
        if (webhooks is not null)
        {
            var client = new ApiClient(connection, UserAgents.Of("webhook-controller"), null, time);
            builder.Services.AddSingleton(s => Events(options, connection, time, s.GetRequiredService<ILoggerFactory>()));
            builder.Services.AddHostedService(s => new WebhookServer(
                webhooks, options.Gates, serving, time, s.GetRequiredService<ILoggerFactory>(),
                new AdmissionCluster(client, s.GetRequiredService<ManagerService>().SidecarSets!, s.GetRequiredService<EventRecorder>())));
            builder.Services.AddHostedService(
                s => new WebhookConfigurator(webhooks, options.Gates, serving, client, time, s.GetRequiredService<ILogger<WebhookConfigurator>>()));
        }

        builder.Services.AddSingleton(s => new ManagerService(
            options, connection, time, s.GetRequiredService<ILoggerFactory>(), s.GetRequiredService<IHostApplicationLifetime>()));
        builder.Services.AddHostedService(s => s.GetRequiredService<ManagerService>());

        using IHost host = builder.Build();
        ILogger logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Kruise.Manager");
        foreach (string flag in withoutEffect)
        {
            ManagerLog.WithoutEffect(logger, flag);
        }

        // Listening comes first: an address that is wrong or taken is said before anything is asked of the cluster.
        var manager = host.Services.GetRequiredService<ManagerService>();
        using WebhookHealth? webhookHealth = webhooks is null ? null : new WebhookHealth(webhooks, serving, time);
        await using HealthServer health = await StartHealthAsync(options, manager, webhookHealth, time, host.Services, cancellationToken);
        await CheckAsync(options, connection, webhooks, logger, cancellationToken);
        BackgroundService[] services = [.. host.Services.GetServices<IHostedService>().OfType<BackgroundService>()];
        await host.RunAsync(cancellationToken);
        if (manager.Failure is { } failure)
        {
            throw failure;
        }

        // The host has logged it in full; without this the command would end as if it had been asked to.
        if (services.Select(service => service.ExecuteTask?.Exception?.InnerException).FirstOrDefault(e => e is not null) is { } mistake)
        {
            throw new UserErrorException(ExitCode.Failed, $"failed inside the manager ({mistake.GetType().Name}): {mistake.Message.ReplaceLineEndings(" ")}");
        }
    }

    // What admission has to tell is about sets, and comes with pods: many of one kind are counted up rather than written.
    private static EventRecorder Events(ManagerOptions options, ClusterConnection connection, TimeProvider time, ILoggerFactory loggers)
    {
        string name = WebhookOptions.EventSource;
        var limit = new RequestLimiter(options.Timing.ClientQps, options.Timing.ClientBurst, time);
        var writer = new ApiEventWriter(new ApiClient(connection, UserAgents.Of(name), limit, time));
        return new EventRecorder(writer, new EventSourceName(name, null), time, loggers.CreateLogger("Kruise." + name));
    }

    private static async Task CheckAsync(
        ManagerOptions options, ClusterConnection connection, WebhookOptions? webhooks, ILogger logger, CancellationToken cancellationToken)
    {
        var check = new ClusterCheck(new ApiClient(connection, UserAgents.Manager, null, TimeProvider.System));
        string version = await check.RunAsync(
            options.Gates.KruiseDaemon ? ["clonesets", "imagepulljobs", "nodeimages", "sidecarsets"] : ["clonesets", "sidecarsets"], ManagerPermissions.Of(options, webhooks), cancellationToken);
        ManagerLog.Reached(logger, connection.BaseUri, version, connection.Origin);
    }

    private static Task<HealthServer> StartHealthAsync(
        ManagerOptions options, ManagerService manager, WebhookHealth? webhooks, TimeProvider time, IServiceProvider services, CancellationToken cancellationToken)
    {
        var live = new HealthChecks(time);
        var ready = new HealthChecks(time);
        ready.Add("caches", manager.Missing);
        if (webhooks is not null)
        {
            ready.Add("webhook-ready", async token => await webhooks.IsServingAsync(token) ? null : "the webhooks do not answer over TLS");
        }

        return HealthServer.StartAsync(
            [
                HealthEndpoint.Checks("--health-probe-addr", options.HealthProbeAddress, "/healthz", live),
                HealthEndpoint.Checks("--health-probe-addr", options.HealthProbeAddress, "/readyz", ready),
                HealthEndpoint.Metrics("--metrics-addr", options.MetricsAddress),
            ],
            services.GetRequiredService<ILoggerFactory>(),
            cancellationToken);
    }
}
