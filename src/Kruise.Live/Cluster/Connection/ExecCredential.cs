using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using k8s.Authentication;

namespace Kruise.Live.Cluster.Connection;

/// <summary>
/// A token from a kubeconfig's exec plugin (<c>client.authentication.k8s.io</c>): the command is run when a token is first needed, and again when it has expired or
/// the server did not accept it.
/// Plugins that give client certificates instead of tokens are refused, with a message.
/// </summary>
internal sealed class ExecCredential(
    string kubeconfig, string apiVersion, string command, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, TimeProvider time)
    : ITokenProvider, IDisposable
{
    /// <summary>A token is renewed so long before it expires, for requests that are under way by then.</summary>
    private static readonly TimeSpan _margin = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile AuthenticationHeaderValue? _header;
    private DateTimeOffset _expires;

    /// <exception cref="HttpRequestException">The plugin cannot be run, fails, or gives no token.</exception>
    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            AuthenticationHeaderValue? header = _header;
            if (header is null || time.GetUtcNow() >= _expires)
            {
                (header, _expires) = Read(await RunAsync(cancellationToken));
                _header = header;
            }

            return header;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>This token is not given out again; one that has taken its place meanwhile is.</summary>
    public void Forget(AuthenticationHeaderValue header)
    {
        if (header.Equals(_header))
        {
            _header = null;
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = $$$"""{"apiVersion":"{{{apiVersion}}}","kind":"ExecCredential","spec":{"interactive":false}}""";
        try
        {
            using Process process = Process.Start(start) ?? throw Failed("it did not start");
            try
            {
                string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
                await process.WaitForExitAsync(cancellationToken);
                return process.ExitCode == 0 ? output : throw Failed($"it ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}");
            }
            catch (OperationCanceledException)
            {
                // Nobody waits for it any more; left alone, one that hangs would gain company with every try.
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception e)
        {
            throw Failed(e.Message);
        }
    }

    // What the plugin printed is never shown: it holds the token.
    private (AuthenticationHeaderValue Header, DateTimeOffset Expires) Read(string output)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(output);
            JsonElement status = document.RootElement.GetProperty("status");
            DateTimeOffset expires = status.TryGetProperty("expirationTimestamp", out JsonElement text) && text.ValueKind != JsonValueKind.Null
                ? text.GetDateTimeOffset() - _margin
                : DateTimeOffset.MaxValue;
            return status.TryGetProperty("token", out JsonElement token) && token.GetString() is { Length: > 0 } value
                ? (new AuthenticationHeaderValue("Bearer", value), expires)
                : throw Failed("it gives no token; plugins that give certificates are not supported");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Failed("what it printed is not an ExecCredential");
        }
    }

    // Without credentials there is no request: what waits for the server waits for the plugin too.
    private HttpRequestException Failed(string why) => new($"the exec plugin {command} of {kubeconfig} cannot be used: {why}");
}
