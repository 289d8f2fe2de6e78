using System.Text.Json.Nodes;
using Kruise.Core.Api;
using Kruise.Live.Install.Values;
using Kruise.Manifests;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Kruise.Live.Tests.Install;

/// <summary>CRDs say what the types say.</summary>
public sealed class CrdTests
{
    public static TheoryData<string> Plurals => new(CrdKind.All.Select(kind => kind.Plural));

    // Kubernetes' own, of which every API server knows its own version.
    private static readonly string[] _open =
    [
        "clonesets.spec.template", "clonesets.spec.volumeClaimTemplates[]",
        "sidecarsets.spec.containers[]", "sidecarsets.spec.initContainers[]", "sidecarsets.spec.volumes[]",
    ];

    [Theory]
    [MemberData(nameof(Plurals))]
    public void Every_field_explains_itself_and_nothing_of_ours_passes_unknown_fields(string plural)
    {
        JsonNode schema = Version(plural)["schema"]!["openAPIV3Schema"]!;

        Check(schema, plural);

        static void Check(JsonNode schema, string path)
        {
            Assert.Equal(_open.Contains(path), schema["x-kubernetes-preserve-unknown-fields"]?.GetValue<bool>() == true);
            foreach ((string name, JsonNode? field) in schema["properties"]?.AsObject() ?? [])
            {
                // The API server describes metadata itself.
                Assert.True(name == "metadata" || field!["description"]!.GetValue<string>().Length > 3, $"{path}.{name} has no description");
                Assert.True(field!["type"] is not null || field["x-kubernetes-int-or-string"] is not null, $"{path}.{name} has no type");
                Check(field, $"{path}.{name}");
            }

            foreach (string part in (string[])["items", "additionalProperties"])
            {
                if (schema[part] is { } inner)
                {
                    Check(inner, path + "[]");
                }
            }
        }
    }

    [Fact]
    public void Upstreams_columns_are_printed()
    {
        Assert.Equal(["TOTAL", "ACTIVE", "SUCCEED", "FAILED", "AGE", "MESSAGE"], Columns("imagepulljobs"));
        Assert.Equal(["DESIRED", "PULLING", "SUCCEED", "FAILED", "AGE"], Columns("nodeimages"));
        Assert.Equal(["DESIRED", "UPDATED", "UPDATED_READY", "READY", "TOTAL", "AGE"], Columns("clonesets"));
        Assert.Equal(["MATCHED", "UPDATED", "READY", "AGE"], Columns("sidecarsets"));
    }

    [Fact]
    public void A_sidecar_is_open_as_a_container_is_and_says_what_is_added_to_it()
    {
        JsonObject fields = At("sidecarsets", "spec", "containers", "[]")["properties"]!.AsObject();
        Assert.Equal(["podInjectPolicy", "upgradeStrategy", "shareVolumePolicy", "transferEnv"], fields.Select(field => field.Key));
        Assert.Equal(["BeforeAppContainer", "AfterAppContainer"], Texts(fields["podInjectPolicy"]!["enum"]));
    }

    [Fact]
    public void CloneSets_can_be_scaled_by_upstreams_paths() => Assert.Equal(
        """{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas","labelSelectorPath":".status.labelSelector"}""",
        Version("clonesets")["subresources"]!["scale"]!.ToJsonString());

    [Fact]
    public void Upstreams_required_fields_are_required()
    {
        Assert.Equal(["image", "completionPolicy"], Required("imagepulljobs", "spec"));
        Assert.Equal(["desired", "active", "succeeded", "failed"], Required("imagepulljobs", "status"));
        Assert.Equal(["tags"], Required("nodeimages", "spec", "images", ""));
        Assert.Equal(["tag"], Required("nodeimages", "spec", "images", "", "tags", "[]"));
        Assert.Equal(["desired", "succeeded", "failed", "pulling"], Required("nodeimages", "status"));
        Assert.Equal(["tag", "phase"], Required("nodeimages", "status", "imageStatuses", "", "tags", "[]"));
        Assert.Equal(["selector", "template"], Required("clonesets", "spec"));
        Assert.Equal(["matchedPods", "updatedPods", "readyPods"], Required("sidecarsets", "status"));
        Assert.Equal(
            ["replicas", "readyReplicas", "availableReplicas", "updatedReplicas", "updatedReadyReplicas"], Required("clonesets", "status"));
    }

    [Fact]
    public void Bounds_are_those_of_validation()
    {
        JsonNode spec = At("imagepulljobs", "spec");
        Assert.Equal(1, spec["properties"]!["pullPolicy"]!["properties"]!["timeoutSeconds"]!["minimum"]!.GetValue<long>());
        Assert.Equal("int32", spec["properties"]!["pullPolicy"]!["properties"]!["timeoutSeconds"]!["format"]!.GetValue<string>());
        Assert.Equal("int64", spec["properties"]!["completionPolicy"]!["properties"]!["activeDeadlineSeconds"]!["format"]!.GetValue<string>());
        Assert.Equal(["Always", "Never"], Texts(spec["properties"]!["completionPolicy"]!["properties"]!["type"]!["enum"]));
        Assert.True(spec["properties"]!["parallelism"]!["x-kubernetes-int-or-string"]!.GetValue<bool>());
        Assert.Equal(NodeImageValidation.MaxImages, At("nodeimages", "spec", "images")["maxProperties"]!.GetValue<long>());
        Assert.Equal(
            [ImagePullPhase.Waiting, ImagePullPhase.Pulling, ImagePullPhase.Succeeded, ImagePullPhase.Failed],
            Texts(At("nodeimages", "status", "imageStatuses", "", "tags", "[]", "phase")["enum"]));
        Assert.Equal("date-time", At("nodeimages", "spec", "images", "", "tags", "[]", "createdAt")["format"]!.GetValue<string>());
    }

    private static IEnumerable<string> Columns(string plural) =>
        Version(plural)["additionalPrinterColumns"]!.AsArray().Select(column => column!["name"]!.GetValue<string>());

    private static IEnumerable<string> Required(string plural, params string[] path) => Texts(At(plural, path)["required"]);

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(item => item!.GetValue<string>());

    private static JsonNode At(string plural, params string[] path) => path.Aggregate(
        Version(plural)["schema"]!["openAPIV3Schema"]!,
        (schema, name) => name switch { "" => schema["additionalProperties"]!, "[]" => schema["items"]!, _ => schema["properties"]![name]! });

    private static JsonNode Version(string plural)
    {
        CrdKind kind = CrdKind.All.Single(k => k.Plural == plural);
        var stream = new YamlStream();
        stream.Load(new StringReader(CrdManifest.Yaml(kind, XmlDocs.Of(typeof(KruiseGroup).Assembly))));
        return YamlToJson.Convert(stream.Documents[0].RootNode)!["spec"]!["versions"]![0]!;
    }
}
