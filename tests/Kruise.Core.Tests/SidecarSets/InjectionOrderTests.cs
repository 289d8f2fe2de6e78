using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;
using Kruise.Core.Tests.Workloads;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>Which pods get sidecars, where these stand, and what the pod says of them afterwards.</summary>
public sealed class InjectionOrderTests
{
    private static readonly DateTime Now = SidecarSetWorld.Start.AddMilliseconds(700);

    private static SidecarSet Of(string name, params SidecarContainer[] containers) =>
        SidecarSamples.Set(name: name).With(spec => spec with { Containers = containers });

    private static SidecarContainer Sidecar(string name, string? policy = null) => new() { Name = name, Image = name + ":1", PodInjectPolicy = policy };

    private static SidecarContainer Before(string name) => Sidecar(name, SidecarContainer.BeforeAppContainer);

    private static SidecarContainer After(string name) => Sidecar(name, SidecarContainer.AfterAppContainer);

    private static V1Pod Pod(params string[] containers) =>
        SidecarSamples.Bare("p") with { Spec = new V1PodSpec { Containers = [.. containers.Select(name => new V1Container { Name = name, Image = "own:1" })] } };

    private static V1Pod Injected(V1Pod pod, params SidecarSet[] sets)
    {
        Injection injection = SidecarInjector.Inject(pod, sets, Now);
        Assert.Null(injection.Refusal);
        Assert.Empty(injection.Conflicts);
        return injection.Pod;
    }

    private static IEnumerable<string> Names(IList<V1Container>? containers) => (containers ?? []).Select(container => container.Name);

    [Fact]
    public void Vector_before_and_after_the_pods_own_and_init_containers_behind_its_own()
    {
        SidecarSet set = Of("set", After("log-agent"), Sidecar("dns-f")).With(spec => spec with { InitContainers = [Sidecar("init-2"), Sidecar("init-1")] });
        V1Pod pod = Pod("nginx");
        pod = Injected(pod with { Spec = pod.Spec with { InitContainers = [new V1Container { Name = "init-0", Image = "own:1" }] } }, set);
        Assert.Equal(["dns-f", "nginx", "log-agent"], Names(pod.Spec.Containers));
        Assert.Equal(["init-0", "init-1", "init-2"], Names(pod.Spec.InitContainers));
        Assert.All(
            pod.Spec.Containers.Concat(pod.Spec.InitContainers),
            container => Assert.Equal(container.Image == "own:1" ? [] : [("IS_INJECTED", "true")], (container.Env ?? []).Select(variable => (variable.Name, variable.Value))));
    }

    [Theory]
    [InlineData("app", "new<,s1>,s2>", "new,app,s1,s2")]
    [InlineData("app", "new<", "new,app")]
    [InlineData("app", "s1>,s2>", "app,s1,s2")]
    [InlineData("s1,app,s2", "s1>,s2>", "s1,app,s2")]
    [InlineData("s1,app,s2", "s1>,s2>,new<", "new,s1,app,s2")]
    public void Vectors_of_upstreams_merge(string own, string sidecars, string expected)
    {
        SidecarContainer[] containers = [.. sidecars.Split(',').Select(text => text[^1] == '<' ? Before(text[..^1]) : After(text[..^1]))];
        V1Pod pod = Injected(Pod(own.Split(',')), Of("set", containers));
        Assert.Equal(expected, string.Join(',', Names(pod.Spec.Containers)));
        Assert.All(pod.Spec.Containers, container => Assert.Equal(containers.Any(c => c.Name == container.Name) ? container.Name + ":1" : "own:1", container.Image));
    }

    [Fact]
    public void Trap112_a_set_that_updates_no_pod_is_put_into_new_ones_all_the_same()
    {
        foreach (SidecarSetUpdateStrategy strategy in (SidecarSetUpdateStrategy[])[new() { Paused = true }, new() { Type = SidecarSetUpdateStrategy.NotUpdate }, new() { Partition = "100%" }])
        {
            Assert.Equal(["agent", "main"], Names(Injected(SidecarSamples.Bare("p"), SidecarSamples.Set(strategy: strategy)).Spec.Containers));
        }
    }

    [Fact]
    public void Trap113_init_containers_go_by_name_over_all_sets_and_containers_by_set_and_list()
    {
        SidecarSet a = Of("a", After("z"), Before("y"), Before("b")).With(spec => spec with { InitContainers = [Sidecar("init-9"), Sidecar("init-1")] });
        SidecarSet b = Of("b", Before("a"), After("c")).With(spec => spec with { InitContainers = [Sidecar("init-5")] });
        foreach (SidecarSet[] sets in (SidecarSet[][])[[a, b], [b, a]])
        {
            V1Pod pod = Injected(Pod("main"), sets);
            Assert.Equal(["y", "b", "a", "main", "z", "c"], Names(pod.Spec.Containers));
            Assert.Equal(["init-1", "init-5", "init-9"], Names(pod.Spec.InitContainers));
            Assert.Equal("a,b", pod.Metadata.Annotations[SidecarSetKeys.InjectedList]);
        }
    }

    [Fact]
    public void Trap114_a_container_of_the_pod_that_has_a_sidecars_name_is_replaced_where_it_stands()
    {
        V1Pod pod = Pod("one", "agent", "two");
        pod = pod with { Spec = pod.Spec with { InitContainers = [new V1Container { Name = "init", Image = "own:1" }, new V1Container { Name = "prepare", Image = "own:1" }] } };
        pod = Injected(pod, Of("set", After("agent")).With(spec => spec with { InitContainers = [Sidecar("init")] }));
        Assert.Equal(["one own:1", "agent agent:1", "two own:1"], pod.Spec.Containers.Select(container => $"{container.Name} {container.Image}"));
        Assert.Equal(["init init:1", "prepare own:1"], pod.Spec.InitContainers.Select(container => $"{container.Name} {container.Image}"));
    }

    [Fact]
    public void Init_containers_go_in_front_where_they_say_so()
    {
        SidecarSet set = Of("set", Sidecar("agent")).With(spec => spec with { InitContainers = [Before("init-b"), After("init-c"), Before("init-a")] });
        V1Pod pod = Pod("main");
        pod = pod with { Spec = pod.Spec with { InitContainers = [new V1Container { Name = "own", Image = "own:1" }] } };
        Assert.Equal(["init-a", "init-b", "own", "init-c"], Names(Injected(pod, set).Spec.InitContainers));
    }

    [Fact]
    public void Pods_that_no_set_is_for_are_left_as_they_are()
    {
        SidecarSet set = SidecarSamples.Set(), elsewhere = SidecarSamples.Set().With(spec => spec with { Namespace = "team-a" });
        V1Pod pod = SidecarSamples.Bare("p");
        Untouched(SidecarSamples.Bare("p", app: "db"), set);
        Untouched(pod, elsewhere);
        Untouched(SidecarSamples.Bare("p", @namespace: "kube-system"), set);
        Untouched(SidecarSamples.Bare("p", @namespace: "kube-public"), set);
        Untouched(pod with { Metadata = pod.Metadata with { DeletionTimestamp = Now } }, set);
        Untouched(pod, set with { Spec = set.Spec with { Selector = new V1LabelSelector() } });
        Untouched(pod, set with { Spec = set.Spec with { Selector = null } });
        Untouched(pod, set with { Spec = set.Spec with { Containers = null } });
        Assert.Equal(["agent", "main"], Names(Injected(SidecarSamples.Bare("p", @namespace: "team-a"), elsewhere).Spec.Containers));

        static void Untouched(V1Pod pod, SidecarSet set)
        {
            Injection injection = SidecarInjector.Inject(pod, [set], Now);
            Assert.Same(pod, injection.Pod);
            Assert.Empty(injection.Sets);
            Assert.Null(injection.Refusal);
        }
    }

    [Fact]
    public void Vector_only_sets_that_match_are_in_the_hashes_and_in_the_list()
    {
        SidecarSet[] sets =
        [
            Of("sidecarset3", Sidecar("c")),
            Of("sidecarset2", Sidecar("b")).With(spec => spec with { Selector = SidecarSamples.Select(("app", "db")) }),
            Of("sidecarset1", Sidecar("a")),
        ];
        V1Pod pod = Injected(SidecarSamples.Bare("p"), sets);
        Assert.Equal("sidecarset1,sidecarset3", pod.Metadata.Annotations[SidecarSetKeys.InjectedList]);
        Assert.Equal(
            $$"""{"sidecarset1":{{Entry(sets[2])}},"sidecarset3":{{Entry(sets[0])}}}""",
            pod.Metadata.Annotations[SidecarSetKeys.Hash]);
        Assert.Equal(
            [("sidecarset1", SidecarSetHash.WithoutImagesIn(sets[2])), ("sidecarset3", SidecarSetHash.WithoutImagesIn(sets[0]))],
            InjectedHashes.TryRead(pod, SidecarSetKeys.HashWithoutImage)!.Select(entry => (entry.Key, entry.Value.Hash)));

        static string Entry(SidecarSet set) =>
            $$"""{"updateTimestamp":"2021-03-04T12:00:00Z","hash":"{{SidecarSetHash.In(set)}}","sidecarSetName":"{{set.Metadata.Name}}"}""";
    }

    [Fact]
    public void What_a_pod_says_of_other_sets_stays_in_either_form()
    {
        V1Pod pod = SidecarSamples.Bare("p").WithAnnotation("owner", "someone")
            .WithAnnotation(SidecarSetKeys.Hash, """{"others":"aaa"}""").WithAnnotation(SidecarSetKeys.HashWithoutImage, "");
        pod = Injected(pod, SidecarSamples.Set());
        Assert.Equal(["agents", "others"], InjectedHashes.TryRead(pod, SidecarSetKeys.Hash)!.Keys);
        Assert.Equal("aaa", InjectedHashes.TryRead(pod, SidecarSetKeys.Hash)!["others"].Hash);
        Assert.Equal(["agents"], InjectedHashes.TryRead(pod, SidecarSetKeys.HashWithoutImage)!.Keys);
        Assert.Equal(("agents", "someone"), (pod.Metadata.Annotations[SidecarSetKeys.InjectedList], pod.Metadata.Annotations["owner"]));
    }

    [Theory]
    [InlineData(SidecarSetKeys.Hash, "garbage")]
    [InlineData(SidecarSetKeys.HashWithoutImage, "[]")]
    public void An_annotation_that_cannot_be_read_refuses_the_pod(string key, string value)
    {
        V1Pod pod = SidecarSamples.Bare("p").WithAnnotation(key, value);
        Injection injection = SidecarInjector.Inject(pod, [SidecarSamples.Set()], Now);
        Assert.Same(pod, injection.Pod);
        Assert.Equal(
            $"metadata.annotations[{key}]: Invalid value: \"{value}\": must be absent, or a JSON map of what was injected before: it is Kruise's own", injection.Refusal!.ToString());

        // A pod that no set is for may say what it wants.
        Assert.Null(SidecarInjector.Inject(pod, [], Now).Refusal);
    }

    [Fact]
    public void A_pod_that_is_made_again_from_another_ones_manifest_comes_to_the_set_as_it_is_now()
    {
        V1Pod old = Injected(SidecarSamples.Bare("p"), SidecarSamples.Set());
        SidecarSet set = SidecarSamples.Set("agent:2");
        Injection again = SidecarInjector.Inject(old, [set], Now.AddHours(1));
        Assert.Equal(["agent agent:2", "main web:1"], again.Pod.Spec.Containers.Select(container => $"{container.Name} {container.Image}"));
        InjectedHash hash = InjectedHashes.TryRead(again.Pod, SidecarSetKeys.Hash)![SidecarSamples.SetName];
        Assert.Equal((SidecarSetHash.In(set), SidecarSetWorld.Start.AddHours(1)), (hash.Hash, hash.UpdateTimestamp));

        // Its hash without images is what it was, and so is the time.
        Assert.Equal(old.Metadata.Annotations[SidecarSetKeys.HashWithoutImage], again.Pod.Metadata.Annotations[SidecarSetKeys.HashWithoutImage]);
    }
}
