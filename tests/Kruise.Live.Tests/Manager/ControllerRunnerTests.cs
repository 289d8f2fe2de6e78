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
        // No pod can be written here: this is a mistake in a controller, not an answer of the server.
        var pod = new V1Pod { Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = "team" } };
        var reconciler = new Scripted(round => round == 1 ? Plan.Of(new Write.Create(pod)) : Plan.Nothing);
        await RunAsync(reconciler, ["a"], async () =>
            await Until.HoldsAsync(_ => Task.FromResult(reconciler.Rounds >= 2), "the key is looked at again", _limit, Cancellation));
    }

    private static async Task RunAsync(IReconciler reconciler, string[] nodes, Func<Task> during)
    {
        await using FakeApi api = await FakeApi.StartAsync(_ => (500, "{}", null));
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
        await during();
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
    private sealed class Scripted(Func<int, Plan> plan) : IReconciler
    {
        private volatile int _rounds;

        public int Rounds => _rounds;

        public string Name => "scripted";

        public IReadOnlyList<Type> Watches => [typeof(V1Node)];

        public IReadOnlyList<Func<IViewIndex>> Indexes => [];

        public void Map(in ObjectChange change, IClusterView view, ICollection<ObjectKey> keys) => keys.Add(change.Key);

        public Plan Reconcile(ObjectKey key, IClusterView view, ReconcileContext context) => plan(++_rounds);
    }
}
