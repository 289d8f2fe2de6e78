using System.Text;
using System.Text.Json;
using CsCheck;
using k8s.Models;
using Kruise.Core.InPlaceUpdate;
using Xunit;

namespace Kruise.Core.Tests.InPlaceUpdate;

public sealed class MetadataChangeTests
{
    private static readonly Gen<Dictionary<string, string>> _map = Gen.Dictionary(
        Gen.OneOf(Gen.Const("a"), Gen.Const("b"), Gen.Const("c")), Gen.OneOf(Gen.Const(""), Gen.Const("1"), Gen.Const("2")))[0, 3];

    private static readonly Gen<V1ObjectMeta> _metadata =
        from labels in _map
        from annotations in _map
        from finalizers in Gen.Shuffle(new[] { "f", "g", "h" })
        from count in Gen.Int[0, 3]
        select new V1ObjectMeta { Labels = labels, Annotations = annotations, Finalizers = finalizers[..count] };

    [Fact]
    public void What_neither_template_speaks_of_is_left_alone()
    {
        var old = new V1ObjectMeta { Labels = Map("gone=1", "changed=1", "same=1"), Finalizers = ["fz1", "fz2"] };
        var @new = new V1ObjectMeta { Labels = Map("changed=2", "same=1", "added=1"), Finalizers = ["fz2", "fz3"] };
        var pod = new V1ObjectMeta
        {
            Labels = Map("gone=1", "changed=1", "same=by-hand", "foreign=1"),
            Annotations = Map("foreign=1"),
            Finalizers = ["foreign", "fz1", "fz2"],
        };

        V1ObjectMeta changed = MetadataChange.Of(old, @new)!.ApplyTo(pod);

        Assert.Equal(Map("changed=2", "same=by-hand", "foreign=1", "added=1"), changed.Labels);
        Assert.Same(pod.Annotations, changed.Annotations);
        Assert.Equal(["foreign", "fz2", "fz3"], changed.Finalizers);
        Assert.Equal(["foreign", "fz1", "fz2"], pod.Finalizers);
    }

    [Fact]
    public void The_same_metadata_is_no_change()
    {
        Assert.Null(MetadataChange.Of(null, null));
        Assert.Null(MetadataChange.Of(new V1ObjectMeta { Labels = Map("a=1"), Name = "x" }, new V1ObjectMeta { Labels = Map("a=1"), Finalizers = [] }));
    }

    [Fact]
    public void A_patch_is_written_as_upstream_reads_it()
    {
        var old = new V1ObjectMeta { Labels = Map("k=v", "k2=v2"), Finalizers = ["fz1", "fz2"] };
        var @new = new V1ObjectMeta { Labels = Map("k=v", "k1=v1"), Finalizers = ["fz2", "fz3"] };
        Assert.Equal(
            """{"metadata":{"$deleteFromPrimitiveList/finalizers":["fz1"],"finalizers":["fz3"],"labels":{"k1":"v1","k2":null}}}""",
            Encoding.UTF8.GetString(MetadataChange.Of(old, @new)!.ToPatch()));
    }

    [Fact]
    public void A_patch_of_upstreams_is_read()
    {
        MetadataChange change = Read(
            """{"metadata":{"$deleteFromPrimitiveList/finalizers":["fz1"],"$setElementOrder/finalizers":["fz2"],"labels":{"k2":null,"k1":"v1"}}}""");
        Assert.Equal([new("k1", "v1"), new("k2", null)], change.Labels);
        Assert.Empty(change.Annotations);
        Assert.Empty(change.AddedFinalizers);
        Assert.Equal(["fz1"], change.RemovedFinalizers);
    }

    [Fact]
    public void A_patch_that_would_remove_all_annotations_removes_none()
    {
        var pod = new V1ObjectMeta { Annotations = Map("foreign=1"), Finalizers = ["foreign"] };
        V1ObjectMeta changed = Read("""{"metadata":{"annotations":null,"finalizers":null,"labels":{"a":"1"}}}""").ApplyTo(pod);
        Assert.Equal(Map("foreign=1"), changed.Annotations);
        Assert.Equal(["foreign"], changed.Finalizers);
        Assert.Equal(Map("a=1"), changed.Labels);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"metadata":[]}""")]
    [InlineData("""{"metadata":{"labels":{"a":1}}}""")]
    [InlineData("""{"metadata":{"finalizers":[null]}}""")]
    public void What_is_no_patch_is_refused(string text) => Assert.ThrowsAny<JsonException>(() => Read(text));

    [Fact]
    public void The_change_between_two_makes_one_the_other_also_through_a_patch() =>
        Gen.Select(_metadata, _metadata).Sample((old, @new) =>
        {
            MetadataChange? change = MetadataChange.Of(old, @new);
            foreach (V1ObjectMeta made in new[] { change?.ApplyTo(old) ?? old, change is null ? old : MetadataChange.FromPatch(change.ToPatch()).ApplyTo(old) })
            {
                Assert.Equal(@new.Labels.OrderBy(l => l.Key), made.Labels.OrderBy(l => l.Key));
                Assert.Equal(@new.Annotations.OrderBy(l => l.Key), made.Annotations.OrderBy(l => l.Key));
                Assert.Equal(@new.Finalizers.Order(), made.Finalizers.Order());
            }
        });

    private static MetadataChange Read(string text) => MetadataChange.FromPatch(Encoding.UTF8.GetBytes(text));

    private static Dictionary<string, string> Map(params string[] entries) => entries.Select(e => e.Split('=')).ToDictionary(e => e[0], e => e[1]);
}
