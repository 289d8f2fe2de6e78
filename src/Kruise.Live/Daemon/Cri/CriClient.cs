using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;

namespace Kruise.Live.Daemon.Cri;

/// <summary>
/// Calls of CRI v1 to one runtime. Each has a time limit that ends the call at the runtime too (its stream is reset), and fails with
/// <see cref="CriException"/>. Requests are never put into words: their text form shows passwords.
/// </summary>
internal sealed class CriClient : IDisposable
{
    // Where containerd keeps what it does for CRI.
    private static readonly Metadata LeaseNamespace = new() { { "containerd-namespace", "k8s.io" } };

    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(30);

    // What a timer can hold.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(40);

    private readonly GrpcChannel _channel;
    private readonly RuntimeService.RuntimeServiceClient _runtime;
    private readonly ImageService.ImageServiceClient _images;
    private readonly Leases.LeasesClient _leases;
    private readonly TimeProvider _time;

    public CriClient(string socketPath, TimeProvider time)
    {
        SocketPath = socketPath;
        _time = time;
        _channel = CriChannel.Open(socketPath);
        _runtime = new RuntimeService.RuntimeServiceClient(_channel);
        _images = new ImageService.ImageServiceClient(_channel);
        _leases = new Leases.LeasesClient(_channel);
    }

    public string SocketPath { get; }

    public Task<VersionResponse> VersionAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        CallAsync(options => _runtime.VersionAsync(new VersionRequest { Version = "v1" }, options), timeout, cancellationToken);

    public async Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancellationToken) =>
        (await CallAsync(options => _images.ListImagesAsync(new ListImagesRequest(), options), QueryTimeout, cancellationToken)).Images;

    /// <summary>The image of that name, or null when the runtime has none.</summary>
    public async Task<Image?> ImageStatusAsync(string reference, CancellationToken cancellationToken)
    {
        var request = new ImageStatusRequest { Image = new ImageSpec { Image = reference } };
        return (await CallAsync(options => _images.ImageStatusAsync(request, options), QueryTimeout, cancellationToken)).Image;
    }

    /// <summary>Pulls; answers what the runtime calls the image, an id or a digest.</summary>
    /// <param name="reference">The image.</param>
    /// <param name="auth">Null for an anonymous pull.</param>
    /// <param name="lease">A lease of containerd that is to hold what is fetched; null for the runtime's own.</param>
    /// <param name="timeout">The call is ended after this.</param>
    /// <param name="cancellationToken">Ends the call, and with it the runtime's pull.</param>
    public async Task<string> PullImageAsync(string reference, AuthConfig? auth, string? lease, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Metadata? headers = lease is null ? null : new Metadata { { "containerd-lease", lease } };
        var request = new PullImageRequest { Image = new ImageSpec { Image = reference } };
        if (auth is not null)
        {
            request.Auth = auth;
        }

        return (await CallAsync(options => _images.PullImageAsync(request, options.WithHeaders(headers!)), timeout, cancellationToken)).ImageRef;
    }

    /// <summary>Makes a lease of containerd that ends by itself. One of that id that is there already is left as it is.</summary>
    /// <exception cref="CriException"><see cref="CriFailure.NotCri"/> when the runtime is not containerd.</exception>
    public async Task CreateLeaseAsync(string id, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        var request = new CreateLeaseRequest { Id = id };
        request.Labels.Add("containerd.io/gc.expire", expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        await CallAsync(
            options => _leases.CreateAsync(request, options.WithHeaders(LeaseNamespace)), QueryTimeout, StatusCode.AlreadyExists, cancellationToken);
    }

    /// <summary>Ends a lease: what nothing else holds may be removed.</summary>
    public Task DeleteLeaseAsync(string id, CancellationToken cancellationToken) => CallAsync(
        options => _leases.DeleteAsync(new DeleteLeaseRequest { Id = id }, options.WithHeaders(LeaseNamespace)),
        QueryTimeout,
        StatusCode.NotFound,
        cancellationToken);

    public void Dispose() => _channel.Dispose();

    // Null for the one error that is as good as success.
    private async Task<T?> CallAsync<T>(
        Func<CallOptions, AsyncUnaryCall<T>> start, TimeSpan timeout, StatusCode accepted, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await CallAsync(start, timeout, cancellationToken);
        }
        catch (CriException e) when (e.Code == accepted)
        {
            return null;
        }
    }

    private async Task<T> CallAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> start, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // By our own clock and not gRPC's deadline, which knows only the machine's.
        using var limit = new CancellationTokenSource(timeout < LongestTimeout ? timeout : LongestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using AsyncUnaryCall<T> call = start(new CallOptions(cancellationToken: either.Token));
            return await call.ResponseAsync;
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw limit.IsCancellationRequested
                ? new CriException(CriFailure.TimedOut, SocketPath, $"no answer within {timeout.TotalSeconds:0.###} s")
                : CriException.From(e, SocketPath);
        }
    }
}
