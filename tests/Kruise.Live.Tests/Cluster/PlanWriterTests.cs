using System.Collections.Concurrent;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Hollow;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

/// <summary>Plans are carried out in the order and the company that they say, and each write's end is told.</summary>
public sealed class PlanWriterTests
{
    private readonly ConcurrentQueue<WriteOutcome> _outcomes = new();

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

    private Task<PlanOutcome> WriteAsync(FakeApi api, params WriteGroup[] groups)
    {
        var client = new ApiClient(api.Connection, "tests", null, TimeProvider.System);
        return new PlanWriter(client, new NoEvents(), parallelWrites: 2).ExecuteAsync(new Plan(groups), _outcomes.Enqueue, Cancellation);
    }

    private static Task<FakeApi> ServerAsync() => FakeApi.StartAsync(request => request.Path.Value!.Split('/')[^1] switch
    {
        "fails" => (500, "{}", null),
        "conflict" => (409, """{"kind":"Status","reason":"Conflict","message":"the object has been modified"}""", null),
        "missing" => (404, """{"kind":"Status","reason":"NotFound","message":"not found"}""", null),
        _ => (200, """{"kind":"NodeImage","metadata":{"name":"x","resourceVersion":"8"}}""", null),
    });

    private static IEnumerable<string> Written(FakeApi api) => api.Requests.Select(request => request.Path.Split('/')[^1]);

    private static Write.Update Update(string name) => new(Image(name));

    private static NodeImage Image(string name) => new() { Metadata = new V1ObjectMeta { Name = name, ResourceVersion = "7" } };
}
