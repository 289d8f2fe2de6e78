using System.CommandLine;
using Kruise.Live.Cli;
using Kruise.Live.Cluster;
using Kruise.Live.Manager;
using Kruise.Live.Planning;
using Kruise.Live.Tests.Cluster;
using Kruise.Live.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kruise.Live.Tests.Manager;

/// <summary>What the feature gates leave of a manager: its controllers by name, what it caches before it is ready, what it must be allowed to do.</summary>
public sealed class FeatureGatesTests
{
    private static readonly string[] _always = ["cloneset-controller", "sidecarset-controller"];

    [Theory]
    [InlineData("", true)]
    [InlineData("PodWebhook=false", true)]
    [InlineData("KruiseDaemon=false", false)]
    [InlineData("KruiseDaemon=false,PodWebhook=false", false)]
    [InlineData("AllBeta=false", false)]
    public async Task Warm_up_is_there_or_not_in_controllers_caches_and_permissions(string gates, bool hasWarmUp)
    {
        ManagerOptions options = Options("--feature-gates", gates);
        IReadOnlyList<CatalogedController> controllers = Controllers(options);
        await using FakeApi api = await FakeApi.StartAsync(_ => (500, "{}", null));
        var caches = new ManagerCaches(options, controllers, new ApiClient(api.Connection, "test", null, TimeProvider.System), NullLoggerFactory.Instance);

        string[] warmUp = ["nodeimage-controller", "imagepulljob-controller", "pullsecret-controller"];
        Assert.Equal(hasWarmUp ? [.. warmUp, .. _always] : _always, controllers.Select(controller => controller.Reconciler.Name));
        Assert.Equal(
            "not listed yet: " + (hasWarmUp ? "imagepulljobs.apps.kruise.io, nodeimages.apps.kruise.io, nodes, " : "")
            + "clonesets.apps.kruise.io, pods, persistentvolumeclaims, controllerrevisions.apps, " + (hasWarmUp ? "secrets, " : "") + "sidecarsets.apps.kruise.io",
            caches.Missing());
        Assert.NotNull(caches.SidecarSets);
        Assert.False(caches.SidecarSets.Synced.IsCompleted);

        Permission[] permissions = [.. ManagerPermissions.Of(options, new WebhookOptions())];
        Assert.Equal(hasWarmUp, permissions.Any(permission => permission.Resource is "imagepulljobs" or "nodeimages" or "nodes"));
        Assert.Equal(["get", "list", "watch"], permissions.Where(permission => permission.Resource == "sidecarsets").Select(permission => permission.Verb));
        Assert.Equal(["update"], permissions.Where(permission => permission.Resource == "sidecarsets/status").Select(permission => permission.Verb));
    }

    [Fact]
    public void A_manager_of_one_namespace_puts_sidecars_into_pods_and_does_not_upgrade_them()
    {
        ManagerOptions options = Options("--namespace", "team");

        Assert.DoesNotContain(Controllers(options), controller => controller.Reconciler.Name == "sidecarset-controller");
        Permission[] permissions = [.. ManagerPermissions.Of(options, new WebhookOptions())];
        Assert.Contains(new Permission("watch", "apps.kruise.io", "sidecarsets"), permissions);
        Assert.DoesNotContain(permissions, permission => permission.Resource == "sidecarsets/status");
        Assert.DoesNotContain(ManagerPermissions.Of(options, null), permission => permission.Resource == "sidecarsets");
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("7", 7)]
    public void Workers_are_upstreams_unless_they_are_given(string workers, int expected)
    {
        ManagerOptions options = workers.Length == 0 ? Options() : Options("--sidecarset-workers", workers);
        Assert.Equal(expected, Controllers(options).Single(controller => controller.Reconciler.Name == "sidecarset-controller").Workers);
    }

    [Theory]
    [InlineData("sidecarset-controller", "team", "needs the pods of all namespaces")]
    [InlineData("sidecarsets", null, "allowed: nodeimage-controller, imagepulljob-controller, pullsecret-controller, cloneset-controller, sidecarset-controller")]
    public async Task Plan_says_why_it_cannot_ask_a_controller(string name, string? @namespace, string message)
    {
        var output = new StringWriter();
        string[] arguments = @namespace is null ? ["--controller", name] : ["--controller", name, "-n", @namespace];
        UserErrorException error = await Assert.ThrowsAsync<UserErrorException>(() => PlanCommand.Create(output, output).Parse(arguments)
            .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<CatalogedController> Controllers(ManagerOptions options) =>
        ControllerCatalog.Of(options.Timing, options.CloneSets, options.SidecarSets, options.Gates, options.Namespace);

    private static ManagerOptions Options(params string[] arguments)
    {
        var flags = new ManagerFlags();
        var command = new Command("manager");
        flags.AddTo(command);
        ParseResult parsed = command.Parse(arguments);
        Assert.Empty(parsed.Errors);
        return flags.Read(parsed, _ => null);
    }
}
