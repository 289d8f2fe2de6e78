using k8s.KubeConfigModels;
using Kruise.Live.Cli;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using ConfigCluster = k8s.KubeConfigModels.Cluster;

namespace Kruise.Live.Cluster;

/// <summary>
/// Reads a kubeconfig into KubernetesClient's model of it, which then does all the rest (certificates, tokens, exec plugins). KubernetesClient's own reader
/// binds YAML by reflection, which a binary compiled ahead of time does not have.
/// </summary>
internal static class KubeConfigFile
{
    /// <exception cref="UserErrorException">The file is missing, or is not YAML of a kubeconfig.</exception>
    public static K8SConfiguration Read(string path)
    {
        var stream = new YamlStream();
        try
        {
            using StreamReader reader = File.OpenText(path);
            stream.Load(reader);
        }
        catch (YamlException e)
        {
            throw new UserErrorException(ExitCode.BadInput, $"{path}:{e.Start.Line}:{e.Start.Column}: the kubeconfig is not YAML: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.BadInput, $"{path}: the kubeconfig cannot be read: {e.Message}");
        }

        if (stream.Documents.Count == 0 || stream.Documents[0].RootNode is not YamlMappingNode root)
        {
            throw new UserErrorException(ExitCode.BadInput, $"{path}: the kubeconfig is empty; it must have clusters, contexts and users");
        }

        return new K8SConfiguration
        {
            FileName = path,
            ApiVersion = Text(root, "apiVersion"),
            Kind = Text(root, "kind"),
            CurrentContext = Text(root, "current-context"),
            Clusters = [.. Items(root, "clusters").Select(Cluster)],
            Contexts = [.. Items(root, "contexts").Select(Context)],
            Users = [.. Items(root, "users").Select(User)],
        };
    }

    private static ConfigCluster Cluster(YamlMappingNode item)
    {
        YamlMappingNode cluster = Map(item, "cluster");
        return new ConfigCluster
        {
            Name = Text(item, "name"),
            ClusterEndpoint = new ClusterEndpoint
            {
                Server = Text(cluster, "server"),
                TlsServerName = Text(cluster, "tls-server-name"),
                CertificateAuthority = Text(cluster, "certificate-authority"),
                CertificateAuthorityData = Text(cluster, "certificate-authority-data"),
                SkipTlsVerify = Text(cluster, "insecure-skip-tls-verify") == "true",
            },
        };
    }

    private static Context Context(YamlMappingNode item)
    {
        YamlMappingNode context = Map(item, "context");
        return new Context
        {
            Name = Text(item, "name"),
            ContextDetails = new ContextDetails { Cluster = Text(context, "cluster"), User = Text(context, "user"), Namespace = Text(context, "namespace") },
        };
    }

    private static User User(YamlMappingNode item)
    {
        YamlMappingNode user = Map(item, "user");
        return new User
        {
            Name = Text(item, "name"),
            UserCredentials = new UserCredentials
            {
                ClientCertificate = Text(user, "client-certificate"),
                ClientCertificateData = Text(user, "client-certificate-data"),
                ClientKey = Text(user, "client-key"),
                ClientKeyData = Text(user, "client-key-data"),
                Token = Text(user, "token") ?? TokenFile(user),
                UserName = Text(user, "username"),
                Password = Text(user, "password"),
                ExternalExecution = user.Children.ContainsKey("exec") ? Exec(Map(user, "exec")) : null,
            },
        };
    }

    private static string? TokenFile(YamlMappingNode user)
    {
        if (Text(user, "tokenFile") is not { } path)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.BadInput, $"{path}: the token file that the kubeconfig names cannot be read: {e.Message}");
        }
    }

    private static ExternalExecution Exec(YamlMappingNode exec) => new()
    {
        ApiVersion = Text(exec, "apiVersion"),
        Command = Text(exec, "command"),
        Arguments = exec.Children.TryGetValue("args", out YamlNode? args) && args is YamlSequenceNode list
            ? [.. list.Children.OfType<YamlScalarNode>().Select(arg => arg.Value ?? "")]
            : null,
        EnvironmentVariables =
        [
            .. Items(exec, "env").Select(variable => new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["name"] = Text(variable, "name") ?? "",
                ["value"] = Text(variable, "value") ?? "",
            }),
        ],
    };

    private static IEnumerable<YamlMappingNode> Items(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out YamlNode? found) && found is YamlSequenceNode list ? list.Children.OfType<YamlMappingNode>() : [];

    private static YamlMappingNode Map(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out YamlNode? found) && found is YamlMappingNode map ? map : [];

    private static string? Text(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out YamlNode? found) && found is YamlScalarNode { Value.Length: > 0 } scalar ? scalar.Value : null;
}
