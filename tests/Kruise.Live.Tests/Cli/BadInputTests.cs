using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kruise.Live.Cli;
using Kruise.Live.Tests.Daemon.Cri;
using Kruise.Live.Tests.Hollow;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Cli;

/// <summary>What can be wrong around the command: one clear line each, and the exit code that the help documents.</summary>
public sealed class BadInputTests(SharedControlPlane shared) : IDisposable
{
    private readonly LabFolder _folder = new("bad-input");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("manager")]
    [InlineData("daemon", "--node-name=n")]
    [InlineData("plan")]
    public Task No_kubeconfig(params string[] arguments) => FailsAsync(ExitCode.BadInput, ["no kubeconfig", "--kubeconfig", "KUBECONFIG"], arguments);

    [Fact]
    public Task A_kubeconfig_that_is_not_there() => FailsAsync(ExitCode.BadInput, ["/nowhere/config", "cannot be read"], "manager", "--kubeconfig=/nowhere/config");

    [Fact]
    public Task A_kubeconfig_that_is_not_yaml() =>
        FailsAsync(ExitCode.BadInput, ["bad.kubeconfig:3:", "not YAML"], "manager", "--kubeconfig=" + _folder.Write("bad.kubeconfig", "clusters:\n- {name: [\n"));

    [Fact]
    public Task A_kubeconfig_without_its_context() => FailsAsync(
        ExitCode.BadInput,
        ["cannot be used", "other"],
        "manager",
        "--context=other",
        "--kubeconfig=" + _folder.Write("one.kubeconfig", "clusters:\n- {name: a, cluster: {server: 'https://127.0.0.1:1'}}\ncontexts:\n- {name: a, context: {cluster: a}}\ncurrent-context: a\n"));

    [Theory]
    [InlineData("as: somebody")]
    [InlineData("auth-provider: {name: gcp}")]
    public Task A_kubeconfig_that_says_more_than_is_understood(string field) => FailsAsync(
        ExitCode.BadInput,
        ["cannot be used", field.Split(':')[0], "not supported"],
        "manager",
        "--kubeconfig=" + _folder.Write("more.kubeconfig", $"clusters:\n- {{name: a, cluster: {{server: 'https://127.0.0.1:1'}}}}\ncontexts:\n- {{name: a, context: {{cluster: a, user: u}}}}\nusers:\n- name: u\n  user:\n    {field}\ncurrent-context: a\n"));

    [Fact]
    public Task An_unreachable_server() => FailsAsync(
        ExitCode.Unreachable, ["cannot reach https://127.0.0.1:1", "one.kubeconfig"], "manager", "--kubeconfig=" + Unreachable());

    [Theory]
    [InlineData(ExitCode.BadInput, "--feature-gates=Turbo=true", "unknown feature gate 'Turbo'", "PodWebhook, KruiseDaemon")]
    [InlineData(ExitCode.BadInput, "--feature-gates=PodWebhook=maybe", "'maybe'", "true or false")]
    [InlineData(ExitCode.BadInput, "--metrics-addr=here", "--metrics-addr here", ":PORT")]
    [InlineData(ExitCode.BadInput, "--rest-config-qps=0", "--rest-config-qps 0", "above 0")]
    [InlineData(ExitCode.BadInput, "--rest-config-qps=fast", "--rest-config-qps fast", "must be a number")]
    [InlineData(ExitCode.BadInput, "--nodeimage-workers=1.5", "--nodeimage-workers 1.5", "must be a whole number")]
    [InlineData(ExitCode.BadInput, "--enable-webhooks=maybe", "--enable-webhooks maybe", "true or false")]
    [InlineData(ExitCode.BadInput, "--rate-limiter-base-delay=5", "--rate-limiter-base-delay 5", "not a duration", "15s")]
    [InlineData(ExitCode.BadInput, "--preset=fast", "--preset fast", "default, openkruise-0.8")]
    [InlineData(ExitCode.BadInput, "--log-format=xml", "--log-format xml", "text, json")]
    [InlineData(ExitCode.BadInput, "--no-such-flag", "--no-such-flag")]
    [InlineData(ExitCode.BadInput, "--kubeconfg=x", "no flag --kubeconfg", "did you mean --kubeconfig?")]
    public async Task Wrong_flags_of_the_manager(int code, string flag, params string[] says)
    {
        LabEnvironment.RequireControlPlane();
        await FailsAsync(code, says, "manager", "--kubeconfig=" + await shared.AdminKubeconfigAsync(Cancellation), flag);
    }

    [Fact]
    public Task A_daemon_without_a_node() => FailsAsync(ExitCode.BadInput, ["NODE_NAME"], "daemon", "--kubeconfig=" + Unreachable());

    [Fact]
    public Task A_recording_of_a_job_that_is_named_with_its_namespace() => FailsAsync(
        ExitCode.BadInput, ["default/warm", "no slash", "--namespace"],
        "record", "default/warm", "--out=" + Path.Combine(_folder.Root, "live.csv"), "--kubeconfig=" + Unreachable());

    [Fact]
    public Task No_container_runtime() => FailsAsync(
        ExitCode.NoRuntime,
        ["containerd/containerd.sock", "--runtime-endpoint"],
        "daemon", "--node-name=n", "--addr=0", "--kubeconfig=" + Unreachable(), "--socket-root=" + _folder.Root);

    [Fact]
    public async Task A_socket_of_something_else()
    {
        string path = _folder["other.sock"];
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Task answering = AnswerAsync(listener);
        await FailsAsync(
            ExitCode.NoRuntime, ["no container runtime at unix://" + path], "daemon", "--node-name=n", "--addr=0", "--kubeconfig=" + Unreachable(), "--runtime-endpoint=unix://" + path);
        listener.Dispose();
        await answering;
    }

    [Fact]
    public async Task A_port_in_use()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string address = listener.LocalEndpoint.ToString()!;
        await FailsAsync(ExitCode.PortInUse, ["--addr " + address, "in use"], "daemon", "--node-name=n", "--addr=" + address, "--kubeconfig=" + Unreachable());
    }

    [Fact]
    public async Task A_port_of_the_webhooks_in_use()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        using var listener = new TcpListener(IPAddress.IPv6Any, 0) { Server = { DualMode = true } };
        listener.Start();
        string port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        (int code, _, string[] errors) = await KruiseCommand.RunAsync(
            ["manager", "--metrics-addr=0", "--health-probe-addr=0", "--kubeconfig=" + cluster.Plane.AdminKubeconfig],
            new Dictionary<string, string?> { ["HOME"] = _folder.Root, ["WEBHOOK_PORT"] = port },
            Cancellation);

        Assert.Equal(ExitCode.PortInUse, code);
        Assert.Contains(port, Assert.Single(errors, line => !line.Contains(" INFO ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_crds()
    {
        LabEnvironment.RequireControlPlane();
        await using LabControlPlane plane = await LabControlPlane.StartAsync(new LabControlPlaneOptions { Controllers = [] }, Cancellation);
        string kubeconfig = "--kubeconfig=" + plane.AdminKubeconfig;
        await FailsAsync(
            ExitCode.ClusterNotReady, ["imagepulljobs.apps.kruise.io", "nodeimages.apps.kruise.io", "kruise install"], "manager", kubeconfig, "--enable-webhooks=false");
        await FailsAsync(ExitCode.ClusterNotReady, ["kruise install"], "plan", kubeconfig);

        string expired = plane.Kubeconfig("late", ["system:masters"], DateTimeOffset.UtcNow.AddMinutes(-1));
        await FailsAsync(ExitCode.Unreachable, ["does not accept", "late"], "manager", "--kubeconfig=" + expired);
    }

    [Fact]
    public async Task A_missing_permission_is_named()
    {
        await using KruiseCluster cluster = await KruiseCluster.StartAsync(Cancellation);
        await FailsAsync(
            ExitCode.ClusterNotReady,
            ["missing permission", "list nodes", "update imagepulljobs/status.apps.kruise.io", "create leases.coordination.k8s.io in namespace kruise-system"],
            "manager", "--metrics-addr=0", "--health-probe-addr=0", "--kubeconfig=" + cluster.Plane.Kubeconfig("nobody", []));
        await using FakeRuntime runtime = await new FakeRuntime().StartAsync();
        await FailsAsync(
            ExitCode.ClusterNotReady,
            ["missing permission", "watch nodeimages.apps.kruise.io", "get secrets in namespace kruise-daemon-config"],
            "daemon", "--node-name=n", "--addr=0", "--runtime-endpoint=" + runtime.SocketPath, "--kubeconfig=" + cluster.Plane.Kubeconfig("nobody", []));
    }

    private async Task FailsAsync(int code, string[] says, params string[] arguments)
    {
        (int actual, string output, string[] errors) = await KruiseCommand.RunAsync(
            arguments, new Dictionary<string, string?> { ["HOME"] = _folder.Root }, Cancellation);

        Assert.True(actual == code, $"exit code {actual} instead of {code}: {string.Join('\n', errors)}");
        Assert.Equal("", output);
        string[] lines = [.. errors.Where(line => !line.Contains(" INFO ", StringComparison.Ordinal) && !line.StartsWith("Try 'kruise ", StringComparison.Ordinal))];
        string line = Assert.Single(lines);
        Assert.StartsWith("kruise: ", line, StringComparison.Ordinal);
        Assert.All(says, part => Assert.Contains(part, line, StringComparison.Ordinal));
    }

    private string Unreachable() => _folder.Write(
        "one.kubeconfig", "clusters:\n- {name: a, cluster: {server: 'https://127.0.0.1:1'}}\ncontexts:\n- {name: a, context: {cluster: a}}\ncurrent-context: a\n");

    private static async Task AnswerAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                using Socket client = await listener.AcceptAsync();
                await client.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
