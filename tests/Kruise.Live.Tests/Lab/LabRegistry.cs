using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;

namespace Kruise.Live.Tests.Lab;

/// <summary>Debian's docker-registry on loopback, with a user and password when asked for.</summary>
internal sealed class LabRegistry : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);
    private readonly LabFolder _folder = new("registry");
    private readonly HttpClient _http = new();
    private readonly (string User, string Password)? _account;
    private LabProcess? _process;

    private LabRegistry((string User, string Password)? account)
    {
        _account = account;
        Port = LabEnvironment.FreePorts(1)[0];
        _http.BaseAddress = new Uri(Url);
        if (account is { } holder)
        {
            _http.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{holder.User}:{holder.Password}")));
        }
    }

    public int Port { get; }

    /// <summary>The registry as image references name it.</summary>
    public string Host => $"127.0.0.1:{Port}";

    public string Url => $"http://{Host}/";

    /// <summary>One line a request.</summary>
    public string LogFile => _folder["registry.log"];

    /// <param name="account">Who may pull and push; everyone when null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<LabRegistry> StartAsync((string User, string Password)? account = null, CancellationToken cancellation = default)
    {
        var registry = new LabRegistry(account);
        try
        {
            string config = registry._folder.Write("config.yml", registry.Configuration());
            registry._process = await LabProcess.StartAsync("docker-registry", ["serve", config], registry.LogFile, registry._folder.Root);
            await registry._process.WaitUntilAsync(registry.AnswersAsync, "docker-registry answers", s_startLimit, cancellation);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an image with layers of these sizes and pushes it.</summary>
    /// <param name="reference">Repository and tag without the host, for example <c>team/app:1</c>. Images of docker.io are under <c>library/</c>.</param>
    /// <param name="layerBytes">Sizes of the layers, which no other image shares.</param>
    public async Task<LabImage> PushImageAsync(string reference, params int[] layerBytes)
    {
        var image = LabImage.Create(reference, layerBytes);
        await PushAsync(reference, image);
        return image;
    }

    /// <summary>Pushes an image under a name.</summary>
    public async Task PushAsync(string reference, LabImage image)
    {
        int colon = reference.LastIndexOf(':');
        string repository = reference[..colon];
        foreach (byte[] blob in image.Layers.Append(image.Config))
        {
            using HttpResponseMessage upload = await _http.PostAsync($"v2/{repository}/blobs/uploads/", null);
            upload.EnsureSuccessStatusCode();
            var target = new Uri(_http.BaseAddress!, upload.Headers.Location!);
            string digest = $"{(target.Query.Length > 0 ? '&' : '?')}digest={LabImage.DigestOf(blob)}";
            using HttpResponseMessage stored = await _http.PutAsync(new Uri(target.AbsoluteUri + digest), Content(blob, "application/octet-stream"));
            stored.EnsureSuccessStatusCode();
        }

        await PushManifestAsync(reference, image.Manifest, LabImage.ManifestType);
    }

    /// <summary>Pushes a manifest or an index whose parts are there.</summary>
    public async Task PushManifestAsync(string reference, byte[] manifest, string type)
    {
        int colon = reference.LastIndexOf(':');
        using HttpResponseMessage tagged = await _http.PutAsync($"v2/{reference[..colon]}/manifests/{reference[(colon + 1)..]}", Content(manifest, type));
        tagged.EnsureSuccessStatusCode();
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _http.Dispose();
        _folder.Dispose();
    }

    private static ByteArrayContent Content(byte[] bytes, string type) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    private string Configuration()
    {
        string auth = "";
        if (_account is { } account)
        {
            LabEnvironment.Require("htpasswd");
            var command = new ProcessStartInfo("htpasswd", ["-Bbn", account.User, account.Password]) { UseShellExecute = false, RedirectStandardOutput = true };
            using Process htpasswd = Process.Start(command)!;
            string accounts = _folder.Write("htpasswd", htpasswd.StandardOutput.ReadToEnd());
            auth = $"auth: {{htpasswd: {{realm: lab, path: {accounts}}}}}\n";
        }

        return $$"""
            version: 0.1
            log: {level: info}
            storage: {filesystem: {rootdirectory: "{{_folder["data"]}}"} }
            http: {addr: "{{Host}}", secret: lab}
            {{auth}}
            """;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync("v2/", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
