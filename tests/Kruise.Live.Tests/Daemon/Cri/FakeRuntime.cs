using System.Collections.Concurrent;
using Grpc.Core;
using Kruise.Live.Daemon.Cri;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kruise.Live.Tests.Daemon.Cri;

/// <summary>A CRI v1 runtime on a unix socket that does what a test says, and keeps what it was asked.</summary>
internal sealed class FakeRuntime : IAsyncDisposable
{
    private readonly DirectoryInfo? _folder;
    private WebApplication? _app;

    public FakeRuntime(string? socketPath = null)
    {
        _folder = socketPath is null ? Directory.CreateTempSubdirectory("kruise-cri-") : null;
        SocketPath = socketPath ?? Path.Combine(_folder!.FullName, "cri.sock");
        OnPull = (_, _) => throw Error("no such image");
    }

    public string SocketPath { get; }

    public ConcurrentQueue<PullImageRequest> Pulls { get; } = new();

    /// <summary>What ListImages answers; ImageStatus finds them by the names in their spec.</summary>
    public ConcurrentQueue<Image> Images { get; } = new();

    public Func<PullImageRequest, CancellationToken, Task<PullImageResponse>> OnPull { get; set; }

    /// <summary>What is thrown instead of an answer by the other calls.</summary>
    public RpcException? Trouble { get; set; }

    /// <summary>Completes when a pull under way is cancelled by its caller.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>An error as containerd gives it.</summary>
    public static RpcException Error(string text, StatusCode code = StatusCode.Unknown) => new(new Status(code, text));

    public async Task<FakeRuntime> StartAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        File.Delete(SocketPath);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.ListenUnixSocket(SocketPath, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddSingleton(this);
        builder.Services.AddGrpc();
        _app = builder.Build();
        _app.MapGrpcService<RuntimeCalls>();
        _app.MapGrpcService<ImageCalls>();
        await _app.StartAsync();
        return this;
    }

    /// <summary>Goes away with every connection, as a process that is killed.</summary>
    public async Task StopAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
            _app = null;
        }
    }

    /// <summary>A pull that hangs until it is cancelled.</summary>
    public async Task<PullImageResponse> HangAsync(PullImageRequest request, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }
        catch (OperationCanceledException)
        {
            Cancelled.TrySetResult();
            throw;
        }

        return new PullImageResponse();
    }

    /// <summary>Has an image from now on.</summary>
    public PullImageResponse Add(string id, string name, params string[] repoTags)
    {
        var image = new Image { Id = id, Spec = new ImageSpec { Image = name } };
        image.RepoTags.AddRange(repoTags);
        Images.Enqueue(image);
        return new PullImageResponse { ImageRef = id };
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder?.Delete(recursive: true);
    }

    private sealed class RuntimeCalls(FakeRuntime runtime) : RuntimeService.RuntimeServiceBase
    {
        public override Task<VersionResponse> Version(VersionRequest request, ServerCallContext context) => runtime.Trouble is null
            ? Task.FromResult(new VersionResponse { Version = "0.1.0", RuntimeName = "fake", RuntimeVersion = "1", RuntimeApiVersion = "v1" })
            : throw runtime.Trouble;
    }

    private sealed class ImageCalls(FakeRuntime runtime) : ImageService.ImageServiceBase
    {
        public override Task<ListImagesResponse> ListImages(ListImagesRequest request, ServerCallContext context)
        {
            var answer = new ListImagesResponse();
            answer.Images.AddRange(runtime.Images);
            return Task.FromResult(answer);
        }

        public override Task<ImageStatusResponse> ImageStatus(ImageStatusRequest request, ServerCallContext context) => runtime.Trouble is null
            ? Task.FromResult(new ImageStatusResponse { Image = runtime.Images.FirstOrDefault(i => i.Spec.Image == request.Image.Image) })
            : throw runtime.Trouble;

        public override Task<PullImageResponse> PullImage(PullImageRequest request, ServerCallContext context)
        {
            runtime.Pulls.Enqueue(request);
            return runtime.OnPull(request, context.CancellationToken);
        }
    }
}
