using k8s.Models;
using Kruise.Core.Api;
using Kruise.Live.Cluster;
using Kruise.Live.Daemon;
using Kruise.Live.Tests.Cluster;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Daemon;

public sealed class CopiedPullSecretsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_API_server_that_does_not_answer_costs_an_attempt_five_seconds_and_not_all_its_time()
    {
        await using var api = new StallingApi();
        var time = new FakeTimeProvider();
        var secrets = new CopiedPullSecrets(new ApiClient(api.Connection, "tests", null, time), new LogCapture<CopiedPullSecrets>());

        Task<IReadOnlyList<V1Secret>> found = secrets.FindAsync([new ReferenceObject { Namespace = "team", Name = "registry" }], Cancellation);
        await api.Stalled.Task.WaitAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty(await found.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }
}
