using System.Text;
using System.Text.Json;
using k8s.Models;
using Kruise.Core.Api;

namespace Kruise.Live.Tests.Daemon;

/// <summary>Pull secrets as <c>kubectl create secret docker-registry</c> makes them.</summary>
internal static class PullSecret
{
    public static V1Secret ConfigJson(string name, string json) => Make(name, "kubernetes.io/dockerconfigjson", ".dockerconfigjson", json);

    public static V1Secret Config(string name, string json) => Make(name, "kubernetes.io/dockercfg", ".dockercfg", json);

    public static V1Secret For(string name, string registry, string user, string password) =>
        ConfigJson(name, JsonSerializer.Serialize(new
        {
            auths = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                [registry] = new { username = user, password, auth = Base64($"{user}:{password}") },
            },
        }));

    public static ReferenceObject Reference(string name) => new() { Namespace = "prod", Name = name };

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public static V1Secret Make(string name, string type, string key, string content) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "prod" },
        Type = type,
        Data = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [key] = Encoding.UTF8.GetBytes(content) },
    };
}
