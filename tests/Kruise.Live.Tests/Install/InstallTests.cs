using System.Text.Json.Nodes;
using Kruise.Core.Admission;
using Kruise.Core.Features;
using Kruise.Live.Cli;
using Kruise.Live.Daemon;
using Kruise.Live.Install;
using Kruise.Live.Install.Values;
using Kruise.Live.Manager;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Install;

/// <summary>What is printed, without a cluster.</summary>
public sealed class InstallTests
{
    [Fact]
    public async Task Kubectl_builds_the_kustomize_base_into_the_same_objects()
    {
        LabEnvironment.Require("kubectl");

        string built = (await Tool.RunAsync("kubectl", ["kustomize", Repository.At("deploy/kustomize")], TestContext.Current.CancellationToken)).Succeeded();

        ObjectSet.AssertSame(await KruiseCommand.PrintsAsync("install", "--offline"), built);
    }

    [Fact]
    public async Task Without_the_daemon_gate_nothing_of_the_daemon_is_there_and_the_manager_may_not_read_secrets()
    {
        string printed = await KruiseCommand.PrintsAsync("install", "--offline", "--set", "featureGates=KruiseDaemon=false");

        Assert.DoesNotContain("kruise-daemon", printed, StringComparison.Ordinal);
        string role = ObjectSet.Of(printed)["rbac.authorization.k8s.io/v1 ClusterRole /kruise-manager-role"];
        Assert.DoesNotContain("secrets", role, StringComparison.Ordinal);
        Assert.DoesNotContain("nodes", role, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Ignore", 30)]
    [InlineData("webhookConfiguration.failurePolicy.pods=Fail;webhookConfiguration.timeoutSeconds=4", "Fail", 4)]
    public void Pods_are_admitted_when_they_are_made_outside_control_planes_by_the_policy_asked_for(string set, string policy, int seconds)
    {
        JsonObject values = InstallValues.Defaults();
        foreach (string option in set.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            SetOption.Apply(option, values);
        }

        JsonNode[] webhooks = [.. Webhooks(values)];
        JsonNode pods = webhooks.Single(webhook => Name(webhook) == "mpod.kb.io");

        Assert.Equal((policy, seconds, "NoneOnDryRun"), (Text(pods, "failurePolicy"), pods["timeoutSeconds"]!.GetValue<int>(), Text(pods, "sideEffects")));
        Assert.Equal("""{"matchExpressions":[{"key":"control-plane","operator":"DoesNotExist"}]}""", pods["namespaceSelector"]!.ToJsonString());
        Assert.Equal(
            """[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"],"scope":"*"}]""", pods["rules"]!.ToJsonString());
        Assert.All(webhooks.Except([pods]), webhook =>
        {
            Assert.Equal(("Fail", "None", seconds), (Text(webhook, "failurePolicy"), Text(webhook, "sideEffects"), webhook["timeoutSeconds"]!.GetValue<int>()));
            Assert.Null(webhook["namespaceSelector"]);
            Assert.Equal("""["CREATE","UPDATE"]""", webhook["rules"]![0]!["operations"]!.ToJsonString());
        });
    }

    [Theory]
    [InlineData("", 9)]
    [InlineData("PodWebhook=true,KruiseDaemon=true", 9)]
    [InlineData("PodWebhook=false", 8)]
    [InlineData("KruiseDaemon=true,PodWebhook=false", 8)]
    [InlineData("KruiseDaemon=false", 9)]
    public void A_webhook_is_installed_for_each_step_that_the_managers_gates_leave_there(string text, int count)
    {
        JsonObject values = InstallValues.Defaults();
        SetOption.Apply("featureGates=" + text, values);
        FeatureGates gates = FeatureGateText.Parse(text);

        JsonNode[] webhooks = [.. Webhooks(values)];

        Assert.Equal(count, webhooks.Length);
        Assert.Equal(
            KruiseAdmission.Steps.Where(step => step.IsServed(gates)).Select(step => (step.Webhook, step.Path)),
            webhooks.Select(webhook => (Name(webhook), webhook["clientConfig"]!["service"]!["path"]!.GetValue<string>())));
    }

    [Theory]
    [InlineData("PodWebhook=false,PodWebhook=true")]
    [InlineData("PodWebhook=0")]
    [InlineData("AllBeta=false")]
    [InlineData("KruiseDaemon=False")]
    public void Gates_that_chart_and_manager_would_read_differently_are_refused(string gates)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => SetOption.Apply("featureGates=" + gates, InstallValues.Defaults()));
        Assert.EndsWith(
            $"'featureGates' must be PodWebhook=true|false and KruiseDaemon=true|false, each at most once, joined by a comma, not '{gates}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_managers_namespace_has_the_label_that_keeps_its_pods_from_the_webhook() => Assert.All(
        InstallManifests.Render(InstallValues.Defaults()).Where(m => m.Kind == "Namespace"),
        m => Assert.Contains("control-plane: controller-manager", m.Text, StringComparison.Ordinal));

    [Fact]
    public void Every_permission_has_its_reason_beside_it_and_none_is_for_everything()
    {
        List<Manifest> roles = InstallManifests.Render(InstallValues.Defaults()).Where(m => m.Kind is "ClusterRole" or "Role").ToList();

        Assert.Equal(5, roles.Count);
        foreach (Manifest role in roles)
        {
            string[] lines = role.Text.Split('\n');
            Assert.DoesNotContain('*', role.Text);
            string[] before = [.. lines.Zip(lines.Skip(1)).Where(pair => pair.Second.StartsWith("  - apiGroups", StringComparison.Ordinal)).Select(pair => pair.First)];
            Assert.StartsWith("  # ", before[0], StringComparison.Ordinal);

            // Two rules may share a reason where RBAC cannot restrict one of the verbs by name: the rule before ends with its verbs.
            Assert.All(before, line => Assert.Matches("^  # |^    verbs: \\[create\\]$|^    verbs: \\[get, list, watch, update\\]$", line));
        }
    }

    [Fact]
    public void Daemons_read_no_secrets_but_those_meant_for_them()
    {
        List<Manifest> manifests = InstallManifests.Render(InstallValues.Defaults()).Where(m => m.Text.Contains("secrets", StringComparison.Ordinal)).ToList();

        Assert.Equal(["kruise-daemon-config"], manifests.Where(m => m.File == "daemon-rbac").Select(m => m.Namespace));
    }

    [Fact]
    public void Permissions_name_every_kind_and_webhooks_cover_every_kind()
    {
        IReadOnlyList<Manifest> manifests = InstallManifests.Render(InstallValues.Defaults());
        string role = manifests.First(m => m is { Kind: "ClusterRole", Name: "kruise-manager-role" }).Text;
        string mutating = manifests.Single(m => m.Kind == "MutatingWebhookConfiguration").Text;
        string validating = manifests.Single(m => m.Kind == "ValidatingWebhookConfiguration").Text;

        foreach (Manifest crd in manifests.Where(m => m.Kind == "CustomResourceDefinition"))
        {
            Assert.Contains($"resources: [{crd.Name.Split('.')[0]}]", role, StringComparison.Ordinal);
            string singular = crd.Name.Split('.')[0].TrimEnd('s');
            Assert.Contains($"path: /mutate-apps-kruise-io-v1alpha1-{singular}\n", mutating, StringComparison.Ordinal);
            Assert.Contains($"path: /validate-apps-kruise-io-v1alpha1-{singular}\n", validating, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_programs_take_the_arguments_that_they_are_given()
    {
        string printed = await KruiseCommand.PrintsAsync("install", "--offline");

        string[] manager = Arguments("Deployment");
        string[] daemon = Arguments("DaemonSet");

        Assert.Equal("manager", manager[0]);
        Assert.Empty(ManagerCommand.Create().Parse(manager[1..]).Errors);
        Assert.Equal("daemon", daemon[0]);
        Assert.Empty(DaemonCommand.Create().Parse(daemon[1..]).Errors);

        string[] Arguments(string kind)
        {
            JsonNode program = JsonNode.Parse(ObjectSet.Of(printed).Single(o => o.Key.Contains($" {kind} ", StringComparison.Ordinal)).Value)!;
            return program["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray().Select(a => a!.GetValue<string>()).ToArray();
        }
    }

    [Fact]
    public async Task Uninstall_is_the_reverse_in_an_order_that_refuses_nothing()
    {
        List<string> installed = ObjectSet.Of(await KruiseCommand.PrintsAsync("install", "--offline")).Keys.ToList();
        string printed = await KruiseCommand.PrintsAsync("uninstall", "--offline");

        // The lease and the certificates are the manager's own.
        Assert.Equal(
            ((string[])[.. installed, "coordination.k8s.io/v1 Lease kruise-system/kruise-manager", "v1 Secret kruise-system/kruise-webhook-certs"])
                .Order(StringComparer.Ordinal),
            ObjectSet.Of(printed).Keys);
        int[] order = new[] { "MutatingWebhookConfiguration", "Deployment", "DaemonSet", "CustomResourceDefinition", "ClusterRole", "Namespace" }
            .Select(kind => printed.IndexOf($"kind: {kind}\n", StringComparison.Ordinal)).ToArray();
        Assert.Equal(order.Order(), order);
        Assert.DoesNotContain("CustomResourceDefinition", await KruiseCommand.PrintsAsync("uninstall", "--offline", "--keep-crds"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_namespaces_of_the_programs_are_the_ones_named()
    {
        JsonObject values = InstallValues.Defaults();
        SetOption.Apply("installation.namespace=elsewhere", values);

        IReadOnlyList<Manifest> manifests = InstallManifests.Render(values);

        Assert.DoesNotContain("kruise-system", InstallManifests.Join(manifests), StringComparison.Ordinal);
        Assert.Contains("--leader-election-namespace=elsewhere", InstallManifests.Join(manifests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_cluster_and_a_missing_kubeconfig_are_one_line_each()
    {
        string folder = Directory.CreateTempSubdirectory("kruise-install-").FullName;
        string file = Path.Combine(folder, "config");
        await File.WriteAllTextAsync(
            file,
            $$"""
            clusters: [{name: c, cluster: {server: "https://127.0.0.1:{{LabEnvironment.FreePorts(1)[0]}}"} }]
            contexts: [{name: x, context: {cluster: c, user: u} }]
            users: [{name: u, user: {token: t} }]
            current-context: x
            """,
            TestContext.Current.CancellationToken);

        (int unreachable, string output, string errors) = await KruiseCommand.RunAsync("install", "--kubeconfig", file);
        (int missing, _, string missingErrors) = await KruiseCommand.RunAsync("install", "--kubeconfig", file + "-not");
        Directory.Delete(folder, recursive: true);

        Assert.Equal(ExitCode.Unreachable, unreachable);
        Assert.Equal(ExitCode.BadInput, missing);
        Assert.Empty(output);
        Assert.Single(errors.TrimEnd().Split('\n'));
        Assert.Contains("--offline", errors, StringComparison.Ordinal);
        Assert.Single(missingErrors.TrimEnd().Split('\n'));
    }

    private static IEnumerable<JsonNode> Webhooks(JsonObject values) => InstallManifests.Render(values)
        .Where(manifest => manifest.Kind.EndsWith("WebhookConfiguration", StringComparison.Ordinal))
        .SelectMany(manifest => JsonNode.Parse(ObjectSet.Of(manifest.Text).Values.Single())!["webhooks"]!.AsArray().Select(webhook => webhook!));

    private static string Name(JsonNode webhook) => Text(webhook, "name");

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
