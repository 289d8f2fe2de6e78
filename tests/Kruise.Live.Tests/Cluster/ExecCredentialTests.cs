using System.Net.Http.Headers;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Cluster;

public sealed class ExecCredentialTests : IDisposable
{
    private readonly LabFolder _folder = new("exec-credential");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_token_is_used_until_the_server_refuses_it()
    {
        string runs = _folder.Write("runs", "");
        using ExecCredential exec = Plugin(
            $$$"""
            echo run >> '{{{runs}}}'
            printf '{"status":{"token":"t%d","expirationTimestamp":null}}' "$(wc -l < '{{{runs}}}')"
            """);

        AuthenticationHeaderValue first = await exec.GetAuthenticationHeaderAsync(Cancellation);
        Assert.Equal("t1", first.Parameter);
        Assert.Equal("t1", (await exec.GetAuthenticationHeaderAsync(Cancellation)).Parameter);

        exec.Forget(first);
        Assert.Equal("t2", (await exec.GetAuthenticationHeaderAsync(Cancellation)).Parameter);

        // A late answer to a request with the old token says nothing of the new one.
        exec.Forget(first);
        Assert.Equal("t2", (await exec.GetAuthenticationHeaderAsync(Cancellation)).Parameter);
    }

    [Fact]
    public async Task A_plugin_that_hangs_ends_with_the_patience_of_who_asked()
    {
        string pid = _folder.Write("pid", "");
        using ExecCredential exec = Plugin($"echo $$ > '{pid}'; exec sleep 600");
        using var patience = new CancellationTokenSource();

        Task<AuthenticationHeaderValue> header = exec.GetAuthenticationHeaderAsync(patience.Token);
        await Until.HoldsAsync(_ => Task.FromResult(File.ReadAllText(pid).Trim().Length > 0), "the plugin runs", TimeSpan.FromSeconds(30), Cancellation);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => header);
        string status = $"/proc/{File.ReadAllText(pid).Trim()}/status";
        await Until.HoldsAsync(
            _ => Task.FromResult(!File.Exists(status) || File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal)),
            "the plugin has ended", TimeSpan.FromSeconds(30), Cancellation);
    }

    private static ExecCredential Plugin(string script) => new(
        "a.kubeconfig", "client.authentication.k8s.io/v1", "/bin/sh", ["-c", script], new Dictionary<string, string>(), TimeProvider.System);
}
