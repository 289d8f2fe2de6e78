using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Authentication;
using Kruise.Live.Cli;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kruise.Live.Cluster.Connection;

/// <summary>Reads a kubeconfig. Paths in it are relative to its folder; data goes before paths, as kubectl has it.</summary>
internal sealed class KubeConfigFile
{
    private readonly string _path;
    private readonly YamlMappingNode _root;

    private KubeConfigFile(string path, YamlMappingNode root) => (_path, _root) = (path, root);

    /// <summary>The settings of a context; of the current one when null.</summary>
    /// <exception cref="UserErrorException">The file is missing, or is not a kubeconfig, or lacks what the context names.</exception>
    public static ConnectionSettings Read(string path, string? context = null)
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

        var file = new KubeConfigFile(Path.GetFullPath(path), root);
        try
        {
            return file.Settings(context);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            throw file.Unusable(e.Message);
        }
    }

    private ConnectionSettings Settings(string? contextName)
    {
        string name = contextName ?? Text(_root, "current-context") ?? throw Unusable("it has no current-context, and no --context is given");
        YamlMappingNode context = Map(Named("contexts", name, "context"), "context");
        YamlMappingNode cluster = Map(Named("clusters", Text(context, "cluster") ?? "", "cluster"), "cluster");
        YamlMappingNode user = Text(context, "user") is { } userName ? Map(Named("users", userName, "user"), "user") : [];
        if (Text(cluster, "server") is not { } server || !Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out Uri? uri))
        {
            throw Unusable($"the server of cluster \"{Text(context, "cluster")}\" is not a URL");
        }

        Refuse(cluster, "cluster", "proxy-url");
        Refuse(user, "user", "as", "as-uid", "as-groups", "as-user-extra", "auth-provider");
        var authorities = new X509Certificate2Collection();
        if (Pem(cluster, "certificate-authority") is { } authority)
        {
            authorities.ImportFromPem(authority);
        }

        string? certificate = Pem(user, "client-certificate");
        string? key = Pem(user, "client-key");
        ExecCredential? exec = user.Children.ContainsKey("exec") ? Exec(Map(user, "exec")) : null;
        return new ConnectionSettings
        {
            Origin = _path,
            Server = uri,
            Authorities = authorities,
            SkipTlsVerify = Text(cluster, "insecure-skip-tls-verify") == "true",
            TlsServerName = Text(cluster, "tls-server-name"),
            ClientCertificate = certificate is null ? null : X509Certificate2.CreateFromPem(certificate, key ?? throw Unusable("a client certificate has no key")),
            Token = Token(user) ?? exec,
            Namespace = Text(context, "namespace"),
        };
    }

    private ITokenProvider? Token(YamlMappingNode user)
    {
        if (Text(user, "token") is { } token)
        {
            return new StaticHeader("Bearer", token);
        }

        if (Text(user, "tokenFile") is { } file)
        {
            return new TokenFileAuth(Resolve(file));
        }

        return Text(user, "username") is { } name
            ? new StaticHeader("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{Text(user, "password")}")))
            : null;
    }

    private ExecCredential Exec(YamlMappingNode exec) => new(
        _path,
        Text(exec, "apiVersion") ?? "client.authentication.k8s.io/v1",
        Text(exec, "command") ?? throw Unusable("an exec plugin has no command"),
        exec.Children.TryGetValue("args", out YamlNode? args) && args is YamlSequenceNode list
            ? [.. list.Children.OfType<YamlScalarNode>().Select(arg => arg.Value ?? "")]
            : [],
        Items(exec, "env").ToDictionary(variable => Text(variable, "name") ?? "", variable => Text(variable, "value") ?? "", StringComparer.Ordinal),
        TimeProvider.System);

    // PEM from NAME-data (base64) or from the file that NAME names.
    private string? Pem(YamlMappingNode node, string name) =>
        Text(node, name + "-data") is { } data ? Encoding.UTF8.GetString(Convert.FromBase64String(data))
        : Text(node, name) is { } path ? File.ReadAllText(Resolve(path))
        : null;

    private string Resolve(string path) => Path.Combine(Path.GetDirectoryName(_path)!, path);

    private YamlMappingNode Named(string list, string name, string what) =>
        Items(_root, list).FirstOrDefault(item => Text(item, "name") == name)
        ?? throw Unusable($"there is no {what} \"{name}\"; there are: {string.Join(", ", Items(_root, list).Select(item => Text(item, "name")))}");

    // To go on without what these say would reach another server, or reach it as somebody else.
    private void Refuse(YamlMappingNode node, string what, params ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
        {
            if (node.Children.ContainsKey(field))
            {
                throw Unusable($"{field} of a {what} is not supported");
            }
        }
    }

    private UserErrorException Unusable(string why) =>
        new(ExitCode.BadInput, $"{_path}: the kubeconfig cannot be used: {why.ReplaceLineEndings(" ")}");

    private static IEnumerable<YamlMappingNode> Items(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out YamlNode? found) && found is YamlSequenceNode list ? list.Children.OfType<YamlMappingNode>() : [];

    private static YamlMappingNode Map(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out YamlNode? found) && found is YamlMappingNode map ? map : [];

    private static string? Text(YamlMappingNode node, string name) =>
        node.Children.TryGetValue(name, out YamlNode? found) && found is YamlScalarNode { Value.Length: > 0 } scalar ? scalar.Value : null;
}
