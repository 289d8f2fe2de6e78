using System.Text.Json.Nodes;
using CsCheck;
using k8s;
using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.SidecarSets;
using Xunit;

namespace Kruise.Core.Tests.SidecarSets;

/// <summary>Any pod with any sets that are valid beside each other.</summary>
public sealed class InjectionPropertyTests
{
    private static readonly DateTime Now = new(2021, 3, 4, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Whatever_the_pod_and_the_sets()
    {
        int injected = 0, refused = 0, untouched = 0, shared = 0;
        Gen.Int.Sample(
            seed =>
            {
                var random = new RandomSidecars(seed);
                SidecarSet[] sets = ValidSets(random);
                V1Pod pod = random.Pod("p", seed % 2 == 0 ? "one" : "two");
                Injection injection = SidecarInjector.Inject(pod, sets, Now);
                SidecarSet[] matched = [.. sets.Where(set => Selects(set, pod)).OrderBy(set => set.Metadata.Name, StringComparer.Ordinal)];
                Assert.Equal(matched.Select(set => set.Metadata.Name), injection.Sets.Select(set => set.Metadata.Name));
                if (matched.Length == 0 || injection.Refusal is not null)
                {
                    Assert.Same(pod, injection.Pod);
                    Assert.True(matched.Length == 0 ? injection.Refusal is null : injection.Conflicts.Count > 0 && MustBeRefused(pod, matched));
                    _ = matched.Length == 0 ? Interlocked.Increment(ref untouched) : Interlocked.Increment(ref refused);
                    return;
                }

                Assert.False(MustBeRefused(pod, matched));
                Check(pod, injection.Pod, matched);
                Injection again = SidecarInjector.Inject(injection.Pod, [.. sets.Reverse()], Now.AddHours(1));
                Assert.Null(again.Refusal);
                Assert.Equal(KubernetesJson.Serialize(injection.Pod), KubernetesJson.Serialize(again.Pod));
                Interlocked.Increment(ref injected);
                Interlocked.Add(ref shared, injection.Pod.Spec.Containers.Count(c => SidecarParts.IsInjected(c) && c.VolumeMounts?.Count > 2));
            },
            iter: 1000,
            threads: 1);

        // The draws meet often enough to say something.
        Assert.True(injected > 100 && refused > 20 && untouched > 100 && shared > 20, $"{injected} {refused} {untouched} {shared}");
    }

    private static SidecarSet[] ValidSets(RandomSidecars random)
    {
        List<SidecarSet> sets = [];
        for (int i = 0; i < 3; i++)
        {
            SidecarSet set = SidecarSetDefaults.Apply(random.Set($"set-{2 - i}", "one"));
            if (SidecarSetValidation.Validate(null, set, sets).Count == 0)
            {
                sets.Add(set);
            }
        }

        return [.. sets];
    }

    private static void Check(V1Pod pod, V1Pod result, SidecarSet[] matched)
    {
        var template = new V1PodTemplateSpec { Metadata = result.Metadata, Spec = result.Spec };
        Assert.Empty(PodTemplateValidation.Validate(template, null, [], "pod").Select(error => error.ToString()));
        CheckList(pod.Spec.Containers, result.Spec.Containers, [.. matched.SelectMany(set => set.Spec.Containers ?? [])]);
        CheckList(pod.Spec.InitContainers ?? [], result.Spec.InitContainers ?? [], [.. matched.SelectMany(set => set.Spec.InitContainers ?? [])]);
        Assert.Distinct(result.Spec.Containers.Concat(result.Spec.InitContainers ?? []).Select(container => container.Name));
        V1Volume[] own = [.. pod.Spec.Volumes ?? []];
        Assert.Equal(own, (result.Spec.Volumes ?? []).Take(own.Length));
        var mounted = matched.SelectMany(set => (set.Spec.Containers ?? []).Concat(set.Spec.InitContainers ?? [])).SelectMany(SidecarParts.VolumesOf).ToHashSet();
        Assert.All((result.Spec.Volumes ?? []).Skip(own.Length), volume => Assert.Contains(volume.Name, mounted));

        IDictionary<string, string> annotations = result.Metadata.Annotations;
        Assert.Equal(string.Join(',', matched.Select(set => set.Metadata.Name)), annotations[SidecarSetKeys.InjectedList]);
        Assert.Equal(matched.Select(set => (set.Metadata.Name, SidecarSetHash.Of(set.Spec))), Hashes(result, SidecarSetKeys.Hash));
        Assert.Equal(matched.Select(set => (set.Metadata.Name, SidecarSetHash.WithoutImages(set.Spec))), Hashes(result, SidecarSetKeys.HashWithoutImage));
        Assert.Equal(Rest(pod), Rest(result));
    }

    private static IEnumerable<(string Set, string Hash)> Hashes(V1Pod pod, string key) => InjectedHashes.TryRead(pod, key)!.Select(entry =>
    {
        Assert.Equal((entry.Key, Now), (entry.Value.SidecarSetName, entry.Value.UpdateTimestamp));
        return (entry.Key, entry.Value.Hash);
    });

    // The pod's own stand as they were, in their order, and what is in front and behind of them is the sets'.
    private static void CheckList(IList<V1Container> own, IList<V1Container> result, SidecarContainer[] sidecars)
    {
        var ofSets = sidecars.ToDictionary(sidecar => sidecar.Name, StringComparer.Ordinal);
        var ownNames = own.Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        int first = result.Select(container => container.Name).ToList().FindIndex(ownNames.Contains);
        Assert.Equal(own.Select(container => container.Name), result.Where(container => ownNames.Contains(container.Name)).Select(container => container.Name));
        Assert.Equal(own.Count + ofSets.Keys.Count(name => !ownNames.Contains(name)), result.Count);
        for (int i = 0; i < result.Count; i++)
        {
            V1Container container = result[i];
            if (ofSets.TryGetValue(container.Name, out SidecarContainer? sidecar))
            {
                CheckSidecar(sidecar, container);
                bool before = sidecar.PodInjectPolicy == SidecarContainer.BeforeAppContainer;
                Assert.True(ownNames.Contains(container.Name) || first < 0 || before == i < first, container.Name);
            }
            else
            {
                V1Container original = own.Single(other => other.Name == container.Name);
                Assert.Same(original, container);
            }
        }
    }

    private static void CheckSidecar(SidecarContainer sidecar, V1Container container)
    {
        Assert.Single(container.Env, variable => variable is { Name: SidecarSetKeys.IsInjected, Value: "true" });
        Assert.Equal(sidecar.Env ?? [], container.Env.Take(sidecar.Env?.Count ?? 0));
        Assert.Equal(sidecar.VolumeMounts ?? [], (container.VolumeMounts ?? []).Take(sidecar.VolumeMounts?.Count ?? 0));
        Assert.Distinct(container.Env.Select(variable => variable.Name));
        Assert.Equal(
            KubernetesJson.Serialize(sidecar.ToContainer() with { Env = null, VolumeMounts = null }),
            KubernetesJson.Serialize(container with { Env = null, VolumeMounts = null }));
    }

    private static string Rest(V1Pod pod)
    {
        JsonNode json = JsonNode.Parse(KubernetesJson.Serialize(pod))!;
        foreach (string list in (string[])["containers", "initContainers", "volumes"])
        {
            json["spec"]!.AsObject().Remove(list);
        }

        if (json["metadata"]!["annotations"] is JsonObject annotations)
        {
            foreach (string key in (string[])[SidecarSetKeys.Hash, SidecarSetKeys.HashWithoutImage, SidecarSetKeys.InjectedList])
            {
                annotations.Remove(key);
            }

            if (annotations.Count == 0)
            {
                json["metadata"]!.AsObject().Remove("annotations");
            }
        }

        return json.ToJsonString();
    }

    // Kubernetes' semantics once more, in the plainest way.
    private static bool Selects(SidecarSet set, V1Pod pod)
    {
        IDictionary<string, string> labels = pod.Metadata.Labels ?? new Dictionary<string, string>();
        return (string.IsNullOrEmpty(set.Spec.Namespace) || set.Spec.Namespace == pod.Metadata.NamespaceProperty)
            && (set.Spec.Selector!.MatchLabels ?? new Dictionary<string, string>()).All(label => labels.TryGetValue(label.Key, out string? value) && value == label.Value)
            && (set.Spec.Selector.MatchExpressions ?? []).All(requirement => requirement.OperatorProperty switch
            {
                "Exists" => labels.ContainsKey(requirement.Key),
                "In" => labels.TryGetValue(requirement.Key, out string? value) && requirement.Values.Contains(value),
                _ => !labels.TryGetValue(requirement.Key, out string? value) || !requirement.Values.Contains(value),
            });
    }

    // A name that is of the other list of the pod, or a port of the host that is taken.
    private static bool MustBeRefused(V1Pod pod, SidecarSet[] matched)
    {
        SidecarContainer[] containers = [.. matched.SelectMany(set => set.Spec.Containers ?? [])];
        bool names = containers.Any(container => pod.Spec.InitContainers?.Any(own => own.Name == container.Name) ?? false)
            || matched.SelectMany(set => set.Spec.InitContainers ?? []).Any(container => pod.Spec.Containers.Any(own => own.Name == container.Name));
        int[] ports =
        [
            .. pod.Spec.Containers.Where(own => !containers.Any(container => container.Name == own.Name)).Concat(containers)
                .SelectMany(container => container.Ports ?? [])
                .Select(port => port.HostPort ?? (pod.Spec.HostNetwork == true ? port.ContainerPort : 0))
                .Where(port => port > 0),
        ];
        return names || ports.Distinct().Count() < ports.Length;
    }
}
