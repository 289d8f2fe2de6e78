using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Reconciling;
using Kruise.Core.SidecarSets;
using Kruise.Core.Tests.Workloads;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>Which changes are a reason for a look.</summary>
public sealed class SidecarSetMapTests
{
    private static readonly SidecarSet Agents = SidecarSamples.Set(strategy: new() { Selector = SidecarSamples.Select(("canary", "true")) });
    private static readonly V1Pod Ready = SidecarSamples.Bare("p").Running(Agents);

    private readonly ObjectCache _cache;
    private readonly SidecarSetReconciler _reconciler = new(SidecarSetOptions.Default);
    private long _version;

    public SidecarSetMapTests()
    {
        _cache = new ObjectCache(_reconciler.Indexes, fingerprintEvery: 0);
        Seen(Agents);
    }

    private static V1Pod Container(V1Pod pod, string name, Func<V1Container, V1Container> change) =>
        pod with { Spec = pod.Spec with { Containers = [.. pod.Spec.Containers.Select(c => c.Name == name ? change(c) : c)] } };

    private string Seen(SidecarSet set) => Mapped(set with { Metadata = set.Metadata with { ResourceVersion = Version() } });

    private string Seen(V1Pod pod) => Mapped(pod with { Metadata = pod.Metadata with { ResourceVersion = Version() } });

    private string Gone(V1Pod pod)
    {
        Assert.True(_cache.Delete(typeof(V1Pod), ObjectKey.Of(pod), ++_version, out ObjectChange change));
        return Mapped(change);
    }

    private string Version() => (++_version).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private string Mapped(k8s.IKubernetesObject<V1ObjectMeta> obj)
    {
        Assert.True(_cache.Store(obj, out ObjectChange change));
        return Mapped(change);
    }

    private string Mapped(ObjectChange change)
    {
        List<ObjectKey> keys = [];
        _reconciler.Map(change, _cache, keys);
        return string.Join(',', keys);
    }

    [Fact]
    public void A_pod_that_comes_becomes_ready_or_goes_is_looked_at()
    {
        Assert.Equal("agents", Seen(Ready.Runs(ready: false)));
        Assert.Equal("agents", Seen(Ready));
        Assert.Equal("agents", Seen(Ready.Runs(ready: false)));
        Assert.Equal("agents", Gone(Ready));
    }

    [Fact]
    public void A_pod_that_ends_or_is_being_deleted_is_looked_at()
    {
        Seen(Ready);
        Assert.Equal("agents", Seen(Ready with { Metadata = Ready.Metadata with { DeletionTimestamp = SidecarSetWorld.Start } }));
        Assert.Equal("", Gone(Ready));
        Seen(Ready);
        Assert.Equal("agents", Seen(Ready with { Status = Ready.Status with { Phase = PodState.Failed } }));
    }

    [Fact]
    public void A_pod_that_runs_its_new_image_is_looked_at_at_once()
    {
        V1Pod upgraded = SidecarUpgrade.Apply(Ready, Agents.WithImage("agent:2"), SidecarSetWorld.Start);
        Seen(Agents.WithImage("agent:2"));
        Seen(Ready);
        Assert.Equal("agents", Seen(upgraded));
        Assert.Equal("agents", Seen(upgraded.Runs()));
    }

    [Fact]
    public void A_pod_that_moves_in_or_out_of_a_selector_is_looked_at()
    {
        Seen(Ready);
        Assert.Equal("", Seen(Ready.WithLabel("canary", "true"))); // At the hash: the update has nothing to select.
        Assert.Equal("agents", Seen(Ready.WithLabel("app", "else")));
        Assert.Equal("agents", Seen(Ready));
        Seen(Agents.WithImage("agent:2"));
        Assert.Equal("agents", Seen(Ready.WithLabel("canary", "true")));
        Assert.Equal("agents", Seen(Ready));
    }

    [Fact]
    public void What_decides_nothing_is_no_reason()
    {
        Seen(Ready);
        Assert.Equal("", Seen(Ready.WithLabel("other", "x").WithAnnotation("note", "y")));
        Assert.Equal("", Seen(Container(Ready, "main", c => c with { Image = "web:2" })));
        Assert.Equal("", Seen(Ready.WithAnnotation(SidecarSetKeys.InjectedList, "x")));
        Assert.Equal("", Seen(Ready with { Status = Ready.Status with { ContainerStatuses = [.. Ready.Status.ContainerStatuses.Select(s => s with { RestartCount = 3 })] } }));
        Assert.Equal("", Seen(SidecarSamples.Bare("never-injected").Runs()));
        Assert.Equal("", Seen(Ready with { Metadata = Ready.Metadata with { Name = "dns", NamespaceProperty = "kube-system" } }));
    }

    [Fact]
    public void A_hash_that_changes_is_looked_at_and_only_by_its_set()
    {
        SidecarSet other = SidecarSamples.Set(name: "others", container: "other");
        Seen(other);
        V1Pod both = SidecarSamples.Bare("p").Running(Agents, other);
        Assert.Equal("agents,others", Seen(both));
        Assert.Equal("others", Seen(SidecarUpgrade.Apply(both, other.WithImage("other:2"), SidecarSetWorld.Start)));
        Assert.Equal("agents,others", Gone(both));
    }

    // "Matched sets from annotation" of v0.8.0's vectors: 2 -> 1, 1,3 -> 2, unknown 4 -> 0.
    [Theory]
    [InlineData("2", "2")]
    [InlineData("1,3", "1,3")]
    [InlineData("4", "")]
    public void The_sets_of_a_pod_are_those_in_its_annotation(string injected, string expected)
    {
        foreach (string name in new[] { "1", "2", "3" })
        {
            Seen(SidecarSamples.Set(name: name, container: "c" + name));
        }

        SidecarSet[] sets = [.. injected.Split(',').Select(name => SidecarSamples.Set(name: name, container: "c" + name))];
        Assert.Equal(expected, Seen(SidecarSamples.Bare("q").Running(sets)));
    }

    [Fact]
    public void A_set_is_looked_at_when_it_says_something_else()
    {
        SidecarSet set = Agents with { Metadata = Agents.Metadata with { Generation = 4 } };
        Assert.Equal("agents", Seen(set));
        Assert.Equal("", Seen(set with { Status = new SidecarSetStatus { MatchedPods = 3 } }));
        Assert.Equal("agents", Seen(set with { Metadata = set.Metadata with { Generation = 5 } }));
        Assert.Equal("agents", Seen(set with { Metadata = set.Metadata with { Generation = 5, Annotations = StringMaps.With(set.Metadata.Annotations, SidecarSetKeys.Hash, "x") } }));
    }
}
