using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kruise.Live.Tests.Daemon;

/// <summary>A registry that answers everything with 429.</summary>
internal sealed class RefusingRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    public RefusingRegistry()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(context =>
        {
            Interlocked.Increment(ref _requests);
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return context.Response.WriteAsync("""{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}""");
        });
        _app.Start();
    }

    public string Url => _app.Urls.Single() + "/";

    public string Host => new Uri(Url).Authority;

    public int Requests => _requests;

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
