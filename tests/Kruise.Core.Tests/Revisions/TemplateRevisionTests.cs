using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kruise.Core.Revisions;
using Kruise.Core.Workloads;
using Xunit;

namespace Kruise.Core.Tests.Revisions;

public sealed class TemplateRevisionTests
{
    private const string Canonical =
        """
        {"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"image":"nginx:1","name":"c1","ports":[{"containerPort":80}],"readinessProbe":{"httpGet":{"path":"/ready","port":"http"}},"resources":{"requests":{"cpu":"500m","memory":"1Gi"}}}],"volumes":[{"emptyDir":{},"name":"scratch"}]}}}}
        """;

    // As Go writes the same template: members in the order of the structs, creation time and empty structs.
    private const string FromGo =
        """
        {"spec":{"template":{"$patch":"replace","metadata":{"creationTimestamp":null,"labels":{"app":"web"}},"spec":{"containers":[{"name":"c1","image":"nginx:1","ports":[{"containerPort":80}],"resources":{"requests":{"memory":"1Gi","cpu":"500m"}},"readinessProbe":{"httpGet":{"path":"/ready","port":"http"}}}],"securityContext":{},"volumes":[{"name":"scratch","emptyDir":{}}]}}}}
        """;

    private static readonly V1ObjectMeta _parent = new()
    {
        Name = "web",
        NamespaceProperty = "shop",
        Uid = "uid-web",
        Annotations = new Dictionary<string, string> { ["note"] = "mine" },
    };

    private static readonly V1OwnerReference _owner = new() { Name = "web", Uid = "uid-web", Controller = true };

    // http://www.isthe.com/chongo/src/fnv/test_fnv.c
    [Theory]
    [InlineData("", 0x811c9dc5)]
    [InlineData("a", 0x050c5d7e)]
    [InlineData("foobar", 0x31f0b262)]
    public void The_hash_is_fnv_1(string text, uint expected) => Assert.Equal(expected, RevisionHash.Fnv1(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void A_hash_covers_the_data_and_then_the_collisions_in_letters_that_form_no_words()
    {
        Assert.Equal("456789bcdf", RevisionHash.SafeEncode("0123456789"));
        Assert.Equal(RevisionHash.SafeEncode(RevisionHash.Fnv1("foobar0"u8).ToString()), RevisionHash.Of("foobar"u8, 0));
        Assert.Equal(RevisionHash.SafeEncode(RevisionHash.Fnv1("foobar12"u8).ToString()), RevisionHash.Of("foobar"u8, 12));
    }

    // The hash that upstream's tests give for a SidecarSet of one container: its SHA-256 in these letters.
    [Fact]
    public void The_letters_are_upstreams()
    {
        const string sidecars =
            """
            {"containers":[{"name":"dns-f","image":"dns:1.0","resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","podInjectPolicy":"BeforeAppContainer","upgradeStrategy":{"upgradeType":"ColdUpgrade"},"shareVolumePolicy":{"type":"disabled"}}],"initContainers":null}
            """;
        Assert.Equal(
            "9w829wfc74c22465fv2z2dwf54x7c5wv6424f98dv7bcwx8444768wf6wfv4bdfc",
            RevisionHash.SafeEncode(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sidecars)))));
    }

    [Fact]
    public void Data_is_the_template_with_sorted_members()
    {
        Assert.Equal(Canonical, Encoding.UTF8.GetString(TemplateRevision.Bytes(Templates.Of()).Span));
    }

    [Fact]
    public void A_template_is_serialised_once()
    {
        V1PodTemplateSpec template = Templates.Of();
        Assert.Same(Make(template, 1).Data, Make(template, 2).Data);
        Assert.NotSame(Make(template, 1).Data, Make(Templates.Of(), 1).Data);
    }

    [Fact]
    public void A_revision_has_the_templates_labels_the_parents_annotations_and_owner()
    {
        V1ControllerRevision revision = Make(Templates.Of(), 7);
        string hash = revision.Metadata.Labels[WorkloadKeys.RevisionHash];

        Assert.Equal($"web-{hash}", revision.Metadata.Name);
        Assert.Equal("shop", revision.Metadata.NamespaceProperty);
        Assert.Equal(new Dictionary<string, string> { ["app"] = "web", [WorkloadKeys.RevisionHash] = hash }, revision.Metadata.Labels);
        Assert.Equal(_parent.Annotations, revision.Metadata.Annotations);
        Assert.Same(_owner, Assert.Single(revision.Metadata.OwnerReferences));
        Assert.Equal(7, revision.Revision);
        Assert.Equal(Canonical, ((JsonElement)revision.Data).GetRawText());
        Assert.NotEqual(revision.Metadata.Name, TemplateRevision.Make(_parent, _owner, Templates.Of(), 7, 1).Metadata.Name);
        Assert.Equal(revision.Metadata.Name, Make(Templates.Of(), 8).Metadata.Name);
    }

    [Fact]
    public void A_long_parents_name_is_cut() =>
        Assert.Equal(new string('n', 223) + "-hash", TemplateRevision.Name(new string('n', 250), "hash"));

    [Fact]
    public void The_template_comes_back_as_it_was()
    {
        V1PodTemplateSpec template = Templates.Of();
        Assert.Same(template, TemplateRevision.TemplateOf(Make(template, 1)));

        foreach (object data in Forms(Canonical))
        {
            var revision = new V1ControllerRevision { Data = data };
            V1PodTemplateSpec back = TemplateRevision.TemplateOf(revision)!;
            Assert.Equal(Canonical, Encoding.UTF8.GetString(TemplateRevision.Bytes(back).Span));
            Assert.Same(back, TemplateRevision.TemplateOf(revision with { Revision = 3 }));
        }
    }

    [Fact]
    public void Data_that_is_no_template_gives_none()
    {
        object?[] wrong = [null, "text", .. Forms("""{"a":1}"""), .. Forms("""{"spec":{"template":{"spec":[]}}}"""), .. Forms("""{"spec":[]}"""), .. Forms("[]")];
        foreach (object? data in wrong)
        {
            Assert.Null(TemplateRevision.TemplateOf(new V1ControllerRevision { Data = data }));
        }
    }

    [Fact]
    public void A_revision_that_go_wrote_is_recognised()
    {
        var fromGo = new V1ControllerRevision { Data = Forms(FromGo)[0] };
        Assert.True(TemplateRevision.Says(fromGo, Templates.Of()));
        Assert.True(TemplateRevision.Same(fromGo, Make(Templates.Of(), 1)));
        Assert.True(TemplateRevision.Same(Make(Templates.Of(), 1), Make(Templates.Of(), 2)));
    }

    [Theory]
    [InlineData("nginx:1", "nginx:2")]
    [InlineData("\"emptyDir\":{}", "\"emptyDir\":null")]
    [InlineData("\"app\":\"web\"", "\"app\":\"web\",\"tier\":\"\"")]
    [InlineData("\"containerPort\":80", "\"containerPort\":81")]
    public void A_revision_that_says_something_else_is_not(string said, string other)
    {
        Assert.Contains(said, FromGo, StringComparison.Ordinal);
        var revision = new V1ControllerRevision { Data = Forms(FromGo.Replace(said, other, StringComparison.Ordinal))[0] };
        Assert.False(TemplateRevision.Says(revision, Templates.Of()));
        Assert.False(TemplateRevision.Same(revision, Make(Templates.Of(), 1)));
    }

    [Fact]
    public void A_revision_without_data_says_nothing()
    {
        Assert.False(TemplateRevision.Says(new V1ControllerRevision(), Templates.Of()));
        Assert.False(TemplateRevision.Same(new V1ControllerRevision(), new V1ControllerRevision()));
    }

    private static V1ControllerRevision Make(V1PodTemplateSpec template, long number) => TemplateRevision.Make(_parent, _owner, template, number, 0);

    private static object[] Forms(string json) => [JsonDocument.Parse(json).RootElement, JsonDocument.Parse(json), JsonNode.Parse(json)!];
}
