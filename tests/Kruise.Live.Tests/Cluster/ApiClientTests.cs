using k8s.Models;
using Kruise.Core.Reconciling;
using Kruise.Live.Cluster;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

public sealed class ApiClientTests
{
    private const string Node = """{"kind":"Node","apiVersion":"v1","metadata":{"name":"n","resourceVersion":"7"}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task An_answer_that_says_when_to_come_back_is_followed(int code)
    {
        int asked = 0;
        await using FakeApi api = await FakeApi.StartAsync(_ => ++asked < 3 ? (code, "{}", 0) : (200, Node, null));
        var client = new ApiClient(api.Connection, "kruise-manager/tests", null, TimeProvider.System);

        V1Node node = await client.GetAsync<V1Node>(ObjectKey.Cluster("n"), Cancellation);

        Assert.Equal("7", node.Metadata.ResourceVersion);
        Assert.Equal(3, api.Requests.Count);
        Assert.All(api.Requests, request => Assert.Equal("kruise-manager/tests", request.UserAgent));
    }

    [Theory]
    [InlineData(503, null)]
    [InlineData(409, 0)]
    [InlineData(429, 3600)]
    public async Task Other_answers_are_the_callers_to_wait_out(int code, int? retryAfterSeconds)
    {
        await using FakeApi api = await FakeApi.StartAsync(_ => (code, """{"kind":"Status","reason":"Because","message":"no"}""", retryAfterSeconds));
        var client = new ApiClient(api.Connection, "tests", null, TimeProvider.System);

        ApiException failure = await Assert.ThrowsAsync<ApiException>(() => client.GetAsync<V1Node>(ObjectKey.Cluster("n"), Cancellation));

        Assert.Equal((code, "Because", "no"), ((int)failure.Code, failure.Reason, failure.Message));
        Assert.Single(api.Requests);
    }

    [Fact]
    public async Task Retries_end()
    {
        await using FakeApi api = await FakeApi.StartAsync(_ => (429, "{}", 0));
        var client = new ApiClient(api.Connection, "tests", null, TimeProvider.System);

        await Assert.ThrowsAsync<ApiException>(() => client.GetAsync<V1Node>(ObjectKey.Cluster("n"), Cancellation));

        Assert.Equal(11, api.Requests.Count);
    }

    [Fact]
    public async Task A_page_of_a_proxy_is_told_in_short()
    {
        await using FakeApi api = await FakeApi.StartAsync(_ => (502, "<html>Bad\nGateway</html>", null));
        var client = new ApiClient(api.Connection, "tests", null, TimeProvider.System);

        ApiException failure = await Assert.ThrowsAsync<ApiException>(() => client.GetAsync<V1Node>(ObjectKey.Cluster("n"), Cancellation));

        Assert.Equal("the API server answered 502: <html>Bad Gateway</html>", failure.Message);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{}")]
    public async Task An_answer_that_makes_no_sense_is_a_failure_like_any_other(string body)
    {
        await using FakeApi api = await FakeApi.StartAsync(_ => (200, body, null));
        var client = new ApiClient(api.Connection, "tests", null, TimeProvider.System);

        Exception? list = await Record.ExceptionAsync(() => client.ListAsync("api/v1/nodes", Cancellation));
        Assert.True(ApiFailure.Is(list!), list?.ToString());
        if (body != "{}")
        {
            Exception? one = await Record.ExceptionAsync(() => client.TryGetJsonAsync("api/v1/nodes/n", Cancellation));
            Assert.True(ApiFailure.Is(one!), one?.ToString());
        }
    }

    [Fact]
    public async Task An_answer_that_stops_in_the_middle_is_given_up()
    {
        await using var api = new StallingApi();
        var time = new FakeTimeProvider();
        var client = new ApiClient(api.Connection, "tests", null, time);

        Task<V1Node> node = client.GetAsync<V1Node>(ObjectKey.Cluster("n"), Cancellation);
        await api.Stalled.Task.WaitAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(65));

        TimeoutException failure = await Assert.ThrowsAsync<TimeoutException>(() => node.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        Assert.StartsWith("no answer from ", failure.Message, StringComparison.Ordinal);
    }
}
