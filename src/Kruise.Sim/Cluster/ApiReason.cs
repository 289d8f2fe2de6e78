namespace Kruise.Sim.Cluster;

/// <summary>The machine-readable reasons of a Kubernetes <c>Status</c> (apimachinery, <c>meta/v1.StatusReason</c>).</summary>
internal static class ApiReason
{
    /// <summary>Success, or an error the server has no reason for.</summary>
    public const string None = "";
    public const string AlreadyExists = "AlreadyExists";
    public const string BadRequest = "BadRequest";
    public const string Conflict = "Conflict";
    public const string Expired = "Expired";
    public const string Forbidden = "Forbidden";
    public const string InternalError = "InternalError";
    public const string Invalid = "Invalid";
    public const string MethodNotAllowed = "MethodNotAllowed";
    public const string NotFound = "NotFound";
}
