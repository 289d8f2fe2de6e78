using Kruise.Core.ImagePull;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Cluster.Events;
using Kruise.Live.Manager.LeaderElection;
using Microsoft.Extensions.Hosting;

namespace Kruise.Live.Manager;

/// <summary>
/// Fills the cache, waits for the lease, and runs the controllers while it is held. A clean stop lets plans under way come to their end and gives the lease back
/// after that; a lost lease gives up even writes under way, because somebody else may be leading.
/// </summary>
internal sealed partial class ManagerService : BackgroundService
{
    private readonly ManagerOptions _options;
    private readonly IReadOnlyList<CatalogedController> _controllers;
    private readonly string _names;
    private readonly ManagerCaches _caches;
    private readonly ClusterConnection _connection;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly LeaderElector? _elector;

    public ManagerService(ManagerOptions options, ClusterConnection connection, TimeProvider time, ILoggerFactory loggers, IHostApplicationLifetime lifetime)
    {
        _lifetime = lifetime;
        _options = options;
        _connection = connection;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<ManagerService>();
        _controllers = ControllerCatalog.Of(options.Timing, options.CloneSets, options.SidecarSets, options.Gates, options.Namespace);
        _names = string.Join(", ", _controllers.Select(controller => controller.Reconciler.Name));
        _caches = new ManagerCaches(options, _controllers, new ApiClient(connection, UserAgents.Manager, null, time), loggers);
        if (options.EnableLeaderElection)
        {
            var election = new LeaderElectionOptions { Namespace = options.LeaderElectionNamespace };
            var store = new ApiLeaseStore(new ApiClient(connection, UserAgents.Of("leader-election"), null, time), election.Namespace, election.Name);
            _elector = new LeaderElector(store, election, time, loggers.CreateLogger<LeaderElector>());
        }
    }

    /// <summary>Why the service ended; null when it was told to.</summary>
    public UserErrorException? Failure { get; private set; }

    /// <summary>The SidecarSets for the webhooks; null where there are none.</summary>
    public CachedSidecarSets? SidecarSets => _caches.SidecarSets;

    /// <summary>What the caches still lack; null when nothing.</summary>
    public string? Missing() => _caches.Missing();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var reflecting = new CancellationTokenSource();
        Task caches = _caches.RunAsync(reflecting.Token);
        try
        {
            await _caches.Synced.WaitAsync(stoppingToken);
            LogSynced();
            if (_elector is null)
            {
                await LeadAsync(CancellationToken.None, stoppingToken);
            }
            else
            {
                await _elector.RunAsync(stop => LeadAsync(_elector.Lost, stop), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A clean stop.
        }
        catch (UserErrorException e)
        {
            Failure = e;
            _lifetime.StopApplication();
        }
        finally
        {
            await reflecting.CancelAsync();
            await caches;
        }
    }

    public override void Dispose()
    {
        _elector?.Dispose();
        base.Dispose();
    }

    private async Task LeadAsync(CancellationToken lost, CancellationToken stop)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(lost);
        await using CancellationTokenRegistration patience = stop.Register(() => abort.CancelAfter(_options.StopTimeout));
        if (_options.ServesWebhooks)
        {
            var probe = new AdmissionProbe(new ApiClient(_connection, UserAgents.Manager, null, _time), _loggers.CreateLogger<AdmissionProbe>());
            await probe.UntilAdmittedAsync(stop);
        }

        LogLeading(_names);
        await Task.WhenAll(_controllers.Select(controller => RunAsync(controller, stop, abort.Token)));
        LogStopped();
    }

    private async Task RunAsync(CatalogedController controller, CancellationToken stop, CancellationToken abort)
    {
        string name = controller.Reconciler.Name;
        ImagePullTiming timing = _options.Timing;
        ILogger logger = _loggers.CreateLogger("Kruise." + name);
        var client = new ApiClient(_connection, UserAgents.Of(name), new RequestLimiter(timing.ClientQps, timing.ClientBurst, _time), _time);
        var eventClient = new ApiClient(_connection, UserAgents.Of(name), new RequestLimiter(timing.ClientQps, timing.ClientBurst, _time), _time);
        await using var events = new EventRecorder(new ApiEventWriter(eventClient), new EventSourceName(name, null), _time, logger);
        var writer = new PlanWriter(client, events, timing.ParallelWrites);
        using var runner = new ControllerRunner(
            controller.Reconciler, _caches.Cache, writer, controller.Workers, _options.Gates, _options.Retries.NewLimiter(), _time, logger);
        await runner.RunAsync(stop, abort);
    }

    [LoggerMessage(EventId = 211, Level = LogLevel.Information, Message = "Caches are filled")]
    private partial void LogSynced();

    [LoggerMessage(EventId = 212, Level = LogLevel.Information, Message = "Running {Controllers}")]
    private partial void LogLeading(string controllers);

    [LoggerMessage(EventId = 213, Level = LogLevel.Information, Message = "All controllers have stopped")]
    private partial void LogStopped();
}
