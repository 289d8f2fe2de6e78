using System.Collections.Concurrent;
using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Lab;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

/// <summary>A reflector whose server or whose listener does what neither does as a rule.</summary>
public sealed class ReflectorFailureTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private static readonly ReflectorOptions _fast = ReflectorOptions.Default with { BackoffBase = TimeSpan.FromMilliseconds(20), BackoffMax = TimeSpan.FromMilliseconds(100) };
    private readonly CancellationTokenSource _stop = new();
    private readonly Sink _sink = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task What_a_list_told_before_it_broke_off_is_taken_back_when_the_next_one_lacks_it()
    {
        int lists = 0;
        await using FakeApi api = await FakeApi.StartAsync(request =>
            IsWatch(request) ? (200, "", null)
            : request.Query.ContainsKey("continue") ? (500, "{}", null)
            : ++lists == 1 ? (200, List(5, "next", Node("ghost", 3)), null)
            : (200, List(9, null, Node("a", 8)), null));

        await RunAsync(api, "only a is there", () => _sink.Names.SequenceEqual(["a"]));
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_hides_no_other()
    {
        const string Odd = """{"metadata":{"name":"odd","resourceVersion":"4"},"status":{"conditions":"none"}}""";
        await using FakeApi api = await FakeApi.StartAsync(request =>
            IsWatch(request)
                ? (200, Event("MODIFIED", Odd.Replace("\"4\"", "\"6\"", StringComparison.Ordinal)) + Event("ADDED", Node("b", 7)) + Event("DELETED", Odd), null)
                : (200, List(5, null, Odd, Node("a", 3)), null));

        await RunAsync(api, "a and b are there", () => _sink.Names.SequenceEqual(["a", "b"]));
    }

    [Fact]
    public async Task A_mistake_in_a_listener_is_made_good_by_a_list()
    {
        int lists = 0;
        _sink.FailsOnce = "a";
        await using FakeApi api = await FakeApi.StartAsync(request =>
        {
            if (IsWatch(request))
            {
                return (200, lists == 1 ? Event("ADDED", Node("a", 6)) : "", null);
            }

            return ++lists == 1 ? (200, List(5, null), null) : (200, List(6, null, Node("a", 6)), null);
        });

        await RunAsync(api, "a is there", () => _sink.Names.SequenceEqual(["a"]));
        Assert.Equal(2, lists);
    }

    [Fact]
    public async Task A_server_that_says_to_come_back_in_years_is_asked_again_all_the_same()
    {
        int watches = 0;
        await using FakeApi api = await FakeApi.StartAsync(request =>
            !IsWatch(request) ? (200, List(5, null), null)
            : ++watches == 1 ? (429, "{}", 1_000_000_000)
            : (200, Event("ADDED", Node("a", 6)), null));

        await RunAsync(api, "a is there", () => _sink.Names.SequenceEqual(["a"]));
    }

    [Fact]
    public async Task A_server_that_forgets_at_once_what_it_has_listed_is_asked_with_pauses()
    {
        ReflectorOptions slow = _fast with { BackoffBase = TimeSpan.FromSeconds(20), BackoffMax = TimeSpan.FromSeconds(20) };
        int lists = 0, watches = 0;
        await using FakeApi api = await FakeApi.StartAsync(request =>
        {
            _ = IsWatch(request) ? ++watches : ++lists;
            return IsWatch(request) ? (410, """{"kind":"Status","code":410,"reason":"Expired"}""", null) : (200, List(5, null), null);
        });

        await RunAsync(api, "a watch was refused", () => watches > 0, slow);
        Assert.Equal(1, lists);
    }

    private static bool IsWatch(HttpRequest request) => request.Query.ContainsKey("watch");

    private static string Node(string name, int revision) => $$$"""{"metadata":{"name":"{{{name}}}","resourceVersion":"{{{revision}}}"}}""";

    private static string Event(string type, string obj) => $$"""{"type":"{{type}}","object": {{obj}} }""" + "\n";

    private static string List(int revision, string? next, params string[] items) =>
        $$"""{"metadata":{"resourceVersion":"{{revision}}","continue":"{{next}}"},"items":[{{string.Join(',', items)}}]}""";

    private async Task RunAsync(FakeApi api, string what, Func<bool> holds, ReflectorOptions? options = null)
    {
        var client = new ApiClient(api.Connection, "tests", null, TimeProvider.System);
        var reflector = new Reflector<V1Node>(client, ListScope.Everything, _sink, options ?? _fast, NullLogger.Instance);
        Task run = reflector.RunAsync(_stop.Token);
        await Until.HoldsAsync(_ => Task.FromResult(holds()), what, _limit, Cancellation);
        await _stop.CancelAsync();
        await run;
    }

    private sealed class Sink : IObjectSink<V1Node>
    {
        private readonly ConcurrentDictionary<string, V1Node> _objects = [];

        public string? FailsOnce { get; set; }

        public IEnumerable<string> Names => _objects.Keys.Order(StringComparer.Ordinal);

        public void Store(V1Node obj)
        {
            if (obj.Metadata.Name == FailsOnce)
            {
                FailsOnce = null;
                throw new InvalidOperationException("a mistake");
            }

            _objects[obj.Metadata.Name] = obj;
        }

        public void Delete(ObjectKey key, long revision) => _objects.TryRemove(key.Name, out _);

        public void Observe(long revision)
        {
        }
    }
}
