using k8s.Models;
using Kruise.Core.Api;
using Xunit;
using static Kruise.Live.Tests.Workloads.SidecarNamespace;
using static Kruise.Live.Tests.Workloads.SidecarStep;

namespace Kruise.Live.Tests.Workloads;

/// <summary>The table: what is done where there are SidecarSets and what there is in the end, the same in every world.</summary>
public static class SidecarCases
{
    private const string Nothing = "init none; web=web:1 restarted 0; volumes none; of no set";

    public static IReadOnlyList<SidecarCase> All { get; } =
    [
        new(
            "pods get what selects them",
            [
                new CreateSet("agents", Agents()),
                new CreatePods(3, Web()),
                new CreatePods(1, Pod("db", Containers("web"), labels: new() { [App] = "db" })),
                new AllReady(4),
                new Counts("agents", 3, 3, 3, 3),
            ],
            Ends(Pods(3, "init none; +agent=agent:1 restarted 0, web=web:1 restarted 0; volumes none; of agents as it is"), Pods(1, Nothing), Status("agents", 3, 3, 3, 3))),
        new(
            "two sets by name, before and behind, with what they mount and take over",
            [
                new CreateSet("b-tail", new SidecarSetSpec
                {
                    Containers =
                    [
                        Sidecar("tail") with
                        {
                            PodInjectPolicy = SidecarContainer.AfterAppContainer,
                            ShareVolumePolicy = new ShareVolumePolicy { Type = ShareVolumePolicy.Enabled },
                            TransferEnv = [new TransferEnvVar { SourceContainerName = "web", EnvName = "TEAM" }],
                        },
                    ],
                    Volumes = [Empty("nobody-mounts")],
                }),
                new CreateSet("a-agents", Agents() with
                {
                    Containers = [Sidecar("agent") with { VolumeMounts = [new V1VolumeMount { Name = "spool", MountPath = "/spool" }] }],
                    InitContainers = [Sidecar("prepare")],
                    Volumes = [Empty("spool"), Empty("data")],
                }),
                new CreatePods(2, Pod(
                    "web",
                    [new V1Container { Name = "web", Image = "web:1", Env = [new V1EnvVar { Name = "TEAM", Value = "shop" }], VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }] }],
                    Containers("own"),
                    [Empty("data")])),
                new Counts("a-agents", 2, 2, 2, 2),
                new Counts("b-tail", 2, 2, 2, 2),
            ],
            Ends(
                Pods(
                    2,
                    "init own=own:1, +prepare=prepare:1; +agent=agent:1 (spool at /spool) restarted 0, web=web:1 (TEAM=shop, data at /data) restarted 0, "
                    + "+tail=tail:1 (TEAM=shop, data at /data) restarted 0; volumes data, spool; of a-agents as it is, b-tail as it is"),
                Status("a-agents", 2, 2, 2, 2),
                Status("b-tail", 2, 2, 2, 2))),
        new(
            "a container of the sidecar's name is replaced where it stands",
            [
                new CreateSet("agents", Agents()),
                new CreatePods(1, Pod("web", [new V1Container { Name = "web", Image = "web:1" }, new V1Container { Name = "agent", Image = "mine:1" }])),
                new Counts("agents", 1, 1, 1, 1),
            ],
            Ends(Pods(1, "init none; web=web:1 restarted 0, +agent=agent:1 restarted 0; volumes none; of agents as it is"), Status("agents", 1, 1, 1, 1))),
        new(
            "upgraded in place, and only the sidecar that changed",
            [new CreateSet("agents", Agents("tail")), new CreatePods(3, Web()), new Counts("agents", 3, 3, 3, 3), Image("agent", "agent:2"), new Counts("agents", 3, 3, 3, 3)],
            Ends(
                Pods(3, "init none; +agent=agent:2 restarted 1, +tail=tail:1 restarted 0, web=web:1 restarted 0; volumes none; of agents as it is, upgraded agent"),
                Status("agents", 3, 3, 3, 3))),
        new(
            "there and back, one sidecar and the other",
            [
                new CreateSet("agents", Agents("tail")), new CreatePods(2, Web()), new Counts("agents", 2, 2, 2, 2), Image("agent", "agent:2"), new Counts("agents", 2, 2, 2, 2),
                Image("tail", "tail:2"), new Counts("agents", 2, 2, 2, 2), Image("agent", "agent:1"), new Counts("agents", 2, 2, 2, 2),
            ],
            Ends(
                Pods(2, "init none; +agent=agent:1 restarted 2, +tail=tail:2 restarted 1, web=web:1 restarted 0; volumes none; of agents as it is, upgraded agent, tail"),
                Status("agents", 2, 2, 2, 2))),
        new(
            "a partition in percent keeps the old, rounded down",
            [
                new CreateSet("agents", Agents()), new CreatePods(5, Web()), new Counts("agents", 5, 5, 5, 5),
                Strategy("half stay", strategy => strategy with { Partition = "50%" }), Image("agent", "agent:2"), new Counts("agents", 5, 3, 5, 3),
            ],
            Ends(Pods(2, One("agent:1", 0, "but for images")), Pods(3, One("agent:2", 1, "as it is, upgraded agent")), Status("agents", 5, 3, 5, 3))),
        new(
            "none may be unavailable: nothing is upgraded until some may",
            [
                new CreateSet("agents", Agents()), new CreatePods(3, Web()), new Counts("agents", 3, 3, 3, 3),
                Strategy("none", strategy => strategy with { MaxUnavailable = "30%" }), Image("agent", "agent:2"), new Counts("agents", 3, 0, 3, 0),
                Strategy("one", strategy => strategy with { MaxUnavailable = "34%" }), new Counts("agents", 3, 3, 3, 3),
            ],
            Ends(Pods(3, One("agent:2", 1, "as it is, upgraded agent")), Status("agents", 3, 3, 3, 3))),
        new(
            "a canary by label",
            [
                new CreateSet("agents", Agents()), new CreatePods(2, Web()), new CreatePods(1, Pod("canary", Containers("web"), labels: new() { ["canary"] = "yes" })),
                new Counts("agents", 3, 3, 3, 3), Strategy("canary", strategy => strategy with { Selector = Select("canary", "yes") }), Image("agent", "agent:2"),
                new Counts("agents", 3, 1, 3, 1),
            ],
            Ends(Pods(2, One("agent:1", 0, "but for images")), Pods(1, One("agent:2", 1, "as it is, upgraded agent")), Status("agents", 3, 1, 3, 1))),
        new(
            "paused: pods that run stay, and a new one has the new image",
            [
                new CreateSet("agents", Agents()), new CreatePods(2, Web()), new Counts("agents", 2, 2, 2, 2), Strategy("paused", strategy => strategy with { Paused = true }),
                Image("agent", "agent:2"), new CreatePods(1, Pod("new", Containers("web"))), new Counts("agents", 3, 1, 3, 1),
            ],
            Ends(Pods(2, One("agent:1", 0, "but for images")), Pods(1, One("agent:2", 0, "as it is")), Status("agents", 3, 1, 3, 1))),
        new(
            "not to be updated",
            [
                new CreateSet("agents", Agents()), new CreatePods(2, Web()), new Counts("agents", 2, 2, 2, 2),
                Strategy("not", strategy => strategy with { Type = SidecarSetUpdateStrategy.NotUpdate }), Image("agent", "agent:2"), new Counts("agents", 2, 0, 2, 0),
            ],
            Ends(Pods(2, One("agent:1", 0, "but for images")), Status("agents", 2, 0, 2, 0))),
        new(
            "what changes beside images waits for pods that are made again",
            [
                new CreateSet("agents", Agents()), new CreatePods(2, Web()), new Counts("agents", 2, 2, 2, 2),
                new Edit("agents", "an argument", spec => WithContainer(spec, "agent", agent => agent with { Args = ["--more"], Image = "agent:2" })), new Counts("agents", 2, 0, 2, 0),
                new DeletePod("web-0"), new CreatePods(1, Pod("again", Containers("web"))), new Counts("agents", 2, 1, 2, 1),
            ],
            Ends(Pods(1, One("agent:1", 0, "as it was")), Pods(1, One("agent:2", 0, "as it is")), Status("agents", 2, 1, 2, 1))),
        new(
            "a set that goes leaves its containers where they are",
            [
                new CreateSet("agents", Agents()), new CreatePods(2, Web()), new Counts("agents", 2, 2, 2, 2), new DeleteSet("agents"), new CreatePods(1, Pod("new", Containers("web"))),
                new AllReady(3),
            ],
            Ends(Pods(2, One("agent:1", 0, "that is gone")), Pods(1, Nothing))),
        new(
            "pods from before a set are none of its own, also when its selector comes to them",
            [
                new CreatePods(2, Web()), new AllReady(2), new CreateSet("agents", Agents()), new CreatePods(1, Pod("new", Containers("web"))), new Counts("agents", 1, 1, 1, 1),
                Image("agent", "agent:2"), new Counts("agents", 1, 1, 1, 1),
            ],
            Ends(Pods(1, One("agent:2", 1, "as it is, upgraded agent")), Pods(2, Nothing), Status("agents", 1, 1, 1, 1))),
        new(
            "sets in conflict: the second is refused, and the first goes on",
            [
                new CreateSet("agents", Agents()), new CreateSet("others", Agents() with { Containers = [Sidecar("agent") with { Image = "mine:1" }] }), new CreatePods(1, Web()),
                new Counts("agents", 1, 1, 1, 1),
            ],
            Ends(
                Pods(1, One("agent:1", 0, "as it is")),
                Status("agents", 1, 1, 1, 1),
                "refused: spec.containers[0].name: Invalid value: \"agent\": must not be the name of a container of SidecarSet agents: both sets select pods labelled app=web in namespace NS")),
        new(
            "a pod that has the sidecar's name among its init containers is refused, and an event says why",
            [new CreateSet("agents", Agents()), new CreatePods(1, Pod("web", Containers("web"), Containers("agent"))), new CreatePods(1, Pod("fine", Containers("web"))), new Counts("agents", 1, 1, 1, 1)],
            Ends(
                Pods(1, One("agent:1", 0, "as it is")),
                Status("agents", 1, 1, 1, 1),
                "refused: spec.containers: Invalid value: \"agent\": SidecarSet agents puts a container of this name into the pod, where it is the name of an init container: rename one",
                "told: pod NS/web-0 is refused: container \"agent\": SidecarSet agents puts a container of this name into the pod, where it is the name of an init container: rename one")),
    ];

    /// <summary>Runs a row in a world and holds what there is in the end against it.</summary>
    public static async Task RunAsync(string title, ISidecarWorld world)
    {
        SidecarCase row = All.Single(one => one.Title == title);
        foreach (SidecarStep step in row.Steps)
        {
            try
            {
                await world.DoAsync(step);
            }
            catch (TimeoutException e)
            {
                Assert.Fail($"{step}: {e.Message}\n{(await world.StateAsync()).Describe()}");
            }
        }

        string ends = (await world.StateAsync()).Describe();
        Assert.True(row.Ends.ReplaceLineEndings("\n") == ends, $"expected:\n{row.Ends}\nactual:\n{ends}");
    }

    private static SidecarSetSpec Agents(params string[] more) => new() { Containers = [Sidecar("agent"), .. more.Select(Sidecar)] };

    private static SidecarContainer Sidecar(string name) => new() { Name = name, Image = name + ":1" };

    private static V1Pod Web() => Pod("web", Containers("web"));

    private static V1Volume Empty(string name) => new() { Name = name, EmptyDir = new V1EmptyDirVolumeSource() };

    private static Edit Image(string container, string image) => new("agents", image, spec => WithContainer(spec, container, c => c with { Image = image }));

    private static Edit Strategy(string what, Func<SidecarSetUpdateStrategy, SidecarSetUpdateStrategy> change) => new("agents", what, spec => SidecarNamespace.Strategy(spec, change));

    private static string Ends(params string[] lines) => string.Join('\n', lines);

    private static string Pods(int count, string what) => $"{count} x pod Running: {what}";

    private static string One(string agent, int restarts, string at) =>
        $"init none; +agent={agent} restarted {restarts}, web=web:1 restarted 0; volumes none; of agents {at}";

    private static string Status(string set, int matched, int updated, int ready, int both) =>
        $"set {set}: {matched} matched, {updated} updated, {ready} ready, {both} updated and ready";
}
