using System.Net.Http.Headers;
using k8s.Authentication;

namespace Kruise.Live.Cluster.Connection;

/// <summary>Credentials that never change. A class and not a record, so that nothing puts them into words.</summary>
internal sealed class StaticHeader(string scheme, string parameter) : ITokenProvider
{
    private readonly AuthenticationHeaderValue _header = new(scheme, parameter);

    public Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken) => Task.FromResult(_header);
}
