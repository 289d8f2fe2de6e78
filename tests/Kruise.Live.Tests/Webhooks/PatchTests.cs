using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Kruise.Core.Admission;
using Kruise.Core.Api;
using Kruise.Core.Features;
using Kruise.Live.Cluster;
using Kruise.Live.Webhooks.Admission;
using Kruise.Live.Webhooks.Patching;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

public sealed class PatchTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, 500, TimeSpan.Zero);
    private static readonly Admitter Admitter = new(FeatureGates.Default, new FakeTimeProvider(Now));

    [Fact]
    public void A_patched_job_is_the_defaulted_job_and_keeps_what_nobody_knows() =>
        SentObjects.Job.Sample(sent => Holds(sent, "ImagePullJob", obj => ImagePullJobDefaults.Apply((ImagePullJob)obj)), iter: 3000);

    [Fact]
    public void A_patched_node_image_is_the_defaulted_one_and_keeps_what_nobody_knows() =>
        SentObjects.NodeImage.Sample(sent => Holds(sent, "NodeImage", obj => NodeImageDefaults.Apply((NodeImage)obj, Now.UtcDateTime)), iter: 3000);

    [Fact]
    public void A_job_gets_exactly_what_it_lacks()
    {
        JsonArray patch = PatchOf("""{"apiVersion":"apps.kruise.io/v1alpha1","kind":"ImagePullJob","metadata":{"name":"j"},"spec":{"image":"a","pullPolicy":{"backoffLimit":7}}}""", "ImagePullJob");

        Equal("""[{"op":"add","path":"/spec/pullPolicy/timeoutSeconds","value":600},{"op":"add","path":"/spec/completionPolicy","value":{"type":"Always"}}]""", patch);
    }

    [Fact]
    public void A_null_counts_as_absent()
    {
        JsonArray patch = PatchOf(
            """{"apiVersion":"apps.kruise.io/v1alpha1","kind":"ImagePullJob","metadata":null,"spec":{"image":"a","pullPolicy":null,"completionPolicy":{"type":"Never","ttlSecondsAfterFinished":null}},"status":null}""",
            "ImagePullJob");

        Equal("""[{"op":"replace","path":"/spec/pullPolicy","value":{"timeoutSeconds":600,"backoffLimit":3}}]""", patch);
    }

    [Fact]
    public void Tags_in_order_are_patched_in_place_and_others_are_replaced_as_a_list_with_all_their_fields()
    {
        const string rest = """ "pullPolicy":{"timeoutSeconds":1,"backoffLimit":1},"version":2,"createdAt":"2026-01-01T00:00:00Z" """;
        JsonArray patch = PatchOf(
            $$$"""
            {"apiVersion":"apps.kruise.io/v1alpha1","kind":"NodeImage","metadata":{"name":"n"},"spec":{"images":{
              "reg.example/a~b":{"tags":[{"tag":"1",{{{rest}}} },{"tag":"2","version":1,"new":[1],"pullPolicy":{"timeoutSeconds":1,"backoffLimit":1} }]},
              "nginx":{"tags":[{"tag":"b","new":"B",{{{rest}}} },{"tag":"a","new":"A",{{{rest}}} }]},
              "same":{"tags":[{"tag":"a",{{{rest}}} }]} } } }
            """,
            "NodeImage");

        Equal(
            $$$"""
            [{"op":"add","path":"/spec/images/reg.example~1a~0b/tags/1/createdAt","value":"2026-11-24T12:00:00Z"},
             {"op":"replace","path":"/spec/images/nginx/tags","value":[{"tag":"a","new":"A",{{{rest}}} },{"tag":"b","new":"B",{{{rest}}} }]}]
            """,
            patch);
    }

    [Fact]
    public void Any_two_documents_are_joined_by_their_patch()
    {
        Gen<string> name = SentObjects.AnyOf("a", "b/c", "d~e", "", "tag", "name", "tags", "env");
        Gen<string> leaf = Gen.OneOf(Gen.Const("null"), Gen.Int[0, 3].Select(i => i.ToString()), Gen.Const("\"x\""));
        Gen<string> inner = Gen.OneOf(leaf, leaf.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"));
        Gen<string> node = Gen.OneOf(inner, Gen.Dictionary(name, inner)[0, 4].Select(Object), Gen.Dictionary(name, inner)[0, 3].Select(Object).Array[0, 3].Select(items => $"[{string.Join(',', items)}]"));
        Gen<string> document = Gen.Dictionary(name, node)[0, 4].Select(Object);

        Gen.Select(document, document).Sample((from, to) =>
        {
            JsonArray patch = JsonPatch.Between(JsonNode.Parse(from), JsonNode.Parse(to));
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(to), Rfc6902.Apply(JsonNode.Parse(from), patch)));
            Assert.Equal(JsonNode.DeepEquals(JsonNode.Parse(from), JsonNode.Parse(to)), patch.Count == 0);
        });

        static string Object(IDictionary<string, string> members) => "{" + string.Join(',', members.Select(m => $"\"{m.Key}\":{m.Value}")) + "}";
    }

    [Fact]
    public void Elements_with_a_key_are_put_in_and_taken_out_one_by_one()
    {
        Gen<string> list = Gen.Select(Gen.Int[0, 6].Array[0, 6], Gen.Int[0, 2]).Select((names, spread) =>
            $$"""{"containers":[{{string.Join(',', names.Distinct().Order().Select(n => $$"""{"name":"c{{n}}","x":{{n % (spread + 1)}}}"""))}}]}""");

        Gen.Select(list, list).Sample((from, to) =>
        {
            JsonArray patch = JsonPatch.Between(JsonNode.Parse(from), JsonNode.Parse(to));
            Assert.Equal(JsonNode.Parse(to)!.ToJsonString(), Rfc6902.Apply(JsonNode.Parse(from), patch)!.ToJsonString());
            Assert.All(patch, operation => Assert.StartsWith("/containers/", operation!["path"]!.GetValue<string>(), StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Elements_with_the_same_key_keep_their_order_and_those_that_were_moved_are_written_as_a_list()
    {
        JsonNode from = JsonNode.Parse("""{"env":[{"name":"A","value":"1"},{"name":"A","value":"2"},{"name":"B"}]}""")!;
        Equal(
            """[{"op":"remove","path":"/env/1"},{"op":"add","path":"/env/0","value":{"name":"N"}}]""",
            JsonPatch.Between(from, JsonNode.Parse("""{"env":[{"name":"N"},{"name":"A","value":"1"},{"name":"B"}]}""")));
        Equal(
            """[{"op":"replace","path":"/env","value":[{"name":"B"},{"name":"A","value":"1"}]}]""",
            JsonPatch.Between(from, JsonNode.Parse("""{"env":[{"name":"B"},{"name":"A","value":"1"}]}""")));
    }

    private static void Holds(string sent, string kind, Func<object, object> applyDefaults)
    {
        object before = Read(sent, kind);
        object after = applyDefaults(before);
        JsonArray patch = PatchOf(sent, kind);
        JsonNode patched = Rfc6902.Apply(JsonNode.Parse(sent), patch)!;

        Assert.True(JsonNode.DeepEquals(Typed(after), Typed(Read(patched.ToJsonString(), kind))), patched.ToJsonString());
        Assert.Equal(Unknowns("", JsonNode.Parse(sent)).Order(), Unknowns("", patched).Order());
        Assert.Equal(ReferenceEquals(before, after) || JsonNode.DeepEquals(Typed(before), Typed(after)), patch.Count == 0);
        Assert.Empty(PatchOf(patched.ToJsonString(), kind));

        // Minimal: no operation can be left out, and none reaches beyond what defaulting is about.
        foreach (JsonNode? operation in patch)
        {
            string path = operation!["path"]!.GetValue<string>();
            Assert.True(kind == "ImagePullJob" ? path.StartsWith("/spec/pullPolicy", StringComparison.Ordinal) || path.StartsWith("/spec/completionPolicy", StringComparison.Ordinal) || path == "/spec" : path.Contains("/tags"), path);
        }
    }

    private static IEnumerable<string> Unknowns(string path, JsonNode? node) => node switch
    {
        JsonObject obj => obj.SelectMany(member => member.Key.StartsWith(SentObjects.UnknownPrefix, StringComparison.Ordinal)
            ? [$"{path}: {member.Value?.ToJsonString()}"]
            : Unknowns($"{path}/{member.Key}", member.Value)),
        JsonArray array => array.SelectMany(item => Unknowns($"{path}/[{(item as JsonObject)?["tag"]}]", item)),
        _ => [],
    };

    private static object Read(string json, string kind)
    {
        using var document = JsonDocument.Parse(json);
        return ObjectReader.Read(document.RootElement, StepOf(kind));
    }

    private static AdmissionStep StepOf(string kind) => KruiseAdmission.Steps.Single(step => step.IsMutating && step.Kind == kind);

    private static JsonNode? Typed(object obj) => JsonSerializer.SerializeToNode(obj, KubeJson.Default.GetTypeInfo(obj.GetType())!);

    private static JsonArray PatchOf(string sent, string kind)
    {
        using var review = JsonDocument.Parse($$$"""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","object":{{{sent}}}}}""");
        AdmissionAnswer answer = Admitter.AnswerAsync(StepOf(kind), AdmissionReview.TryRead(review.RootElement, out _)!, CancellationToken.None).GetAwaiter().GetResult();
        Assert.True(answer.Allowed, answer.Message);
        return answer.Patch.IsEmpty ? [] : JsonNode.Parse(answer.Patch.Span)!.AsArray();
    }

    private static void Equal(string expected, JsonArray actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
}
