using System.Net;
using System.Text.Json;
using k8s.Models;

namespace Kruise.Live.Cluster;

/// <summary>The API server answered, and the answer is no.</summary>
internal sealed class ApiException(HttpStatusCode code, string reason, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    public HttpStatusCode Code { get; } = code;

    /// <summary>The reason of the Status object, for example <c>AlreadyExists</c>; empty when the answer held none.</summary>
    public string Reason { get; } = reason;

    /// <summary>How long the server asks to wait before the next try.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    public bool IsNotFound => Code == HttpStatusCode.NotFound;

    /// <summary>The object has a newer resourceVersion than the one sent.</summary>
    public bool IsConflict => Code == HttpStatusCode.Conflict && Reason != "AlreadyExists";

    public bool IsAlreadyExists => Code == HttpStatusCode.Conflict && Reason == "AlreadyExists";

    /// <summary>The history asked for has been compacted, or a list's continue token is too old.</summary>
    public bool IsExpired => Code == HttpStatusCode.Gone || Reason is "Expired" or "Gone";

    public bool IsForbidden => Code == HttpStatusCode.Forbidden;

    public bool IsUnauthorized => Code == HttpStatusCode.Unauthorized;

    /// <summary>The error of a Status object, as watches send it, or as the body of an answer.</summary>
    public static ApiException From(HttpStatusCode code, ReadOnlySpan<byte> body, TimeSpan? retryAfter = null)
    {
        V1Status? status = null;
        try
        {
            status = JsonSerializer.Deserialize(body, KubeJson.Default.V1Status);
        }
        catch (JsonException)
        {
            // A proxy's page, or nothing.
        }

        if (status?.Kind == "Status")
        {
            code = status.Code is >= 400 and int own ? (HttpStatusCode)own : code;
            return new ApiException(code, status.Reason ?? "", status.Message ?? $"the API server answered {(int)code}", retryAfter);
        }

        string text = System.Text.Encoding.UTF8.GetString(body[..Math.Min(body.Length, 200)]).Trim().ReplaceLineEndings(" ");
        return new ApiException(code, "", text.Length == 0 ? $"the API server answered {(int)code}" : $"the API server answered {(int)code}: {text}", retryAfter);
    }
}
