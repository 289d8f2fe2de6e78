using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Kruise.Core.Reconciling;

namespace Kruise.Core.ImagePull.Secrets;

/// <summary>
/// Where daemons find pull secrets: the manager copies those that jobs name into one namespace, and daemons may read no other. A NodeImage goes on naming the
/// secret that the job named; both sides derive the copy from that.
/// </summary>
public static class PullSecretCopies
{
    /// <summary>The namespace that holds the copies and that daemons may read.</summary>
    public const string Namespace = "kruise-daemon-config";

    /// <summary>On a copy: the secret that it copies, as <c>namespace/name</c>.</summary>
    public const string SourceAnnotation = "apps.kruise.io/pull-secret-source";

    /// <summary>On a copy, so that people and tools find them all: <c>true</c>.</summary>
    public const string CopyLabel = "apps.kruise.io/pull-secret-copy";

    private const int MaxReadablePart = 200;
    private const int HashDigits = 32;

    /// <summary>The copy of a secret. Its name begins readably and ends in half a SHA-256 of the source, so that no two sources can be made to share one.</summary>
    public static ObjectKey CopyOf(ObjectKey source)
    {
        string readable = source.Namespace + "." + source.Name;
        readable = readable[..Math.Min(readable.Length, MaxReadablePart)].TrimEnd('.', '-');
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source.ToString())))[..HashDigits];
        return new ObjectKey(Namespace, readable + "-" + hash);
    }

    /// <summary>The secret that this one is a copy of; null when it is none.</summary>
    public static ObjectKey? SourceOf(V1Secret secret)
    {
        if (secret.Metadata.NamespaceProperty != Namespace
            || secret.Metadata.Annotations?.TryGetValue(SourceAnnotation, out string? text) != true
            || text!.IndexOf('/', StringComparison.Ordinal) is not (> 0 and var slash))
        {
            return null;
        }

        var source = new ObjectKey(text[..slash], text[(slash + 1)..]);
        return CopyOf(source) == ObjectKey.Of(secret) ? source : null;
    }

    /// <summary>Whether a secret holds credentials for registries. No other kind of secret is ever copied, whatever a job names.</summary>
    public static bool IsPullSecret(V1Secret secret) => secret.Type is "kubernetes.io/dockerconfigjson" or "kubernetes.io/dockercfg";
}
