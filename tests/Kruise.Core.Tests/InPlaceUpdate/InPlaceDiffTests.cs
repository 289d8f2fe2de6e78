using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Kruise.Core.Tests.Revisions;
using Xunit;

namespace Kruise.Core.Tests.InPlaceUpdate;

public sealed class InPlaceDiffTests
{
    [Fact]
    public void Without_an_old_or_a_new_template_there_is_no_update()
    {
        Assert.Null(InPlaceDiff.Of(null, Templates.Of(), "new"));
        Assert.Null(InPlaceDiff.Of(Templates.Of(), null, "new"));
    }

    [Fact]
    public void A_new_image_is_an_update()
    {
        InPlaceUpdateSpec spec = InPlaceDiff.Of(Templates.Of("foo1"), Templates.Of("foo2"), "new", graceSeconds: 3)!;
        Assert.Equal(("new", 3), (spec.Revision, spec.GraceSeconds));
        Assert.Equal(new Dictionary<string, string> { ["c1"] = "foo2" }, spec.ContainerImages);
        Assert.Null(spec.Metadata);
    }

    [Fact]
    public void Only_containers_whose_image_differs_are_named()
    {
        V1PodTemplateSpec Two(string second) =>
            Templates.Of() is var t ? t with { Spec = t.Spec with { Containers = [t.Spec.Containers[0], new V1Container { Name = "c2", Image = second }] } } : t;
        Assert.Equal(new Dictionary<string, string> { ["c2"] = "b:2" }, InPlaceDiff.Of(Two("b:1"), Two("b:2"), "new")!.ContainerImages);
    }

    [Fact]
    public void Trap48_metadata_never_stands_in_the_way()
    {
        V1PodTemplateSpec old = Templates.Of("foo1", ("k", "v"), ("k2", "v2")).WithMetadata(m => m with { Finalizers = ["fz1", "fz2"] });
        V1PodTemplateSpec @new = Templates.Of("foo2", ("k", "v"), ("k1", "v1"))
            .WithMetadata(m => m with { Finalizers = ["fz2", "fz3"], Annotations = new Dictionary<string, string> { ["note"] = "1" } });

        InPlaceUpdateSpec spec = InPlaceDiff.Of(old, @new, "new")!;

        Assert.Equal(new Dictionary<string, string> { ["c1"] = "foo2" }, spec.ContainerImages);
        Assert.Equal([new("k1", "v1"), new("k2", null)], spec.Metadata!.Labels);
        Assert.Equal([new("note", "1")], spec.Metadata.Annotations);
        Assert.Equal(["fz3"], spec.Metadata.AddedFinalizers);
        Assert.Equal(["fz1"], spec.Metadata.RemovedFinalizers);
    }

    [Fact]
    public void Trap49_labels_alone_are_an_update_of_no_container()
    {
        InPlaceUpdateSpec spec = InPlaceDiff.Of(Templates.Of("foo1", ("k", "v")), Templates.Of("foo1", ("k", "v"), ("k1", "v1")), "new")!;
        Assert.Empty(spec.ContainerImages);
        Assert.Equal([new("k1", "v1")], spec.Metadata!.Labels);
    }

    [Fact]
    public void Anything_else_in_the_spec_is_none()
    {
        V1PodTemplateSpec old = Templates.Of();
        V1PodTemplateSpec[] changed =
        [
            old.WithContainer(c => c with { Env = [new V1EnvVar { Name = "A", Value = "b" }] }),
            old.WithContainer(c => c with { Name = "c2", Image = "nginx:2" }),
            old.WithContainer(c => c with { Image = null }),
            old.WithContainer(c => c with { ImagePullPolicy = "Always", Image = "nginx:2" }),
            old with { Spec = old.Spec with { Containers = [.. old.Spec.Containers, new V1Container { Name = "c2", Image = "b" }] } },
            old with { Spec = old.Spec with { InitContainers = [new V1Container { Name = "i", Image = "b" }] } },
            old with { Spec = old.Spec with { TerminationGracePeriodSeconds = 5 } },
            old with { Spec = old.Spec with { Volumes = null } },
            old with { Spec = null },
        ];
        foreach (V1PodTemplateSpec template in changed)
        {
            Assert.Null(InPlaceDiff.Of(old, template, "new"));
            Assert.Null(InPlaceDiff.Of(template, old, "new"));
        }
    }

    [Fact]
    public void Another_image_of_an_init_container_is_none()
    {
        V1PodTemplateSpec Init(string image) =>
            Templates.Of() is var t ? t with { Spec = t.Spec with { InitContainers = [new V1Container { Name = "i", Image = image }] } } : t;
        Assert.NotNull(InPlaceDiff.Of(Init("a:1"), Init("a:1"), "new"));
        Assert.Null(InPlaceDiff.Of(Init("a:1"), Init("a:2"), "new"));
    }

    [Fact]
    public void Empty_parts_are_no_difference()
    {
        V1PodTemplateSpec old = Templates.Of();
        Assert.NotNull(InPlaceDiff.Of(old, old with { Spec = old.Spec with { SecurityContext = new V1PodSecurityContext(), Tolerations = [] } }, "new"));
    }
}
