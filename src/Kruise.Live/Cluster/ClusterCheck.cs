using System.Text.Json.Nodes;
using Kruise.Core.Api;
using Kruise.Live.Cli;

namespace Kruise.Live.Cluster;

/// <summary>Something that a process has to be allowed to do.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Resource">The resource, with <c>/status</c> for the subresource.</param>
/// <param name="Namespace">The namespace; null for all of them or none.</param>
/// <param name="Name">One object; null for any.</param>
internal sealed record Permission(string Verb, string Group, string Resource, string? Namespace = null, string? Name = null)
{
    public override string ToString() =>
        $"{Verb} {Resource}{(Group.Length > 0 ? "." + Group : "")}{(Name is null ? "" : $" \"{Name}\"")}{(Namespace is null ? "" : $" in namespace {Namespace}")}";

    /// <summary>Several verbs on one resource.</summary>
    public static IEnumerable<Permission> Of(string verbs, string group, string resource, string? @namespace = null, string? name = null) =>
        verbs.Split(' ').Select(verb => new Permission(verb, group, resource, @namespace, name));
}

/// <summary>Finds out before anything starts whether the cluster can be worked on, so that what is missing is said in one line.</summary>
internal sealed class ClusterCheck(ApiClient client)
{
    /// <summary>All of it, in the order in which it makes sense; the server's version.</summary>
    /// <param name="plurals">The kinds of Kruise that must be there; none asks for none.</param>
    /// <param name="permissions">What must be allowed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="UserErrorException">Something is not as it must be.</exception>
    public async Task<string> RunAsync(IReadOnlyList<string> plurals, IEnumerable<Permission> permissions, CancellationToken cancellationToken)
    {
        string version = await ReachAsync(cancellationToken);
        if (plurals.Count > 0)
        {
            await RequireKindsAsync(plurals, cancellationToken);
        }

        await RequirePermissionsAsync(permissions, cancellationToken);
        return version;
    }

    /// <summary>The server answers and accepts who asks; its version.</summary>
    /// <exception cref="UserErrorException">It does not.</exception>
    public async Task<string> ReachAsync(CancellationToken cancellationToken)
    {
        JsonObject? version = await AskAsync(() => client.TryGetJsonAsync("version", cancellationToken));
        return version?["gitVersion"]?.GetValue<string>() ?? "unknown";
    }

    /// <summary>The CRDs are there.</summary>
    /// <exception cref="UserErrorException">One is missing; the message says which.</exception>
    public async Task RequireKindsAsync(IReadOnlyList<string> plurals, CancellationToken cancellationToken)
    {
        JsonObject? found = await AskAsync(() => client.TryGetJsonAsync("apis/" + KruiseGroup.V1Alpha1, cancellationToken));
        var names = (found?["resources"] as JsonArray ?? []).Select(r => r?["name"]?.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        string[] missing = [.. plurals.Where(plural => !names.Contains(plural)).Select(plural => plural + "." + KruiseGroup.Name)];
        if (missing.Length > 0)
        {
            throw new UserErrorException(
                ExitCode.ClusterNotReady,
                $"{client.Connection.BaseUri} has no CRD {string.Join(", ", missing)} ({KruiseGroup.V1Alpha1}): run 'kruise install | kubectl apply -f -' first");
        }
    }

    /// <summary>All permissions are granted.</summary>
    /// <exception cref="UserErrorException">Some are not; the message names them.</exception>
    public async Task RequirePermissionsAsync(IEnumerable<Permission> permissions, CancellationToken cancellationToken)
    {
        Permission[] asked = [.. permissions];
        bool[] granted = await Task.WhenAll(asked.Select(permission => IsAllowedAsync(permission, cancellationToken)));
        Permission[] missing = [.. asked.Where((_, i) => !granted[i])];
        if (missing.Length > 0)
        {
            throw new UserErrorException(
                ExitCode.ClusterNotReady,
                $"missing permission at {client.Connection.BaseUri} (settings from {client.Connection.Origin}): {string.Join("; ", missing.Select(m => m.ToString()))}");
        }
    }

    private async Task<bool> IsAllowedAsync(Permission permission, CancellationToken cancellationToken)
    {
        string[] resource = permission.Resource.Split('/');
        var attributes = new JsonObject
        {
            ["verb"] = permission.Verb,
            ["group"] = permission.Group,
            ["resource"] = resource[0],
            ["subresource"] = resource.Length > 1 ? resource[1] : "",
            ["namespace"] = permission.Namespace ?? "",
            ["name"] = permission.Name ?? "",
        };
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject { ["resourceAttributes"] = attributes },
        };
        JsonObject? answer = await AskAsync(async () => (JsonObject?)await client.SendJsonAsync(
            HttpMethod.Post, "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review, cancellationToken));
        return answer?["status"]?["allowed"]?.GetValue<bool>() == true;
    }

    private async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (ApiFailure.Is(e))
        {
            throw ApiFailure.ToUserError(e, client.Connection);
        }
    }
}
