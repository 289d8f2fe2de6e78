using System.Text.Json;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;
using Kruise.Core.Tests.Workloads;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>What an upgrade changes of a pod, and what not.</summary>
public sealed class SidecarUpgradeTests
{
    private static readonly DateTime Later = SidecarSetWorld.Start.AddHours(1).AddMilliseconds(300);

    private static SidecarSet Two(string first, string second) => SidecarSamples.Set(first).With(spec => spec with
    {
        Containers = [spec.Containers![0], new SidecarContainer { Name = "proxy", Image = second }],
    });

    [Fact]
    public void Images_of_the_sets_containers_and_four_annotations_change_and_nothing_else()
    {
        V1Pod pod = SidecarSamples.Bare("p").Running(Two("agent:1", "proxy:1"));
        SidecarSet set = Two("agent:1", "proxy:2");
        V1Pod upgraded = SidecarUpgrade.Apply(pod, set, Later);
        Assert.Equal(["agent:1", "proxy:2", "web:1"], upgraded.Spec.Containers.Select(container => container.Image));

        // Everything else is the same object: the record compares its parts by reference.
        Assert.Equal(pod.Spec.Containers, upgraded.Spec.Containers.Select((container, i) => container with { Image = pod.Spec.Containers[i].Image }));
        Assert.Equal(pod.Spec, upgraded.Spec with { Containers = pod.Spec.Containers });
        Assert.Equal(pod, upgraded with { Spec = pod.Spec, Metadata = upgraded.Metadata with { Annotations = pod.Metadata.Annotations } } with { Metadata = pod.Metadata });
        Assert.Equal(pod.Metadata, upgraded.Metadata with { Annotations = pod.Metadata.Annotations });
        Assert.Equal(
            [SidecarSetKeys.Hash, SidecarSetKeys.InPlaceUpdateState],
            upgraded.Metadata.Annotations.Where(a => pod.Metadata.Annotations.All(b => b.Key != a.Key || b.Value != a.Value)).Select(a => a.Key).Order(StringComparer.Ordinal));
        Assert.Equal(SidecarSetHash.In(set), InjectedHashes.TryRead(upgraded, SidecarSetKeys.Hash)![SidecarSamples.SetName].Hash);
    }

    [Fact]
    public void The_state_says_what_the_changed_containers_ran()
    {
        V1Pod pod = SidecarSamples.Bare("p").Running(Two("agent:1", "proxy:1"));
        SidecarSet set = Two("agent:1", "proxy:2");
        V1Pod upgraded = SidecarUpgrade.Apply(pod, set, Later);
        string state = $$$$"""{"agents":{"revision":"{{{{SidecarSetHash.In(set)}}}}","updateTimestamp":"2021-03-04T13:00:00Z","lastContainerStatuses":{LAST}}}""";
        Assert.Equal(
            state.Replace("LAST", "\"proxy\":{\"imageID\":\"id-of-proxy:1\"}", StringComparison.Ordinal), upgraded.Metadata.Annotations[SidecarSetKeys.InPlaceUpdateState]);

        // A later one adds what its containers ran; revision and time stay those of the first.
        V1Pod again = SidecarUpgrade.Apply(upgraded.Runs(), Two("agent:2", "proxy:2"), Later.AddDays(1));
        Assert.Equal(
            state.Replace("LAST", "\"agent\":{\"imageID\":\"id-of-agent:1\"},\"proxy\":{\"imageID\":\"id-of-proxy:1\"}", StringComparison.Ordinal),
            again.Metadata.Annotations[SidecarSetKeys.InPlaceUpdateState]);
    }

    [Fact]
    public void What_a_container_ran_that_reports_nothing_is_not_known()
    {
        V1Pod upgraded = SidecarUpgrade.Apply(SidecarSamples.Bare("p").Running(SidecarSamples.Set()), SidecarSamples.Set("agent:2"), Later);
        V1Pod silent = SidecarUpgrade.Apply(upgraded with { Status = upgraded.Status with { ContainerStatuses = null } }, SidecarSamples.Set("agent:3"), Later);
        Assert.Equal("", PodInjections.TryReadStates(silent)![SidecarSamples.SetName].LastContainerStatuses[SidecarSamples.Agent].ImageId);
    }

    [Fact]
    public void Other_sets_entries_stay()
    {
        SidecarSet other = SidecarSamples.Set(name: "others", container: "other");
        V1Pod pod = SidecarSamples.Bare("p").Running(SidecarSamples.Set(), other);
        pod = SidecarUpgrade.Apply(SidecarUpgrade.Apply(pod, other.WithImage("agent:5"), Later).Runs(), SidecarSamples.Set("agent:2"), Later);
        SortedDictionary<string, InjectedHash> hashes = InjectedHashes.TryRead(pod, SidecarSetKeys.Hash)!;
        Assert.Equal([(SidecarSamples.SetName, SidecarSetHash.In(SidecarSamples.Set("agent:2"))), ("others", SidecarSetHash.In(other.WithImage("agent:5")))], hashes.Select(h => (h.Key, h.Value.Hash)));
        Assert.Equal([SidecarSamples.SetName, "others"], PodInjections.TryReadStates(pod)!.Keys);
        Assert.Equal(["agent:2", "agent:5", "web:1"], pod.Spec.Containers.Select(container => container.Image));
    }

    [Fact]
    public void The_injected_list_is_added_where_it_is_missing()
    {
        V1Pod pod = SidecarSamples.Bare("p").Running(SidecarSamples.Set(), SidecarSamples.Set(name: "others", container: "other"));
        V1Pod bare = pod with { Metadata = pod.Metadata with { Annotations = StringMaps.Without(pod.Metadata.Annotations, SidecarSetKeys.InjectedList)! } };
        Assert.Equal("agents,others", SidecarUpgrade.Apply(bare, SidecarSamples.Set("agent:2"), Later).Metadata.Annotations[SidecarSetKeys.InjectedList]);
        V1Pod empty = pod.WithAnnotation(SidecarSetKeys.InjectedList, "");
        Assert.Equal("agents,others", SidecarUpgrade.Apply(empty, SidecarSamples.Set("agent:2"), Later).Metadata.Annotations[SidecarSetKeys.InjectedList]);
        V1Pod own = pod.WithAnnotation(SidecarSetKeys.InjectedList, "x");
        Assert.Equal("x", SidecarUpgrade.Apply(own, SidecarSamples.Set("agent:2"), Later).Metadata.Annotations[SidecarSetKeys.InjectedList]);
    }

    // TestGetPodSidecarSetRevision.
    [Theory]
    [InlineData("""{"agents":{"hash":"aaa"}}""", "aaa")]
    [InlineData("""{"agents":"aaa"}""", "aaa")]
    [InlineData("garbage", null)]
    [InlineData("""{"others":"aaa"}""", null)]
    public void Hashes_are_read_in_both_forms(string annotation, string? hash)
    {
        PodInjections? injections = PodInjections.Of(
            SidecarSamples.Bare("p").WithAnnotation(SidecarSetKeys.Hash, annotation).WithAnnotation(SidecarSetKeys.HashWithoutImage, annotation));
        Assert.Equal(hash, injections?.Hashes.GetValueOrDefault(SidecarSamples.SetName)?.Hash);
        Assert.Equal(hash, injections?.WithoutImages.GetValueOrDefault(SidecarSamples.SetName)?.Hash);
    }

    // TestUpdatePodSidecarSetHash.
    [Theory]
    [InlineData("""{"agents":{"hash":"aaa"},"others":{"hash":"o"}}""", """{"agents":{"hash":"w"},  "others":{"hash":"o"}}""", """{"agents":{"hash":"w"},  "others":{"hash":"o"}}""")]
    [InlineData("""{"agents":"aaa","others":"o"}""", """{"agents":"w","others":"o"}""", """{"agents":{"hash":"w","sidecarSetName":"agents"},"others":{"hash":"o","sidecarSetName":"others"}}""")]
    [InlineData("garbage", "garbage", "garbage")]
    public void The_hash_is_replaced_and_the_one_without_images_only_brought_to_the_present_form(string hash, string withoutImage, string expectedWithout)
    {
        V1Pod pod = SidecarSamples.Bare("p").WithAnnotation(SidecarSetKeys.Hash, hash).WithAnnotation(SidecarSetKeys.HashWithoutImage, withoutImage);
        SidecarSet set = SidecarSamples.Set();
        V1Pod upgraded = SidecarUpgrade.Apply(pod, set, Later);
        JsonElement written = JsonElement.Parse(upgraded.Metadata.Annotations[SidecarSetKeys.Hash]);
        Assert.Equal((SidecarSetHash.In(set), SidecarSamples.SetName), (written.GetProperty("agents").GetProperty("hash").GetString(), written.GetProperty("agents").GetProperty("sidecarSetName").GetString()));
        Assert.Equal(hash == "garbage" ? 1 : 2, written.GetPropertyCount());
        Assert.Equal(hash == "garbage" ? null : "o", InjectedHashes.TryRead(upgraded, SidecarSetKeys.Hash)!.GetValueOrDefault("others")?.Hash);
        Assert.Equal(expectedWithout, upgraded.Metadata.Annotations[SidecarSetKeys.HashWithoutImage]);
    }
}
