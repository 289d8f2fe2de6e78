using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Credentials;
using Kruise.Sim.Scenarios;

namespace Kruise.Sim.Import;

/// <summary>
/// Reads manifests and small blobs of one image from its registry (OCI distribution specification 1.1). The first request shows nothing; where the registry asks for something, what was
/// given for the image is shown in turn, and at last nothing again, as a token service may give everybody a token. Credentials go to the registry and, over HTTPS unless the registry
/// speaks HTTP, to the token service that it names, and nowhere else: neither follows a redirect.
/// </summary>
internal sealed class RegistryClient : IDisposable
{
    // Registries need not take manifests of more than 4 MiB.
    private const int MostBytes = 8 * 1024 * 1024;

    private const string HubApi = "registry-1.docker.io";

    private static readonly SearchValues<char> _codeLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly HttpClient _tokens;
    private readonly ImageReference _image;
    private readonly IReadOnlyList<RegistryCredential> _credentials;
    private readonly bool _plainHttp;
    private readonly Uri _base;
    private AuthenticationHeaderValue? _authorization;
    private bool _hasShown;

    /// <exception cref="ImportException">No address can be made of the registry's name.</exception>
    public RegistryClient(ImageReference image, bool plainHttp, IReadOnlyList<RegistryCredential> credentials)
    {
        _image = image;
        _credentials = credentials;
        _plainHttp = plainHttp;
        string host = IsHub ? HubApi : image.Domain;
        // The grammar of references knows neither the greatest port nor what an address is.
        _base = Uri.TryCreate($"{(plainHttp ? "http" : "https")}://{host}/v2/{image.Path}/", UriKind.Absolute, out Uri? address)
            ? address
            : throw new ImportException($"{Quote.Text(host)} is no address of a registry; allowed: a host name or address, with a port of 0 to 65535 or none");
        // Redirects of blobs lead to stores of other hosts: .NET takes the Authorization header off on the way.
        _http = Client(redirects: true);
        // It would repeat the body of a request for a token, though, and a refresh token stands there.
        _tokens = Client(redirects: false);
    }

    public void Dispose()
    {
        _http.Dispose();
        _tokens.Dispose();
    }

    private static HttpClient Client(bool redirects)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = redirects, MaxAutomaticRedirections = 5, SslOptions = new SslClientAuthenticationOptions() })
        {
            Timeout = _patience,
            MaxResponseContentBufferSize = MostBytes,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("kruise-sim");
        return client;
    }

    /// <summary>The manifest or index by a tag or digest, its bytes checked against the digest where it is one.</summary>
    /// <exception cref="ImportException">It cannot be had.</exception>
    public Task<byte[]> ManifestAsync(string tagOrDigest, CancellationToken cancellation) => GetAsync("manifests/" + tagOrDigest, tagOrDigest, ImageManifest.MediaTypes, cancellation);

    /// <summary>A small blob, its bytes checked.</summary>
    /// <exception cref="ImportException">It cannot be had.</exception>
    public Task<byte[]> BlobAsync(string digest, CancellationToken cancellation) => GetAsync("blobs/" + digest, digest, [], cancellation);

    private async Task<byte[]> GetAsync(string path, string reference, IReadOnlyList<string> accepted, CancellationToken cancellation)
    {
        using HttpResponseMessage first = await SendAsync(path, accepted, _authorization, cancellation);
        HttpResponseMessage answer = first;
        try
        {
            if (first.StatusCode == HttpStatusCode.Unauthorized)
            {
                answer = await AuthorizeAsync(first, path, accepted, cancellation);
            }

            if (!answer.IsSuccessStatusCode)
            {
                throw new ImportException(Problem(answer.StatusCode, await CodeAsync(answer, cancellation)));
            }

            byte[] content = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return !reference.Contains(':', StringComparison.Ordinal) || ContentDigest.Matches(reference, content)
                ? content
                : throw new ImportException($"the registry {_base.Authority} sent other content than that of {reference}");
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        finally
        {
            if (answer != first) answer.Dispose();
        }
    }

    /// <summary>Tries what was given for the image, one after another, and without anything; the first answer that is no refusal, or the last.</summary>
    private async Task<HttpResponseMessage> AuthorizeAsync(HttpResponseMessage refusal, string path, IReadOnlyList<string> accepted, CancellationToken cancellation)
    {
        AuthChallenge[] challenges = [.. refusal.Headers.WwwAuthenticate.Select(header => AuthChallenge.Parse(header.ToString())).OfType<AuthChallenge>()];
        HttpResponseMessage? last = null;
        foreach (RegistryCredential? credential in _credentials.Cast<RegistryCredential?>().Append(null))
        {
            foreach (AuthChallenge challenge in challenges)
            {
                if (await HeaderAsync(challenge, credential, cancellation) is not { } header)
                {
                    continue;
                }

                _hasShown |= credential is not null;
                last?.Dispose();
                last = await SendAsync(path, accepted, header, cancellation);
                if (last.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
                {
                    _authorization = header;
                    return last;
                }
            }
        }

        return last ?? throw new ImportException(Problem(refusal.StatusCode, null));
    }

    private async Task<AuthenticationHeaderValue?> HeaderAsync(AuthChallenge challenge, RegistryCredential? credential, CancellationToken cancellation)
    {
        if (challenge.Scheme.Equals(AuthChallenge.Basic, StringComparison.OrdinalIgnoreCase))
        {
            return credential is { Username.Length: > 0 } ? BasicOf(credential) : null;
        }

        if (!challenge.Scheme.Equals(AuthChallenge.Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (credential is { RegistryToken: { Length: > 0 } given })
        {
            return IsToken(given) ? new AuthenticationHeaderValue(AuthChallenge.Bearer, given) : throw new ImportException($"the {credential} has a \"registrytoken\" that is none");
        }

        return await TokenAsync(challenge, credential, cancellation) is { } token ? new AuthenticationHeaderValue(AuthChallenge.Bearer, token) : null;
    }

    /// <summary>A token for pulling the image; null when the service gives none to who asks.</summary>
    private async Task<string?> TokenAsync(AuthChallenge challenge, RegistryCredential? credential, CancellationToken cancellation)
    {
        if (!challenge.Parameters.TryGetValue("realm", out string? realm) || !Uri.TryCreate(realm, UriKind.Absolute, out Uri? service) || service.Scheme is not ("https" or "http"))
        {
            throw new ImportException($"the registry {_base.Authority} asks for a token and names no service to get it from");
        }

        if (service.Scheme != "https" && !_plainHttp)
        {
            throw new ImportException($"the registry {_base.Authority} names a token service without HTTPS; allowed with --plain-http {_image.Domain}");
        }

        string scope = challenge.Parameters.GetValueOrDefault("scope", $"repository:{_image.Path}:pull");
        string? audience = challenge.Parameters.GetValueOrDefault("service");
        using var request = new HttpRequestMessage();
        if (credential is { IdentityToken.Length: > 0 })
        {
            request.Method = HttpMethod.Post;
            request.RequestUri = service;
            request.Content = new FormUrlEncodedContent(
            [
                KeyValuePair.Create("grant_type", "refresh_token"), KeyValuePair.Create("refresh_token", credential.IdentityToken),
                KeyValuePair.Create("client_id", "kruise-sim"), KeyValuePair.Create("service", audience ?? ""), KeyValuePair.Create("scope", scope),
            ]);
        }
        else
        {
            string query = (service.Query.Length > 1 ? service.Query[1..] + "&" : "") + (audience is null ? "" : $"service={Uri.EscapeDataString(audience)}&") + $"scope={Uri.EscapeDataString(scope)}";
            request.RequestUri = new UriBuilder(service) { Query = query }.Uri;
            request.Headers.Authorization = credential is { Username.Length: > 0 } ? BasicOf(credential) : null;
        }

        try
        {
            _hasShown |= credential is not null;
            using HttpResponseMessage answer = await _tokens.SendAsync(request, cancellation);
            if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
            {
                return null;
            }

            if (!answer.IsSuccessStatusCode)
            {
                throw new ImportException($"the token service {service.Authority} answered {(int)answer.StatusCode}");
            }

            using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            return Token(body.RootElement, "token") ?? Token(body.RootElement, "access_token") ?? throw new ImportException($"the token service {service.Authority} sent no token");
        }
        catch (JsonException)
        {
            throw new ImportException($"the token service {service.Authority} sent no token");
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e, service.Authority);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ImportException($"the token service {service.Authority} did not answer within {_patience.TotalSeconds:0} s");
        }
    }

    // With anything but visible ASCII it would be another header.
    private static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static string? Token(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out JsonElement token) && token.ValueKind == JsonValueKind.String
            && token.GetString() is { } text && IsToken(text) ? text : null;

    private static AuthenticationHeaderValue BasicOf(RegistryCredential credential) =>
        new(AuthChallenge.Basic, Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:{credential.Password}")));

    private async Task<HttpResponseMessage> SendAsync(string path, IReadOnlyList<string> accepted, AuthenticationHeaderValue? authorization, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_base, path)) { Headers = { Authorization = authorization } };
        foreach (string type in accepted)
        {
            request.Headers.Accept.ParseAdd(type);
        }

        try
        {
            return await _http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ImportException($"the registry {_base.Authority} did not answer within {_patience.TotalSeconds:0} s");
        }
    }

    private ImportException Unreachable(HttpRequestException e, string? service = null)
    {
        string who = service is null ? $"the registry {_base.Authority}" : $"the token service {service}";
        return e.HttpRequestError switch
        {
            HttpRequestError.ConfigurationLimitExceeded => new ImportException($"{who} sent more than {MostBytes / 1024 / 1024} MiB"),
            HttpRequestError.SecureConnectionError => new ImportException(
                $"{who} offers no secure connection that can be trusted ({Cause(e)}){(IsHub ? "" : $"; allowed without one: --plain-http {_image.Domain}")}"),
            HttpRequestError.NameResolutionError => new ImportException($"{who} is not known: its name does not resolve"),
            _ => new ImportException($"{who} cannot be reached: {Cause(e)}"),
        };
    }

    private bool IsHub => _image.Domain == ImageReference.DefaultDomain;

    private static string Cause(HttpRequestException e) =>
        Quote.Bare((e.InnerException is AuthenticationException authentication ? authentication.InnerException ?? authentication : e.InnerException ?? e).Message.Split('\n')[0].Trim());

    private string Problem(HttpStatusCode status, string? code)
    {
        string said = code is null ? "" : $" ({code})";
        string shown = _hasShown ? "what was given for it was tried"
            : _credentials.Count > 0 ? "it did not ask for what was given for it"
            : "no credentials for it were found; 'docker login' writes them to ~/.docker/config.json";
        return status switch
        {
            HttpStatusCode.NotFound => $"the registry {_base.Authority} has no such image{said}",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => $"the registry {_base.Authority} shows it to nobody like us{said}: {shown}",
            HttpStatusCode.TooManyRequests => $"the registry {_base.Authority} has had too many requests; try later, or with an account{said}",
            _ => $"the registry {_base.Authority} answered {(int)status}{said}",
        };
    }

    // The code alone: the rest of the answer is free text of somebody else.
    private static async Task<string?> CodeAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        try
        {
            using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            string? code = body.RootElement.GetProperty("errors")[0].GetProperty("code").GetString();
            return code is { Length: > 0 and <= 40 } && !code.AsSpan().ContainsAnyExcept(_codeLetters) ? code : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
