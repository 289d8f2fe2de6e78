using System.Collections.Concurrent;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Tests.Lab;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

/// <summary>A reflector on a real API server that is cut off, forgets its history, and is slow to speak.</summary>
public sealed class ReflectorTests : IAsyncLifetime
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);
    private readonly Sink _sink = new();
    private readonly CancellationTokenSource _stop = new();
    private LabControlPlane _plane = null!;
    private ClusterConnection _direct = null!;
    private ApiClient _admin = null!;
    private ThrottlingProxy _proxy = null!;
    private ClusterConnection _proxied = null!;
    private Task _run = Task.CompletedTask;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        LabEnvironment.RequireControlPlane();

        // Without its watch cache the API server feels a compaction of etcd at once, as a cluster does after its cache has moved on.
        _plane = await LabControlPlane.StartAsync(new LabControlPlaneOptions { Controllers = [], WatchCache = false }, Cancellation);
        _direct = ClusterConnection.Open(_plane.AdminKubeconfig);
        _admin = new ApiClient(_direct, "tests", null, TimeProvider.System);
        _proxy = new ThrottlingProxy(new Uri(_plane.Server).Port);
        string kubeconfig = _plane.AdminKubeconfig + ".proxied";
        await File.WriteAllTextAsync(
            kubeconfig, (await File.ReadAllTextAsync(_plane.AdminKubeconfig, Cancellation)).Replace(_plane.Server, "https://" + _proxy.Host, StringComparison.Ordinal), Cancellation);
        _proxied = ClusterConnection.Open(kubeconfig);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
        if (_plane is not null)
        {
            _proxied.Dispose();
            await _proxy.DisposeAsync();
            _direct.Dispose();
            await _plane.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_list_comes_in_pages_and_then_changes_one_by_one()
    {
        foreach (int i in Enumerable.Range(0, 7))
        {
            await CreateAsync($"n{i}");
        }

        Reflector<V1Node> reflector = Start(ReflectorOptions.Default with { PageSize = 3 });
        await reflector.Synced.WaitAsync(_limit, Cancellation);

        Assert.Equal(["n0", "n1", "n2", "n3", "n4", "n5", "n6"], _sink.Names);
        await CreateAsync("later");
        await DeleteAsync("n3");
        await SeenAsync("later", there: true);
        await SeenAsync("n3", there: false);
    }

    [Fact]
    public async Task A_cut_connection_is_resumed_without_a_list()
    {
        await CreateAsync("a");
        Reflector<V1Node> reflector = Start(ReflectorOptions.Default);
        await reflector.Synced.WaitAsync(_limit, Cancellation);
        double lists = ReflectorMetrics.Lists.WithLabels("nodes").Value;

        _proxy.Cut();
        await CreateAsync("b");

        await SeenAsync("b", there: true);
        Assert.Equal(lists, ReflectorMetrics.Lists.WithLabels("nodes").Value);
    }

    [Fact]
    public async Task After_a_compaction_the_kind_is_listed_again_and_what_was_deleted_meanwhile_is_told()
    {
        await CreateAsync("stays");
        await CreateAsync("goes");
        Reflector<V1Node> reflector = Start(ReflectorOptions.Default);
        await reflector.Synced.WaitAsync(_limit, Cancellation);
        double relists = ReflectorMetrics.Relists.WithLabels("nodes").Value;

        _proxy.Stalled = true;
        _proxy.Cut();
        await DeleteAsync("goes");
        await CreateAsync("comes");
        await _plane.CompactEtcdAsync(cancellation: Cancellation);
        _proxy.Stalled = false;
        _proxy.Cut();

        await SeenAsync("comes", there: true);
        await SeenAsync("goes", there: false);
        Assert.Equal(["comes", "stays"], _sink.Names);
        Assert.True(ReflectorMetrics.Relists.WithLabels("nodes").Value > relists);
        await CreateAsync("last");
        await SeenAsync("last", there: true);
    }

    [Fact]
    public async Task A_silent_watch_is_opened_again()
    {
        await CreateAsync("a");
        Reflector<V1Node> reflector = Start(ReflectorOptions.Default with { SilenceTimeout = TimeSpan.FromMilliseconds(500) });
        await reflector.Synced.WaitAsync(_limit, Cancellation);
        double silent = ReflectorMetrics.SilentWatches.WithLabels("nodes").Value;

        await Until.HoldsAsync(
            _ => Task.FromResult(ReflectorMetrics.SilentWatches.WithLabels("nodes").Value > silent), "the watchdog barks", _limit, Cancellation);
        await CreateAsync("b");
        await SeenAsync("b", there: true);
    }

    private Reflector<V1Node> Start(ReflectorOptions options)
    {
        var client = new ApiClient(_proxied, "tests", null, TimeProvider.System);
        var reflector = new Reflector<V1Node>(client, ListScope.Everything, _sink, options, LoggerFactory.Create(_ => { }).CreateLogger("tests"));
        _run = reflector.RunAsync(_stop.Token);
        return reflector;
    }

    private Task<V1Node> CreateAsync(string name) =>
        _admin.CreateAsync(new V1Node { ApiVersion = "v1", Kind = "Node", Metadata = new V1ObjectMeta { Name = name } }, Cancellation);

    private Task DeleteAsync(string name) => _admin.DeleteAsync(ResourceKind.Of<V1Node>(), ObjectKey.Cluster(name), null, Cancellation);

    private Task SeenAsync(string name, bool there) => Until.HoldsAsync(
        _ => Task.FromResult(_sink.Objects.ContainsKey(name) == there), $"{name} is {(there ? "there" : "gone")}; there are {string.Join(", ", _sink.Names)}", _limit, Cancellation);

    private sealed class Sink : IObjectSink<V1Node>
    {
        public ConcurrentDictionary<string, V1Node> Objects { get; } = [];

        public IEnumerable<string> Names => Objects.Keys.Order(StringComparer.Ordinal);

        public void Store(V1Node obj) => Objects[obj.Metadata.Name] = obj;

        public void Delete(ObjectKey key, long revision) => Objects.TryRemove(key.Name, out _);

        public void Observe(long revision)
        {
        }
    }
}
