using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Events;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

/// <summary>Plans are carried out in the order and the company that they say, and each write's end is told.</summary>
public sealed class PlanWriterTests
{
    private readonly ConcurrentQueue<WriteOutcome> _outcomes = new();
    private readonly KeptEvents _events = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_in_order_end_at_the_first_failure_and_so_do_the_groups_after_it()
    {
        await using FakeApi api = await ServerAsync();

        PlanOutcome outcome = await WriteAsync(api, new WriteGroup([Update("a"), Update("fails"), Update("b")]), new WriteGroup([Update("c")]));

        Assert.Equal(PlanOutcome.Failed, outcome);
        Assert.Equal(["a", "fails"], Written(api));
    }

    [Fact]
    public async Task Parallel_writes_all_go_out_but_the_groups_after_them_do_not()
    {
        await using FakeApi api = await ServerAsync();

        PlanOutcome outcome = await WriteAsync(api, new WriteGroup([Update("a"), Update("conflict"), Update("b")], Parallel: true), new WriteGroup([Update("c")]));

        Assert.Equal(PlanOutcome.Conflict, outcome);
        Assert.Equal(["a", "b", "conflict"], Written(api).Order(StringComparer.Ordinal));
        Assert.Equal(
            [("a", PlanOutcome.Succeeded, 8), ("b", PlanOutcome.Succeeded, 8), ("conflict", PlanOutcome.Conflict, 0)],
            _outcomes.Select(o => (((Write.Update)o.Write).Object.Metadata.Name, o.Outcome, o.Revision)).OrderBy(o => o.Name, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_failure_outweighs_a_conflict()
    {
        await using FakeApi api = await ServerAsync();

        Assert.Equal(PlanOutcome.Failed, await WriteAsync(api, new WriteGroup([Update("conflict"), Update("fails")], Parallel: true)));
    }

    [Fact]
    public async Task Deleting_what_is_gone_is_done()
    {
        await using FakeApi api = await ServerAsync();

        PlanOutcome outcome = await WriteAsync(api, new WriteGroup([new Write.Delete(typeof(NodeImage), ObjectKey.Cluster("missing"), "uid")]));

        Assert.Equal(PlanOutcome.Succeeded, outcome);
        Assert.Equal(("DELETE", "/apis/apps.kruise.io/v1alpha1/nodeimages/missing"), api.Requests.Select(r => (r.Method, r.Path)).Single());
    }

    [Fact]
    public async Task Status_goes_to_its_own_path()
    {
        await using FakeApi api = await ServerAsync();

        await WriteAsync(api, new WriteGroup([new Write.UpdateStatus(Image("a"))]));

        Assert.Equal(("PUT", "/apis/apps.kruise.io/v1alpha1/nodeimages/a/status"), api.Requests.Select(r => (r.Method, r.Path)).Single());
    }

    [Fact]
    public async Task A_sequence_ends_at_its_first_failure_and_its_neighbours_go_on()
    {
        await using FakeApi api = await ServerAsync();

        PlanResult result = await RunAsync(
            api, new WriteGroup([new Write.Sequence([Update("a"), Update("fails"), Update("b")]), new Write.Sequence([Update("c"), Update("d")])], Parallel: true));

        Assert.Equal(PlanOutcome.Failed, result.Outcome);
        Assert.Equal(["a", "c", "d", "fails"], Written(api).Order(StringComparer.Ordinal));
        string[] order = [.. Written(api)];
        Assert.True(Array.IndexOf(order, "a") < Array.IndexOf(order, "fails") && Array.IndexOf(order, "c") < Array.IndexOf(order, "d"));
    }

    [Fact]
    public async Task The_first_failure_is_told_with_what_the_server_said_and_a_conflict_is_none()
    {
        await using FakeApi api = await ServerAsync();
        Write refused = Update("refused") with { IfFailed = Said("failed to write: ") };

        PlanResult result = await RunAsync(api, new WriteGroup([Update("conflict") with { IfFailed = Said("not this: ") }, refused], Parallel: true));

        Assert.Equal(PlanOutcome.Failed, result.Outcome);
        Assert.Same(refused, result.Failure!.Write);
        Assert.Equal("exceeded quota", result.Failure.Error);
        Assert.Equal(["failed to write: exceeded quota"], _events.Messages);
        Assert.Null((await RunAsync(api, new WriteGroup([Update("conflict")]))).Failure);
    }

    [Fact]
    public async Task A_plan_builds_on_what_it_has_written_itself_and_the_next_plan_does_not()
    {
        await using FakeApi api = await ServerAsync();

        await WriteAsync(api, new WriteGroup([new Write.Sequence([new Write.UpdateStatus(Image("a")), Update("a")]), Update("b")], Parallel: true));
        await WriteAsync(api, new WriteGroup([Update("a")]));

        string[] guards =
        [
            .. api.Bodies.Select(body => (string)JsonNode.Parse(body.Text)!["metadata"]!["resourceVersion"]!)
                .Zip(api.Requests, (revision, request) => $"{request.Path.Split("nodeimages/")[1]}@{revision}"),
        ];
        Assert.Equal("a@7", guards[^1]);
        Assert.Equal(["a/status@7", "a@8", "b@7"], guards[..^1].Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_a_pod_what_differs_is_sent_and_never_the_part_that_is_cached_as_the_whole()
    {
        await using FakeApi api = await ServerAsync();
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = "team", Uid = "u", ResourceVersion = "7" },
            Spec = new V1PodSpec { Containers = [new V1Container { Name = "c", Image = "app:1" }] },
        };
        V1Pod changed = pod with { Spec = pod.Spec with { Containers = [pod.Spec.Containers[0] with { Image = "app:2" }] } };

        await WriteAsync(api, new WriteGroup([new Write.Update(changed) { From = pod }]));

        Assert.Equal(("PATCH", "/api/v1/namespaces/team/pods/p"), api.Requests.Select(r => (r.Method, r.Path)).Single());
        (string mediaType, string sent) = api.Bodies.Single();
        Assert.Equal("application/strategic-merge-patch+json", mediaType);
        Assert.Equal("""{"spec":{"containers":[{"image":"app:2","name":"c"}]},"metadata":{"uid":"u","resourceVersion":"7"}}""", sent);
        await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync(api, new WriteGroup([new Write.Update(changed)])));
    }

    private async Task<PlanOutcome> WriteAsync(FakeApi api, params WriteGroup[] groups) => (await RunAsync(api, groups)).Outcome;

    private Task<PlanResult> RunAsync(FakeApi api, params WriteGroup[] groups)
    {
        var client = new ApiClient(api.Connection, "tests", null, TimeProvider.System);
        return new PlanWriter(client, _events, parallelWrites: 2).ExecuteAsync(new Plan(groups), _outcomes.Enqueue, Cancellation);
    }

    private static Write.RecordEvent Said(string message) => new(new V1ObjectReference { Kind = "NodeImage", Name = "n" }, EventSeverity.Warning, "Failed", message);

    private static Task<FakeApi> ServerAsync() => FakeApi.StartAsync(request => request.Path.Value!.Split('/')[^1] switch
    {
        "fails" => (500, "{}", null),
        "conflict" => (409, """{"kind":"Status","reason":"Conflict","message":"the object has been modified"}""", null),
        "refused" => (403, """{"kind":"Status","reason":"Forbidden","message":"exceeded quota"}""", null),
        "missing" => (404, """{"kind":"Status","reason":"NotFound","message":"not found"}""", null),
        _ => (200, """{"kind":"NodeImage","metadata":{"name":"x","resourceVersion":"8"}}""", null),
    });

    private static IEnumerable<string> Written(FakeApi api) => api.Requests.Select(request => request.Path.Split('/')[^1]);

    private static Write.Update Update(string name) => new(Image(name));

    private sealed class KeptEvents : IEventSink
    {
        public ConcurrentQueue<string> Messages { get; } = new();

        public void Record(V1ObjectReference about, EventSeverity severity, string reason, string message) => Messages.Enqueue(message);
    }

    private static NodeImage Image(string name) => new() { Metadata = new V1ObjectMeta { Name = name, ResourceVersion = "7" } };
}
