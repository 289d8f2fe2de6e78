using Kruise.Live.Cluster;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

public sealed class ListPagesTests
{
    private const string Expired = """{"kind":"Status","code":410,"reason":"Expired"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_whose_continue_token_expired_is_begun_again_and_has_every_item_once()
    {
        int expired = 0;
        await using FakeApi api = await FakeApi.StartAsync(request => !request.Query.ContainsKey("continue") ? (200, Page("a", "more"), null)
            : ++expired <= 3 ? (410, Expired, null)
            : (200, Page("b", ""), null));
        IReadOnlyList<string> names = await AllAsync(api);
        Assert.Equal(["a", "b"], names);
        Assert.Equal(8, api.Requests.Count);
    }

    [Fact]
    public async Task It_is_not_begun_again_for_ever()
    {
        await using FakeApi api = await FakeApi.StartAsync(request => request.Query.ContainsKey("continue") ? (410, Expired, null) : (200, Page("a", "more"), null));
        ApiException failure = await Assert.ThrowsAsync<ApiException>(() => AllAsync(api));
        Assert.True(failure.IsExpired);
        Assert.Equal(8, api.Requests.Count);
    }

    private static Task<IReadOnlyList<string>> AllAsync(FakeApi api) => ListPages.AllAsync(
        new ApiClient(api.Connection, "tests", null, TimeProvider.System), "api/v1/nodes?", item => item.GetProperty("metadata").GetProperty("name").GetString()!, Cancellation);

    private static string Page(string name, string next) => $$$"""{"metadata":{"continue":"{{{next}}}"},"items":[{"metadata":{"name":"{{{name}}}"}}]}""";
}
