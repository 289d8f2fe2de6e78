using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;
using Kruise.Live.Cluster;
using Kruise.Live.Tests.Lab;
using Xunit;

namespace Kruise.Live.Tests.Workloads;

/// <summary>What sidecars pods get when they are made, on a real API server that asks our webhook.</summary>
[Collection(typeof(RunningSidecarSets))]
public sealed class SidecarInjectionTests(RunningCloneSets running)
{
    private const string Configuration = "apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kruise-validating-webhook-configuration";
    private const string Unchecked = "stored-unchecked";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sets_go_by_name_before_and_behind_the_pods_own_containers()
    {
        SidecarNamespace home = await HomeAsync();
        await home.CreateSetAsync("b", new SidecarSetSpec
        {
            Containers = [Sidecar("second") with { PodInjectPolicy = SidecarContainer.AfterAppContainer }, Sidecar("front")],
            InitContainers = [Sidecar("alpha"), Sidecar("early") with { PodInjectPolicy = SidecarContainer.BeforeAppContainer }],
            Volumes = [Empty("mounted-by-nobody")],
        });
        await home.CreateSetAsync("a", new SidecarSetSpec
        {
            Containers =
            [
                Sidecar("first") with { PodInjectPolicy = SidecarContainer.AfterAppContainer },
                Sidecar("head") with { VolumeMounts = [Mount("spool", "/spool")] },
                Sidecar("web") with { Image = "mine:1" },
            ],
            InitContainers = [Sidecar("zeta")],
            Volumes = [Empty("spool"), Empty("data")],
        });
        await home.KnownAsync("a", "b");

        V1Pod pod = await home.CreatePodAsync(SidecarNamespace.Pod("web", SidecarNamespace.Containers("main", "web", "tail"), SidecarNamespace.Containers("own"), [Empty("data")]));

        Assert.Equal(["head:1", "front:1", "main:1", "mine:1", "tail:1", "first:1", "second:1"], pod.Spec.Containers.Select(c => c.Image));
        Assert.Equal(["early", "own", "alpha", "zeta"], pod.Spec.InitContainers.Select(c => c.Name));
        Assert.Equal(["data", "spool"], pod.Spec.Volumes.Select(v => v.Name).Where(volume => !IsToken(volume)));
        Assert.Equal(
            ["alpha", "early", "first", "front", "head", "second", "web", "zeta"],
            pod.Spec.Containers.Concat(pod.Spec.InitContainers).Where(c => c.Env?.Any(e => e is { Name: SidecarSetKeys.IsInjected, Value: "true" }) ?? false).Select(c => c.Name).Order());
        Assert.All(pod.Spec.Containers, container => Assert.Single(container.VolumeMounts, mount => IsToken(mount.Name)));
        Assert.Equal($"{home.Key("a").Name},{home.Key("b").Name}", pod.Metadata.Annotations[SidecarSetKeys.InjectedList]);
        foreach (string set in (string[])["a", "b"])
        {
            SidecarSet stored = await home.SetAsync(set);
            Assert.Equal(SidecarSetHash.In(stored), SidecarNamespace.HashIn(pod, stored.Metadata.Name));
            Assert.Equal(SidecarSetHash.WithoutImagesIn(stored), SidecarNamespace.HashIn(pod, stored.Metadata.Name, SidecarSetKeys.HashWithoutImage));
        }
    }

    [Fact]
    public async Task A_sidecar_takes_over_variables_and_mounts_of_the_pods_containers_and_keeps_its_own()
    {
        SidecarNamespace home = await HomeAsync();
        await home.CreateSetAsync("taking", new SidecarSetSpec
        {
            Containers =
            [
                Sidecar("taker") with
                {
                    Env = [new V1EnvVar { Name = "LEVEL", Value = "mine" }],
                    VolumeMounts = [Mount("cache", "/cache")],
                    ShareVolumePolicy = new ShareVolumePolicy { Type = ShareVolumePolicy.Enabled },
                    TransferEnv =
                    [
                        new TransferEnvVar { SourceContainerName = "web", EnvName = "TEAM" },
                        new TransferEnvVar { SourceContainerName = "web", EnvName = "LEVEL" },
                        new TransferEnvVar { SourceContainerName = "web", EnvName = "NOT_THERE" },
                        new TransferEnvVar { SourceContainerName = "db", EnvName = "SECRET" },
                    ],
                },
                Sidecar("aloof"),
            ],
            InitContainers = [Sidecar("prepare") with { ShareVolumePolicy = new ShareVolumePolicy { Type = ShareVolumePolicy.Enabled } }],
            Volumes = [Empty("cache")],
        });
        await home.KnownAsync("taking");

        V1Pod pod = await home.CreatePodAsync(SidecarNamespace.Pod(
            "web",
            [
                new V1Container
                {
                    Name = "web",
                    Image = "web:1",
                    Env = [Variable("TEAM", "shop"), Variable("LEVEL", "theirs"), Variable("PART", "a")],
                    VolumeMounts = [Mount("data", "/data") with { SubPathExpr = "of/$(PART)" }, Mount("data", "/cache")],
                },
                new V1Container
                {
                    Name = "db",
                    Image = "db:1",
                    Env = [new V1EnvVar { Name = "SECRET", ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = "db", Key = "password" } } }],
                    VolumeMounts = [Mount("logs", "/logs") with { ReadOnlyProperty = true }],
                },
            ],
            volumes: [Empty("data"), Empty("logs")]));

        V1Container taker = pod.Spec.Containers.Single(c => c.Name == "taker");
        Assert.Equal(["LEVEL=mine", "IS_INJECTED=true", "TEAM=shop", "SECRET=from db", "PART=a"], taker.Env.Select(e => $"{e.Name}={e.Value ?? "from " + e.ValueFrom.SecretKeyRef.Name}"));
        string[] shared = ["data /data of/$(PART)", "logs /logs read-only"];
        Assert.Equal(["cache /cache", .. shared], Mounts(taker));
        Assert.Equal(["IS_INJECTED"], pod.Spec.Containers.Single(c => c.Name == "aloof").Env.Select(e => e.Name));
        Assert.Empty(Mounts(pod.Spec.Containers.Single(c => c.Name == "aloof")));
        V1Container prepare = pod.Spec.InitContainers.Single();
        Assert.Equal(["data /cache", .. shared], Mounts(prepare).Order(StringComparer.Ordinal));
        Assert.Equal(["IS_INJECTED", "PART"], prepare.Env.Select(e => e.Name));
    }

    [Fact]
    public async Task Pods_elsewhere_with_other_labels_or_in_a_namespace_that_opts_out_get_nothing()
    {
        SidecarNamespace home = await HomeAsync();
        SidecarNamespace other = await HomeAsync();
        string label = home.Name;
        await home.CreateSetAsync("here", new SidecarSetSpec { Containers = [Sidecar("here")] });
        await home.CreateSetAsync("all", new SidecarSetSpec { Selector = SidecarNamespace.Select("all", label), Containers = [Sidecar("all")] }, everywhere: true);
        await home.KnownAsync("here", "all");
        var labels = new Dictionary<string, string> { ["all"] = label };

        Assert.Equal(["all", "here", "web"], await GetsAsync(home, labels));
        Assert.Equal(["here", "web"], await GetsAsync(home, []));
        Assert.Equal(["all", "web"], await GetsAsync(other, labels));
        Assert.Equal(["web"], await GetsAsync(other, []));

        // The label counts, and not its value.
        await other.OptOutAsync("");
        Assert.Equal(["web"], await UntilGetsAsync(other, labels, 1));
        await other.OptOutAsync(null);
        Assert.Equal(["all", "web"], await UntilGetsAsync(other, labels, 2));
    }

    [Fact]
    public async Task Sets_of_one_name_that_got_in_together_refuse_the_pod_and_an_event_says_why()
    {
        SidecarNamespace home = await HomeAsync();
        await LetPassAsync(home);
        var unchecked_ = new Dictionary<string, string> { [Unchecked] = "" };
        SidecarSet first = await home.CreateSetAsync("one", new SidecarSetSpec { Containers = [Sidecar("agent")] }, unchecked_);
        SidecarSet second = await home.CreateSetAsync("two", new SidecarSetSpec { InitContainers = [Sidecar("agent")] }, unchecked_);
        V1Pod pod = SidecarNamespace.Pod("web", SidecarNamespace.Containers("web"));

        string why = $"SidecarSets {first.Metadata.Name} and {second.Metadata.Name} both put a container of this name into the pod: rename one, or keep their selectors apart";
        ApiException? refused = null;
        await Until.HoldsAsync(
            async _ =>
            {
                try
                {
                    await home.CreatePodAsync(pod, dryRun: true);
                    return false;
                }
                catch (ApiException e)
                {
                    refused = e;
                    return true;
                }
            },
            "both sets are known", s_limit, Cancellation);
        Assert.Equal((422, "Invalid"), ((int)refused!.Code, refused.Reason));
        Assert.Equal($"admission webhook \"mpod.kb.io\" denied the request: spec.initContainers: Invalid value: \"agent\": {why}", refused.Message);

        ApiException real = await Assert.ThrowsAsync<ApiException>(() => home.CreatePodAsync(pod));
        Assert.Equal(refused.Message, real.Message);
        Assert.Empty(await home.PodsAsync());

        // Of the one that was meant and not of the dry runs before it.
        Assert.Equal([$"Warning SidecarSetConflict x1 by kruise-webhook: pod {home.Name}/web is refused: container \"agent\": {why}"], await EventsAsync(home, "two"));
        Assert.Empty(await home.EventsAsync("one"));
    }

    [Fact]
    public async Task Volumes_of_one_name_and_two_meanings_let_the_pod_in_and_an_event_says_which_it_has()
    {
        SidecarNamespace home = await HomeAsync();
        await LetPassAsync(home);
        var unchecked_ = new Dictionary<string, string> { [Unchecked] = "" };
        SidecarSet first = await home.CreateSetAsync("one", Mounting("agent", Empty("spool")), unchecked_);
        SidecarSet second = await home.CreateSetAsync("two", Mounting("tail", Empty("spool") with { EmptyDir = new V1EmptyDirVolumeSource { Medium = "Memory" } }), unchecked_);
        await home.KnownAsync("one", "two");

        V1Pod dry = await home.CreatePodAsync(SidecarNamespace.Pod("dry", SidecarNamespace.Containers("web")), dryRun: true);
        V1Pod pod = await home.CreatePodAsync(SidecarNamespace.Pod("web", SidecarNamespace.Containers("web")));

        foreach (V1Pod made in (V1Pod[])[dry, pod])
        {
            Assert.Equal(["agent", "tail", "web"], made.Spec.Containers.Select(c => c.Name).Order());
            Assert.Null(made.Spec.Volumes.Single(volume => volume.Name == "spool").EmptyDir.Medium);
        }

        Assert.Equal(
            [
                $"Warning SidecarSetConflict x1 by kruise-webhook: pod {home.Name}/web has volume \"spool\" as SidecarSet {first.Metadata.Name} defines it, which comes first by name; "
                    + $"{second.Metadata.Name} defines it otherwise",
            ],
            await EventsAsync(home, "two"));
        Assert.Equal(["web"], (await home.PodsAsync()).Select(one => one.Metadata.Name));
    }

    [Fact]
    public async Task A_set_in_conflict_with_a_stored_one_is_refused_however_soon_it_comes()
    {
        SidecarNamespace home = await HomeAsync();
        SidecarSet stored = await home.CreateSetAsync("one", new SidecarSetSpec { Containers = [Sidecar("agent")] });

        ApiException refused = await Assert.ThrowsAsync<ApiException>(() => home.CreateSetAsync("two", new SidecarSetSpec { Containers = [Sidecar("tail"), Sidecar("agent")] }));

        Assert.Equal((422, "Invalid"), ((int)refused.Code, refused.Reason));
        Assert.Equal(
            "admission webhook \"vsidecarset.kb.io\" denied the request: spec.containers[1].name: Invalid value: \"agent\": must not be the name of a container of SidecarSet "
                + $"{stored.Metadata.Name}: both sets select pods labelled app=web in namespace {home.Name}",
            refused.Message);
    }

    [Theory]
    [InlineData("agent", 0, "spec.containers: Invalid value: \"agent\": SidecarSet SET puts a container of this name into the pod, where it is the name of an init container: rename one")]
    [InlineData("own", 9000, "spec.containers: Invalid value: \"agent\": the container of SidecarSet SET needs port 9000/TCP of the host, which the pod's container \"web\" has already: "
        + "give one of them another port, or keep such pods out of the set's selector")]
    public async Task What_a_pod_has_already_refuses_it_with_the_words_of_what_to_do(string init, int hostPort, string message)
    {
        SidecarNamespace home = await HomeAsync();
        SidecarSet set = await home.CreateSetAsync(
            "agents", new SidecarSetSpec { Containers = [Sidecar("agent") with { Ports = [new V1ContainerPort { ContainerPort = 9000, HostPort = 9000 }] }] });
        await home.KnownAsync("agents");
        V1Container web = SidecarNamespace.Containers("web")[0] with { Ports = hostPort == 0 ? null : [new V1ContainerPort { ContainerPort = 80, HostPort = hostPort }] };

        ApiException refused = await Assert.ThrowsAsync<ApiException>(() => home.CreatePodAsync(SidecarNamespace.Pod("web", [web], SidecarNamespace.Containers(init))));

        Assert.Equal(422, (int)refused.Code);
        Assert.Equal("admission webhook \"mpod.kb.io\" denied the request: " + message.Replace("SET", set.Metadata.Name, StringComparison.Ordinal), refused.Message);
        string told = Assert.Single(await EventsAsync(home, "agents"));
        Assert.StartsWith($"Warning SidecarSetConflict x1 by kruise-webhook: pod {home.Name}/web is refused: container \"agent\": ", told, StringComparison.Ordinal);
    }

    private static SidecarContainer Sidecar(string name) => new() { Name = name, Image = name + ":1" };

    private static SidecarSetSpec Mounting(string container, V1Volume volume) => new()
    {
        Containers = [Sidecar(container) with { VolumeMounts = [Mount(volume.Name, "/" + volume.Name)] }],
        Volumes = [volume],
    };

    private static V1Volume Empty(string name) => new() { Name = name, EmptyDir = new V1EmptyDirVolumeSource() };

    private static V1VolumeMount Mount(string name, string path) => new() { Name = name, MountPath = path };

    private static V1EnvVar Variable(string name, string value) => new() { Name = name, Value = value };

    private static bool IsToken(string volume) => volume.StartsWith("default-token-", StringComparison.Ordinal);

    private static IEnumerable<string> Mounts(V1Container container) => container.VolumeMounts.Where(mount => !IsToken(mount.Name))
        .Select(mount => $"{mount.Name} {mount.MountPath} {mount.SubPathExpr}{(mount.ReadOnlyProperty == true ? "read-only" : "")}".TrimEnd());

    private static async Task<string[]> GetsAsync(SidecarNamespace home, Dictionary<string, string> labels) =>
        [.. (await home.CreatePodAsync(SidecarNamespace.Pod("web", SidecarNamespace.Containers("web"), labels: labels), dryRun: true)).Spec.Containers.Select(c => c.Name).Order()];

    // API servers learn of a namespace's labels by a watch.
    private static async Task<string[]> UntilGetsAsync(SidecarNamespace home, Dictionary<string, string> labels, int containers)
    {
        string[] gets = [];
        await Until.HoldsAsync(async _ => (gets = await GetsAsync(home, labels)).Length == containers, "the API server has learnt of the label", s_limit, Cancellation);
        return gets;
    }

    // As two sets that are made at the same moment: neither has seen the other. Sets with a label go past the webhook that would.
    private static async Task LetPassAsync(SidecarNamespace home)
    {
        JsonObject configuration = (await home.Cluster.Admin.TryGetJsonAsync(Configuration, Cancellation))!;
        JsonObject webhook = configuration["webhooks"]!.AsArray().OfType<JsonObject>().Single(one => one["name"]!.GetValue<string>() == "vsidecarset.kb.io");
        if (webhook["objectSelector"] is JsonObject { Count: > 0 })
        {
            return;
        }

        webhook["objectSelector"] = JsonNode.Parse($$"""{"matchExpressions":[{"key":"{{Unchecked}}","operator":"DoesNotExist"}]}""");
        await home.Cluster.Admin.SendJsonAsync(HttpMethod.Put, Configuration, configuration, Cancellation);
        var bad = new SidecarSet
        {
            Metadata = new V1ObjectMeta { Name = home.Name + "-probe", Labels = new Dictionary<string, string> { [Unchecked] = "" } },
            Spec = new SidecarSetSpec { Selector = new V1LabelSelector(), Containers = [Sidecar("agent")] }, // would select every pod, which only the webhook minds
        };
        await Until.HoldsAsync(
            async token =>
            {
                try
                {
                    await home.Cluster.Admin.SendJsonAsync(
                        HttpMethod.Post, ResourceKind.Of<SidecarSet>().ListPath(null) + "?dryRun=All", JsonNode.Parse(ResourceKind.Of<SidecarSet>().Write(bad))!, token);
                    return true;
                }
                catch (ApiException e) when ((int)e.Code == 422)
                {
                    return false;
                }
            },
            "labelled sets pass", s_limit, Cancellation);
    }

    private static async Task<string[]> EventsAsync(SidecarNamespace home, string set)
    {
        string[] events = [];
        await Until.HoldsAsync(async _ => (events = await home.EventsAsync(set)).Length > 0, "there is an event", s_limit, Cancellation);
        return events;
    }

    private async Task<SidecarNamespace> HomeAsync() => await SidecarNamespace.MakeAsync(await running.ClusterAsync());
}
