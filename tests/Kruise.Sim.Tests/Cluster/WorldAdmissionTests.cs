using k8s.Models;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Core.Reconciling;
using Kruise.Sim.Cluster;
using Kruise.Sim.Engine;
using Xunit;

namespace Kruise.Sim.Tests.Cluster;

/// <summary>The webhooks of the simulated cluster, for the kinds of workloads.</summary>
public sealed class WorldAdmissionTests
{
    private readonly ApiServer _server;

    public WorldAdmissionTests()
    {
        var loop = new EventLoop();
        var pods = new KindInfo<V1Pod>("v1", V1Pod.KubeKind, "pods", KindScope.Namespaced)
        {
            SpecEquality = static (_, _) => false,
            Copy = static (pod, metadata) => pod with { Metadata = metadata },
        };
        _server = new ApiServer(loop, RandomStream.Named(1, "test"), new KindRegistry(StandardKinds.CloneSet(), StandardKinds.SidecarSet(), pods), new ApiServerOptions());
        _server.Admission = new WorldAdmission(loop, FeatureGates.Default, _server);
    }

    [Fact]
    public void A_CloneSet_is_stored_with_its_defaults()
    {
        ApiResult created = _server.Create(Set());
        Assert.True(created.Succeeded, created.Message);
        CloneSetSpec spec = ((CloneSet)created.Object!).Spec;
        Assert.Equal(("ReCreate", 10, "Always"), (spec.UpdateStrategy.Type, spec.RevisionHistoryLimit, spec.Template!.Spec.Containers[0].ImagePullPolicy));
    }

    [Fact]
    public void A_bad_one_is_refused_as_invalid()
    {
        ApiResult refused = _server.Create(Set() with { Spec = Set().Spec with { Replicas = -1 } });
        Assert.Equal((422, ApiReason.Invalid, "spec.replicas: Invalid value: \"-1\": must be >= 0"), (refused.Code, refused.Reason, refused.Message));
    }

    [Fact]
    public void Pods_to_delete_are_looked_up_in_the_store()
    {
        var set = (CloneSet)_server.Create(Set()).Object!;
        Assert.True(_server.Create(Pod("mine", set.Metadata.Uid)).Succeeded);
        Assert.True(_server.Create(Pod("foreign", "other")).Succeeded);

        Assert.Equal(422, _server.Update(Deleting(set, "foreign")).Code);
        Assert.Equal(422, _server.Update(Deleting(set, "none")).Code);
        ApiResult updated = _server.Update(Deleting(set, "mine"));
        Assert.True(updated.Succeeded, updated.Message);
    }

    private static CloneSet Deleting(CloneSet set, string name) =>
        set with { Spec = set.Spec with { ScaleStrategy = new CloneSetScaleStrategy { PodsToDelete = [name] } } };

    private static CloneSet Set() => new()
    {
        Metadata = new V1ObjectMeta { Name = "set", NamespaceProperty = "default" },
        Spec = new CloneSetSpec
        {
            Selector = new V1LabelSelector { MatchLabels = Labels() },
            Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = Labels() }, Spec = PodSpec() },
        },
    };

    private static V1Pod Pod(string name, string owner) => new()
    {
        ApiVersion = "v1",
        Kind = V1Pod.KubeKind,
        Metadata = new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = "default",
            OwnerReferences = [new V1OwnerReference { ApiVersion = KruiseGroup.V1Alpha1, Kind = CloneSet.KindName, Name = "set", Uid = owner, Controller = true }],
        },
        Spec = PodSpec(),
    };

    private static Dictionary<string, string> Labels() => new(StringComparer.Ordinal) { ["a"] = "b" };

    private static V1PodSpec PodSpec() => new() { Containers = [new V1Container { Name = "c", Image = "i" }] };
}
