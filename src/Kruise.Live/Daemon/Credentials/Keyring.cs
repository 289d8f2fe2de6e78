using k8s.Models;
using Kruise.Core.ImagePull;
using Kruise.Core.ImagePull.Credentials;

namespace Kruise.Live.Daemon.Credentials;

/// <summary>The credentials of one pull's secrets.</summary>
internal sealed class Keyring
{
    private const string ConfigJsonType = "kubernetes.io/dockerconfigjson";
    private const string ConfigJsonKey = ".dockerconfigjson";
    private const string ConfigType = "kubernetes.io/dockercfg";
    private const string ConfigKey = ".dockercfg";

    private readonly List<RegistryCredential> _credentials = [];
    private readonly List<string> _problems = [];

    private Keyring()
    {
    }

    /// <summary>Everything that was read, in the order of the secrets.</summary>
    public IReadOnlyList<RegistryCredential> All => _credentials;

    /// <summary>Secrets that could not be used, by name, with the reason. Holds nothing of their content.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public static Keyring Read(IReadOnlyList<V1Secret> secrets)
    {
        var keyring = new Keyring();
        foreach (V1Secret secret in secrets)
        {
            string name = $"{secret.Metadata?.NamespaceProperty}/{secret.Metadata?.Name}";
            try
            {
                keyring._credentials.AddRange(Read(secret, name));
            }
            catch (FormatException e)
            {
                keyring._problems.Add($"pull secret {name} {e.Message}");
            }
        }

        return keyring;
    }

    /// <summary>
    /// The credentials that were given for an image, in the order to try them; of those that are alike, as the secrets came.
    /// </summary>
    /// <remarks>
    /// A host is what the normalised reference names. A mirror that the node's runtime is configured to ask in its place is shown the same credentials by the
    /// runtime, as it is when the kubelet pulls: mirrors are the choice of who runs the node.
    /// </remarks>
    public IReadOnlyList<RegistryCredential> For(ImageReference image) => RegistryCredential.For(image, _credentials);

    private static List<RegistryCredential> Read(V1Secret secret, string name)
    {
        (string key, Func<byte[], string, List<RegistryCredential>> read) = secret.Type switch
        {
            ConfigJsonType => (ConfigJsonKey, (Func<byte[], string, List<RegistryCredential>>)DockerConfig.ReadConfigJson),
            ConfigType => (ConfigKey, DockerConfig.ReadConfig),
            _ => throw new FormatException($"must be of type {ConfigJsonType} or {ConfigType}"),
        };
        return secret.Data is not null && secret.Data.TryGetValue(key, out byte[]? json)
            ? read(json, name)
            : throw new FormatException($"has no \"{key}\"");
    }
}
