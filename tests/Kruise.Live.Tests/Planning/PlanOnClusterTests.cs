using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.ImagePull.Secrets;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Cluster.Connection;
using Kruise.Live.Tests.Install;
using Kruise.Live.Tests.Workloads;
using Xunit;

namespace Kruise.Live.Tests.Planning;

/// <summary><c>kruise plan</c> against a real API server.</summary>
[Collection(QuietCluster.Name)]
public sealed partial class PlanOnClusterTests(QuietCluster cluster)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_is_planned_and_nothing_is_written()
    {
        string home = await StartAsync();
        Dictionary<string, string> before = await RevisionsAsync();

        (int code, string table, string errors) = await PlanAsync();
        (_, string json, _) = await PlanAsync("-o", "json");

        Assert.Equal((ExitCode.Fine, ""), (code, errors));
        Assert.Equal(before, await RevisionsAsync());
        Assert.Matches("nodeimage-controller +n-3 +create +NodeImage n-3", table);
        Assert.Matches($"imagepulljob-controller +{home}/warm +update +NodeImage n-[12] +\\+ spec.images: {{nginx:", table);
        Assert.Matches($"imagepulljob-controller +{home}/warm +update status +ImagePullJob {home}/warm +status.desired: 0 -> 2", table);
        Assert.Contains(" status.active: 0 -> 1\n", table, StringComparison.Ordinal);
        Assert.Matches($"pullsecret-controller +{home}/regcred +create +Secret kruise-dae", table);
        Assert.EndsWith("\n4 writes by 3 controllers on 4 objects\n", table, StringComparison.Ordinal);
        Assert.All(table.Split('\n'), line => Assert.InRange(line.Length, 0, 160));

        JsonArray plans = JsonNode.Parse(json)!.AsArray();
        Assert.Equal(["nodeimage-controller", "imagepulljob-controller", "pullsecret-controller"], plans.Select(plan => (string)plan!["controller"]!));
        JsonNode copy = plans[2]!["writes"]![0]!["object"]!;
        Assert.StartsWith("(hidden, ", (string)copy["data"]![".dockerconfigjson"]!, StringComparison.Ordinal);
        AssertNoSecret(table + json);
    }

    [Fact]
    public async Task What_was_planned_and_written_is_planned_no_more()
    {
        string home = await StartAsync();
        await cluster.EnsureCopiesNamespaceAsync(Cancellation);
        var source = await cluster.Client.GetAsync<V1Secret>(new(home, "regcred"), Cancellation);
        var key = PullSecretCopies.CopyOf(new(home, "regcred"));
        V1Secret copy = Objects.PullSecret(key.Namespace, key.Name);
        copy.Metadata.Annotations = new Dictionary<string, string> { [PullSecretCopies.SourceAnnotation] = $"{home}/regcred" };
        await cluster.Client.CreateAsync(copy with { Data = source.Data }, Cancellation);

        Assert.Equal("nothing to write\n", (await PlanAsync("--controller", "pullsecret-controller")).Output);

        // A secret that changes in its contents alone: the plan says that much.
        byte[] other = [.. source.Data[".dockerconfigjson"]];
        other[^6] ^= 1;
        await cluster.Client.UpdateAsync(source with { Data = new Dictionary<string, byte[]> { [".dockerconfigjson"] = other } }, Cancellation);
        (_, string output, _) = await PlanAsync("--controller", "pullsecret-controller", "-o", "json");
        Assert.Contains(" other bytes)", output, StringComparison.Ordinal);
        AssertNoSecret(output);
    }

    [Fact]
    public async Task Who_may_only_get_and_list_is_served_and_who_may_not_read_secrets_is_told()
    {
        await StartAsync();
        V1PolicyRule[] rules =
        [
            new() { ApiGroups = [KruiseGroup.Name], Resources = ["imagepulljobs", "nodeimages", "clonesets", "sidecarsets"], Verbs = ["get", "list"] },
            new() { ApiGroups = [""], Resources = ["nodes", "pods", "persistentvolumeclaims"], Verbs = ["get", "list"] },
            new() { ApiGroups = ["apps"], Resources = ["controllerrevisions"], Verbs = ["get", "list"] },
        ];
        string blind = await cluster.UserAsync("plan-blind", rules, Cancellation);
        V1PolicyRule secrets = new() { ApiGroups = [""], Resources = ["secrets"], Verbs = ["get", "list"] };
        string reader = await cluster.UserAsync("plan-reader", [.. rules, secrets], Cancellation);

        (_, string admins, _) = await PlanAsync();
        (int code, string output, string errors) = await KruiseCommand.RunAsync("plan", "--kubeconfig", reader);
        Assert.Equal((ExitCode.Fine, WithoutTime(admins), ""), (code, WithoutTime(output), errors));

        (code, output, errors) = await KruiseCommand.RunAsync("plan", "--kubeconfig", blind);
        Assert.Equal(ExitCode.Fine, code);
        Assert.StartsWith("kruise: without pullsecret-controller, for it needs to read secrets: secrets ", errors, StringComparison.Ordinal);
        Assert.EndsWith("\n3 writes by 2 controllers on 3 objects\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_CloneSet_would_make_is_listed_write_by_write_and_not_made()
    {
        await cluster.BeginAsync(Cancellation);
        string home = await cluster.Plane.CreateNamespaceAsync("plan", Cancellation);
        var set = new CloneSet { Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = home }, Spec = WorkloadCases.WithClaim(2) };
        await cluster.Client.CreateAsync(set, Cancellation);
        Dictionary<string, string> before = await RevisionsAsync();

        (int code, string table, string errors) = await PlanAsync("-n", home, "--controller", "cloneset-controller");

        Assert.Equal((ExitCode.Fine, ""), (code, errors));
        string[] made = [.. table.Split('\n').Where(line => line.Contains("/web  create ", StringComparison.Ordinal)).Select(line => line.Split("  create ")[1].TrimStart())];
        Assert.Equal(
            ["ControllerRevi", "PersistentVolu", $"Pod {home}/web-"[..14], "PersistentVolu", $"Pod {home}/web-"[..14]],
            made.Select(what => what[..14]));
        Assert.Equal(before, await RevisionsAsync());
    }

    [Fact]
    public async Task What_is_missing_is_said_in_one_line()
    {
        await cluster.BeginAsync(Cancellation);
        Assert.Equal((ExitCode.ClusterNotReady, ""), (cluster.PlanWithoutCrds.Code, cluster.PlanWithoutCrds.Output));
        Assert.Matches("^kruise: .* has no CRD imagepulljobs.apps.kruise.io, nodeimages.apps.kruise.io, sidecarsets.apps.kruise.io, clonesets.apps.kruise.io .*\n$", cluster.PlanWithoutCrds.Errors);

        (int code, _, string errors) = await KruiseCommand.RunAsync("plan", "--kubeconfig", cluster.Plane.Kubeconfig("nobody", []));
        Assert.Equal(ExitCode.ClusterNotReady, code);
        Assert.Matches(
            "^kruise: missing permission at .*: list imagepulljobs.apps.kruise.io; list nodeimages.apps.kruise.io; list nodes; list sidecarsets.apps.kruise.io; list clonesets.apps.kruise.io; "
            + "list pods; list persistentvolumeclaims; list controllerrevisions.apps\n$",
            errors);

        string closed = Path.GetTempFileName();
        string open = await File.ReadAllTextAsync(cluster.Kubeconfig, Cancellation);
        await File.WriteAllTextAsync(closed, open.Replace(cluster.Plane.Server, "https://127.0.0.1:1"), Cancellation);
        (code, _, errors) = await KruiseCommand.RunAsync("plan", "--kubeconfig", closed);
        File.Delete(closed);
        Assert.Equal(ExitCode.Unreachable, code);
        Assert.Matches("^kruise: cannot reach https://127.0.0.1:1/: .*\n$", errors);
    }

    [Fact]
    public async Task The_connection_of_a_plan_refuses_to_write()
    {
        await cluster.BeginAsync(Cancellation);
        using ClusterConnection connection = ClusterConnection.Open(cluster.Kubeconfig, readOnly: true);
        var client = new ApiClient(connection, "tests", null, TimeProvider.System);

        await client.CreateAsync(Objects.Node("refused"), Cancellation).ContinueWith(AssertRefused, TaskScheduler.Default);
        await client.UpdateAsync(Objects.Node("refused"), Cancellation).ContinueWith(AssertRefused, TaskScheduler.Default);
        await client.UpdateStatusAsync(Objects.NodeImage("refused"), Cancellation).ContinueWith(AssertRefused, TaskScheduler.Default);
        await client.DeleteAsync(ResourceKind.Of<V1Node>(), new("", "refused"), null, Cancellation).ContinueWith(AssertRefused, TaskScheduler.Default);
        await client.SendJsonAsync(HttpMethod.Patch, "api/v1/nodes/refused", new JsonObject(), Cancellation).ContinueWith(AssertRefused, TaskScheduler.Default);
        await new ClusterCheck(client).RequirePermissionsAsync([new Permission("list", "", "nodes")], Cancellation);

        static void AssertRefused(Task task)
        {
            var refusal = Assert.IsType<InvalidOperationException>(task.Exception!.InnerException);
            Assert.EndsWith("this connection only reads.", refusal.Message, StringComparison.Ordinal);
        }
    }

    // Three nodes, two with a NodeImage, a job and its secret.
    private async Task<string> StartAsync()
    {
        await cluster.BeginAsync(Cancellation);
        string home = await cluster.Plane.CreateNamespaceAsync("plan", Cancellation);
        foreach (string node in new[] { "n-1", "n-2", "n-3" })
        {
            await cluster.Client.CreateAsync(Objects.Node(node), Cancellation);
        }

        await cluster.Client.CreateAsync(Objects.NodeImage("n-1"), Cancellation);
        await cluster.Client.CreateAsync(Objects.NodeImage("n-2"), Cancellation);
        await cluster.Client.CreateAsync(Objects.PullSecret(home, "regcred"), Cancellation);
        await cluster.Client.CreateAsync(Objects.Job(home, "warm", pullSecrets: "regcred"), Cancellation);
        return home;
    }

    // The planned start of a job is the second of the plan: two plans may stand on either side of one.
    private static string WithoutTime(string table) => StartTime().Replace(table, "(now)");

    [GeneratedRegex(@"(?<=status\.startTime: )\S+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StartTime();

    private Task<(int Code, string Output, string Errors)> PlanAsync(params string[] args) =>
        KruiseCommand.RunAsync(["plan", "--kubeconfig", cluster.Kubeconfig, .. args]);

    private static void AssertNoSecret(string text)
    {
        Assert.DoesNotContain(Objects.Password, text, StringComparison.Ordinal);
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"auths":{"reg.example":{"username":"warm","password":"correct"""));
        Assert.DoesNotContain(encoded[..40], text, StringComparison.Ordinal);
    }

    // Of everything that a plan could touch, and of more.
    private async Task<Dictionary<string, string>> RevisionsAsync()
    {
        var revisions = new Dictionary<string, string>();
        string[] lists =
        [
            "api/v1/nodes", "api/v1/secrets", "api/v1/events", "api/v1/namespaces", "api/v1/configmaps", "apis/coordination.k8s.io/v1/leases",
            "apis/apps.kruise.io/v1alpha1/imagepulljobs", "apis/apps.kruise.io/v1alpha1/nodeimages",
            "apis/apps.kruise.io/v1alpha1/clonesets", "apis/apps.kruise.io/v1alpha1/sidecarsets", "apis/apps/v1/controllerrevisions", "api/v1/pods", "api/v1/persistentvolumeclaims",
        ];
        foreach (string list in lists)
        {
            using JsonDocument document = await cluster.Client.ListAsync(list, Cancellation);
            foreach (JsonElement item in document.RootElement.GetProperty("items").EnumerateArray())
            {
                JsonElement metadata = item.GetProperty("metadata");
                string @namespace = metadata.TryGetProperty("namespace", out JsonElement text) ? text.GetString()! : "";
                revisions[$"{list} {@namespace}/{metadata.GetProperty("name")}"] = metadata.GetProperty("resourceVersion").GetString()!;
            }
        }

        return revisions;
    }
}
