using System.CommandLine;
using Kruise.Core.CloneSets;
using Kruise.Core.Features;
using Kruise.Core.ImagePull;
using Kruise.Core.SidecarSets;
using Kruise.Live.Cli;

namespace Kruise.Live.Manager;

/// <summary>The flags of <c>kruise manager</c>: upstream's names, so that a deployment's arguments stay as they are.</summary>
internal sealed class ManagerFlags
{
    /// <summary>
    /// Upstream's flags for what this version does not have: accepted, so that a deployment's arguments stay as they are, and said to have no effect.
    /// </summary>
    private static readonly string[] _withoutEffect =
    [
        "--statefulset-workers", "--daemonset-workers", "--broadcastjob-workers", "--advancedcronjob-workers",
        "--uniteddeployment-workers", "--assign-pods-by-scheduler", "--assign-bcj-pods-by-scheduler", "--daemonset-extra-allowed-pod-number", "--allow-privileged",
        "--expectation-timeout", "--enable-pprof", "--pprof-addr", "--logtostderr", "--alsologtostderr", "--add_dir_header",
    ];

    private readonly Option<string?> _metrics = new("--metrics-addr") { Description = "Where /metrics is served; 0 for nowhere. [:8080]", HelpName = "ADDR" };

    private readonly Option<string?> _health = new("--health-probe-addr")
    {
        Description = "Where /healthz and /readyz are served; 0 for nowhere. [:8000]",
        HelpName = "ADDR",
    };

    private readonly Option<string?> _leaderElection = CommonFlags.Bool("--enable-leader-election", "Run controllers only while holding the lease. [true]");

    private readonly Option<string?> _leaderNamespace = new("--leader-election-namespace")
    {
        Description = "The namespace of the lease. [POD_NAMESPACE or kruise-system]",
        HelpName = "NAMESPACE",
    };

    private readonly Option<string?> _namespace = new("--namespace")
    {
        Description = "Work on the jobs and workloads of this namespace alone; other jobs are read, so that nothing of theirs is taken away, and SidecarSets are not upgraded. [all]",
        HelpName = "NAMESPACE",
    };

    private readonly Option<double?> _qps = CommonFlags.Positive<double>("--rest-config-qps", "Requests per second of each controller's client. [100; preset openkruise-0.8: 30]");
    private readonly Option<int?> _burst = CommonFlags.Positive<int>("--rest-config-burst", "Requests at once of each controller's client. [200; preset openkruise-0.8: 50]");
    private readonly Option<int?> _jobWorkers = CommonFlags.Positive<int>("--imagepulljob-workers", "ImagePullJobs worked on at a time. [3]");
    private readonly Option<int?> _nodeImageWorkers = CommonFlags.Positive<int>("--nodeimage-workers", "NodeImages worked on at a time. [10; preset openkruise-0.8: 3]");
    private readonly Option<int?> _cloneSetWorkers = CommonFlags.Positive<int>("--cloneset-workers", "CloneSets worked on at a time. [3]");
    private readonly Option<int?> _sidecarSetWorkers = CommonFlags.Positive<int>("--sidecarset-workers", "SidecarSets worked on at a time. [3]");
    private readonly Option<TimeSpan?> _baseDelay = Duration("--rate-limiter-base-delay", "First wait of a key that failed; doubles. [5ms]");
    private readonly Option<TimeSpan?> _maxDelay = Duration("--rate-limiter-max-delay", "Longest wait of a key that failed. [1000s]");
    private readonly Option<double?> _retryQps = CommonFlags.Positive<double>("--rate-limiter-qps", "Retries per second of all keys of a controller. [10]");
    private readonly Option<int?> _retryBurst = CommonFlags.Positive<int>("--rate-limiter-bucket-size", "Retries at once of a controller. [100]");
    private readonly Option<string?> _webhooks = CommonFlags.Bool("--enable-webhooks", "Serve admission webhooks and keep their configurations. [true]");
    private readonly Option<ImagePullTiming?> _preset = CommonFlags.Preset();
    private readonly Option<string?> _gates = CommonFlags.FeatureGates();
    private readonly Option<string?>[] _ignored = [.. _withoutEffect.Select(name => new Option<string?>(name) { Hidden = true, Arity = ArgumentArity.ZeroOrOne })];

    public void AddTo(Command command)
    {
        Option[] all =
        [
            _metrics, _health, _leaderElection, _leaderNamespace, _namespace, _qps, _burst, _jobWorkers, _nodeImageWorkers, _cloneSetWorkers, _sidecarSetWorkers,
            _baseDelay, _maxDelay, _retryQps, _retryBurst, _webhooks, _preset, _gates, .. _ignored,
        ];
        foreach (Option option in all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The flags that were given and do nothing.</summary>
    public IEnumerable<string> WithoutEffect(ParseResult parsed) => _ignored.Where(option => parsed.GetResult(option) is not null).Select(option => option.Name);

    /// <exception cref="UserErrorException">A value is wrong.</exception>
    public ManagerOptions Read(ParseResult parsed, Func<string, string?> environment)
    {
        FeatureGates gates = FeatureGateText.Parse(parsed.GetValue(_gates), environment(FeatureGateText.CustomResourceEnable));
        return new ManagerOptions
        {
            MetricsAddress = parsed.GetValue(_metrics) ?? ":8080",
            HealthProbeAddress = parsed.GetValue(_health) ?? ":8000",
            EnableLeaderElection = parsed.Value(_leaderElection) ?? true,
            LeaderElectionNamespace = parsed.GetValue(_leaderNamespace) ?? NullIfEmpty(environment("POD_NAMESPACE")) ?? "kruise-system",
            Namespace = NullIfEmpty(parsed.GetValue(_namespace)),
            Timing = Timing(parsed),
            CloneSets = CloneSets(parsed),
            SidecarSets = SidecarSets(parsed),
            Retries = Retries(parsed),
            Gates = gates,
            ServesWebhooks = parsed.Value(_webhooks) ?? true,
        };
    }

    private ImagePullTiming Timing(ParseResult parsed)
    {
        ImagePullTiming preset = parsed.GetValue(_preset) ?? ImagePullTiming.Default;
        return preset with
        {
            ClientQps = parsed.GetValue(_qps) ?? preset.ClientQps,
            ClientBurst = parsed.GetValue(_burst) ?? preset.ClientBurst,
            ImagePullJobWorkers = parsed.GetValue(_jobWorkers) ?? preset.ImagePullJobWorkers,
            NodeImageWorkers = parsed.GetValue(_nodeImageWorkers) ?? preset.NodeImageWorkers,
        };
    }

    private CloneSetTiming CloneSets(ParseResult parsed)
    {
        CloneSetTiming preset = ControllerCatalog.CloneSetsOf(parsed.GetValue(_preset) ?? ImagePullTiming.Default);
        return preset with { Workers = parsed.GetValue(_cloneSetWorkers) ?? preset.Workers };
    }

    private SidecarSetTiming SidecarSets(ParseResult parsed)
    {
        SidecarSetTiming preset = ControllerCatalog.SidecarSetsOf(parsed.GetValue(_preset) ?? ImagePullTiming.Default);
        return preset with { Workers = parsed.GetValue(_sidecarSetWorkers) ?? preset.Workers };
    }

    private RetryTiming Retries(ParseResult parsed)
    {
        var usual = new RetryTiming();
        var retries = new RetryTiming
        {
            BaseDelay = parsed.GetValue(_baseDelay) ?? usual.BaseDelay,
            MaxDelay = parsed.GetValue(_maxDelay) ?? usual.MaxDelay,
            Qps = parsed.GetValue(_retryQps) ?? usual.Qps,
            Burst = parsed.GetValue(_retryBurst) ?? usual.Burst,
        };
        return retries.BaseDelay > TimeSpan.Zero && retries.MaxDelay >= retries.BaseDelay
            ? retries
            : throw new UserErrorException(ExitCode.BadInput, "--rate-limiter-base-delay must be above 0 and at most --rate-limiter-max-delay");
    }

    private static Option<TimeSpan?> Duration(string name, string description) =>
        new(name) { Description = description, HelpName = "DURATION", CustomParser = result => GoDuration.Parse(result) };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
