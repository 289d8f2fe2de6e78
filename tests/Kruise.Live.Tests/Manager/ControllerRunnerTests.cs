using System.Collections.Concurrent;
using k8s.Models;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Events;
using Kruise.Live.Manager;
using Kruise.Live.Tests.Cluster;
using Kruise.Live.Tests.Lab;
using Kruise.Live.Tests.Planning;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kruise.Live.Tests.Manager;

public sealed class ControllerRunnerTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_that_cannot_be_carried_out_costs_neither_the_worker_nor_the_key()
    {
        // No service can be written here: this is a mistake in a controller, not an answer of the server.
        var service = new V1Service { Metadata = new V1ObjectMeta { Name = "s", NamespaceProperty = "team" } };
        var reconciler = new Scripted((round, _) => round == 1 ? Plan.Of(new Write.Create(service)) : Plan.Nothing);
        await RunAsync(reconciler, ["a"], async () =>
            await Until.HoldsAsync(_ => Task.FromResult(reconciler.Rounds >= 2), "the key is looked at again", _limit, Cancellation));
    }

    [Fact]
    public async Task What_a_plan_failed_by_is_known_to_the_next()
    {
        var secret = new Write.Create(new V1Secret { Metadata = new V1ObjectMeta { Name = "s", NamespaceProperty = "team" } });
        PlanFailure? failure = null;
        var reconciler = new Scripted((round, context) =>
        {
            failure ??= context.LastFailure;
            return round == 1 ? Plan.Of(secret) : Plan.Nothing;
        });
        await RunAsync(reconciler, ["a"], async () =>
            await Until.HoldsAsync(_ => Task.FromResult(failure is not null), "the failure is told", _limit, Cancellation));
        Assert.Same(secret, failure!.Write);
    }

    [Fact]
    public async Task After_a_deletion_the_key_waits_until_the_cache_shows_it()
    {
        await using FakeApi api = await FakeApi.StartAsync(_ => (200, """{"kind":"Status","status":"Success"}""", null));
        var reconciler = new Scripted((round, _) => round == 1 ? Plan.Of(new Write.Delete(typeof(V1Node), ObjectKey.Cluster("a"))) : Plan.Nothing);
        await RunAsync(api, reconciler, ["a"], async cache =>
        {
            IObjectSink<V1Node> sink = cache.Sink<V1Node>();
            await Until.HoldsAsync(_ => Task.FromResult(api.Requests.Any(r => r.Method == "DELETE")), "the node is deleted", _limit, Cancellation);

            // News of the object, but not yet that it is gone. The other key is looked at all the same: the worker has come by.
            sink.Store(Objects.Node("a") with { Metadata = Objects.Node("a").Metadata with { ResourceVersion = "8" } });
            sink.Store(Objects.Node("b") with { Metadata = Objects.Node("b").Metadata with { ResourceVersion = "9" } });
            await Until.HoldsAsync(_ => Task.FromResult(reconciler.Keys.Contains("b")), "the other key is looked at", _limit, Cancellation);
            Assert.Equal(["a", "b"], reconciler.Keys);

            sink.Delete(ObjectKey.Cluster("a"), 10);
            await Until.HoldsAsync(_ => Task.FromResult(reconciler.Keys.Count == 3), "the key goes on", _limit, Cancellation);
            Assert.Equal(["a", "b", "a"], reconciler.Keys);
        });
    }

    private static async Task RunAsync(IReconciler reconciler, string[] nodes, Func<Task> during)
    {
        await using FakeApi api = await FakeApi.StartAsync(_ => (500, "{}", null));
        await RunAsync(api, reconciler, nodes, _ => during());
    }

    private static async Task RunAsync(FakeApi api, IReconciler reconciler, string[] nodes, Func<ClusterCache, Task> during)
    {
        var cache = new ClusterCache(reconciler.Indexes);
        foreach (string node in nodes)
        {
            cache.Sink<V1Node>().Store(Objects.Node(node));
        }

        var writer = new PlanWriter(new ApiClient(api.Connection, "tests", null, TimeProvider.System), new NoEvents(), 1);
        using var runner = new ControllerRunner(
            reconciler, cache, writer, 1, FeatureGates.Default, new RetryTiming().NewLimiter(), TimeProvider.System, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        Task run = runner.RunAsync(stop.Token, CancellationToken.None);
        await during(cache);
        await stop.CancelAsync();
        await run.WaitAsync(_limit, Cancellation);
    }

    private sealed class NoEvents : IEventSink
    {
        public void Record(V1ObjectReference about, EventSeverity severity, string reason, string message)
        {
        }
    }

    /// <summary>Plans by the number of the round, for nodes.</summary>
    private sealed class Scripted(Func<int, ReconcileContext, Plan> plan) : IReconciler
    {
        private volatile int _rounds;

        public int Rounds => _rounds;

        /// <summary>What was looked at, in order.</summary>
        public ConcurrentQueue<string> Keys { get; } = new();

        public string Name => "scripted";

        public IReadOnlyList<Type> Watches => [typeof(V1Node)];

        public IReadOnlyList<Func<IViewIndex>> Indexes => [];

        public void Map(in ObjectChange change, IClusterView view, ICollection<ObjectKey> keys) => keys.Add(change.Key);

        public Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context)
        {
            Keys.Enqueue(key.Name);
            return plan(++_rounds, context);
        }
    }
}
