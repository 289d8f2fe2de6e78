using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;

namespace Kruise.Live.Tests.Lab;

/// <summary>A real control plane on loopback: etcd, kube-apiserver and, unless left out, kube-controller-manager.</summary>
internal sealed class LabControlPlane : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromMinutes(2);
    private readonly LabControlPlaneOptions _options;
    private readonly LabFolder _folder = new("control-plane");
    private readonly LabCertificates _certificates = new();
    private readonly int _apiPort;
    private readonly int _etcdPort;
    private readonly int _etcdPeerPort;
    private LabProcess? _etcd;
    private LabProcess? _apiServer;
    private LabProcess? _controllerManager;
    private Kubernetes? _admin;

    private LabControlPlane(LabControlPlaneOptions options)
    {
        _options = options;
        int[] ports = LabEnvironment.FreePorts(3);
        (_apiPort, _etcdPort, _etcdPeerPort) = (ports[0], ports[1], ports[2]);
        AdminKubeconfig = Kubeconfig("admin", ["system:masters"]);
    }

    /// <summary>The URL of the API server.</summary>
    public string Server => $"https://127.0.0.1:{_apiPort}";

    /// <summary>The certificate authority of the API server, PEM.</summary>
    public string AuthorityPem => _certificates.AuthorityPem;

    /// <summary>Path of a kubeconfig that may do everything.</summary>
    public string AdminKubeconfig { get; }

    /// <summary>A client that may do everything.</summary>
    public Kubernetes Admin => _admin ??= new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(AdminKubeconfig));

    /// <summary>Where the logs are: etcd.log, kube-apiserver.log, kube-controller-manager.log.</summary>
    public string LogFolder => _folder.Root;

    public static async Task<LabControlPlane> StartAsync(LabControlPlaneOptions? options = null, CancellationToken cancellation = default)
    {
        var plane = new LabControlPlane(options ?? new LabControlPlaneOptions());
        try
        {
            plane.WritePki();
            await plane.StartEtcdAsync(cancellation);
            await plane.StartApiServerAsync(cancellation);
            if (plane._options.Controllers.Count > 0)
            {
                await plane.StartControllerManagerAsync();
            }

            return plane;
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a kubeconfig for a user with groups; returns its path.</summary>
    public string Kubeconfig(string user, IEnumerable<string> groups, DateTimeOffset? notAfter = null)
    {
        (string certificate, string key) = _certificates.Client(user, groups, notAfter);
        return WriteKubeconfig(user, $"client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(key)}");
    }

    /// <summary>Writes a kubeconfig for a service account, with a token as a pod would have; returns its path.</summary>
    public async Task<string> ServiceAccountKubeconfigAsync(string @namespace, string name, CancellationToken cancellation = default)
    {
        var request = new Authenticationv1TokenRequest { Spec = new V1TokenRequestSpec { Audiences = [], ExpirationSeconds = 3600 } };
        Authenticationv1TokenRequest answer =
            await Admin.CoreV1.CreateNamespacedServiceAccountTokenAsync(request, name, @namespace, cancellationToken: cancellation);
        return WriteKubeconfig($"{@namespace}-{name}", $"token: {answer.Status.Token}");
    }

    /// <summary>Kills the API server with SIGKILL; its store goes on.</summary>
    public Task KillApiServerAsync() => _apiServer!.KillAsync();

    /// <summary>Starts the API server (again) on the same port and returns when it is ready.</summary>
    public async Task StartApiServerAsync(CancellationToken cancellation = default)
    {
        string[] arguments =
        [
            $"--etcd-servers=http://127.0.0.1:{_etcdPort}", $"--secure-port={_apiPort}", "--insecure-port=0", "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16",
            "--client-ca-file=ca.crt", "--tls-cert-file=server.crt", "--tls-private-key-file=server.key",
            "--service-account-key-file=accounts.pub", "--service-account-signing-key-file=accounts.key",
            "--service-account-issuer=https://kubernetes.default.svc", "--authorization-mode=Node,RBAC", "--allow-privileged=true",
            // Tests compact when they mean to.
            "--etcd-compaction-interval=0", $"--watch-cache={(_options.WatchCache ? "true" : "false")}",
            .. _options.DisabledAdmission.Count > 0 ? [$"--disable-admission-plugins={string.Join(',', _options.DisabledAdmission)}"] : Array.Empty<string>(),
            .. _options.ApiServerArguments,
        ];
        if (_apiServer is not null)
        {
            await _apiServer.DisposeAsync();
        }

        _apiServer = await StartAsync(Path.Combine(LabEnvironment.ControlPlaneBinaries, "kube-apiserver"), arguments);
        await _apiServer.WaitUntilAsync(IsReadyAsync, "kube-apiserver is ready", s_startLimit, cancellation);
    }

    /// <summary>
    /// Starts kube-controller-manager, for a control plane started without it. Its garbage collector looks for new kinds twice a minute: CRDs come first.
    /// </summary>
    public async Task StartControllerManagerAsync(IReadOnlyList<string>? controllers = null)
    {
        string kubeconfig = Kubeconfig("system:kube-controller-manager", []);
        _controllerManager = await StartAsync(Path.Combine(LabEnvironment.ControlPlaneBinaries, "kube-controller-manager"),
        [
            $"--kubeconfig={kubeconfig}", $"--controllers={string.Join(',', controllers ?? _options.Controllers)}",
            "--leader-elect=false", "--port=0", "--secure-port=0",
            "--service-account-private-key-file=accounts.key", "--root-ca-file=ca.crt", "--use-service-account-credentials=true",
            // One worker: the garbage collector does things in the order in which it heard of them.
            "--concurrent-gc-syncs=1", "--kube-api-qps=1000", "--kube-api-burst=2000",
        ]);
    }

    /// <summary>Forgets etcd's history before a revision, by default before the newest. Returns the revision.</summary>
    public async Task<long> CompactEtcdAsync(long? revision = null, CancellationToken cancellation = default)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_etcdPort}") };
        long at = revision ?? await EtcdRevisionAsync(http, cancellation);
        using HttpResponseMessage answer = await http.PostAsJsonAsync("v3/kv/compaction", new { revision = at.ToString(), physical = true }, cancellation);
        answer.EnsureSuccessStatusCode();
        return at;
    }

    /// <summary>Makes a namespace that no other test uses; returns its name.</summary>
    public async Task<string> CreateNamespaceAsync(string prefix = "test", CancellationToken cancellation = default) =>
        await SharedControlPlane.CreateNamespaceAsync(Admin, prefix, cancellation);

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        foreach (LabProcess? process in new[] { _controllerManager, _apiServer, _etcd })
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        _certificates.Dispose();
        _folder.Dispose();
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<long> EtcdRevisionAsync(HttpClient http, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await http.PostAsJsonAsync("v3/kv/range", new { key = Convert.ToBase64String("x"u8) }, cancellation);
        answer.EnsureSuccessStatusCode();
        using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation));
        return long.Parse(json.RootElement.GetProperty("header").GetProperty("revision").GetString()!);
    }

    private void WritePki()
    {
        (string certificate, string key) = _certificates.Server("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc");
        using var accounts = RSA.Create(2048);
        _folder.Write("ca.crt", _certificates.AuthorityPem);
        _folder.Write("server.crt", certificate);
        _folder.Write("server.key", key);
        _folder.Write("accounts.key", accounts.ExportRSAPrivateKeyPem());
        _folder.Write("accounts.pub", accounts.ExportSubjectPublicKeyInfoPem());
    }

    private async Task StartEtcdAsync(CancellationToken cancellation)
    {
        string client = $"http://127.0.0.1:{_etcdPort}";
        _etcd = await StartAsync("etcd",
        [
            "--data-dir", _folder["etcd"], "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", $"http://127.0.0.1:{_etcdPeerPort}", "--unsafe-no-fsync",
        ]);
        using var http = new HttpClient();
        await _etcd.WaitUntilAsync(async token => await AnswersAsync(http, $"{client}/health", token), "etcd is healthy", s_startLimit, cancellation);
    }

    private Task<LabProcess> StartAsync(string command, IEnumerable<string> arguments) =>
        LabProcess.StartAsync(command, arguments, _folder[$"{Path.GetFileName(command)}.log"], _folder.Root);

    private async Task<bool> IsReadyAsync(CancellationToken cancellation) => await AnswersAsync(Admin.HttpClient, $"{Server}/readyz", cancellation);

    private static async Task<bool> AnswersAsync(HttpClient http, string url, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri(url), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private string WriteKubeconfig(string user, string credentials) => _folder.Write(
        $"{string.Concat(user.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}-{Guid.NewGuid():n}.kubeconfig",
        $$"""
        apiVersion: v1
        kind: Config
        clusters:
        - {name: lab, cluster: {server: "{{Server}}", certificate-authority-data: {{Base64(AuthorityPem)}} } }
        users:
        - {name: user, user: { {{credentials}} } }
        contexts:
        - {name: lab, context: {cluster: lab, user: user} }
        current-context: lab

        """);
}
