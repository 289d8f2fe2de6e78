using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Core.Admission;
using Kruise.Core.Features;
using Kruise.Live.Webhooks.Admission;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

public sealed class AdmitterTests
{
    private const string Good = """{"apiVersion":"apps.kruise.io/v1alpha1","kind":"ImagePullJob","metadata":{"name":"j"},"spec":{"image":"nginx:1"}}""";
    private const string Bad =
        """{"apiVersion":"apps.kruise.io/v1alpha1","kind":"ImagePullJob","metadata":{"name":"j"},"spec":{"image":"","parallelism":"many","completionPolicy":{"type":"Never","ttlSecondsAfterFinished":3}}}""";

    [Fact]
    public void A_refusal_names_every_problem_and_says_400()
    {
        AdmissionAnswer answer = Ask("/validate-apps-kruise-io-v1alpha1-imagepulljob", Bad);

        Assert.False(answer.Allowed);
        Assert.Equal(400, answer.HttpCode);
        Assert.StartsWith("[spec.image: Required value", answer.Message, StringComparison.Ordinal);
        Assert.Contains("spec.parallelism: Invalid value: \"many\"", answer.Message, StringComparison.Ordinal);
        Assert.Contains("spec.completionPolicy.ttlSecondsAfterFinished", answer.Message, StringComparison.Ordinal);
        JsonNode status = Written(answer)["response"]!["status"]!;
        Assert.Equal(400, status["code"]!.GetValue<int>());
        Assert.Equal("BadRequest", status["reason"]!.GetValue<string>());
        Assert.Equal(answer.Message, status["message"]!.GetValue<string>());
        Assert.Equal(["spec.image", "spec.parallelism", "spec.completionPolicy.ttlSecondsAfterFinished"], status["details"]!["causes"]!.AsArray().Select(cause => cause!["field"]!.GetValue<string>()));
    }

    [Fact]
    public void Validation_says_nothing_on_the_mutating_path() =>
        Assert.True(Ask("/mutate-apps-kruise-io-v1alpha1-imagepulljob", Bad).Allowed);

    [Theory]
    [InlineData("CREATE")]
    [InlineData("UPDATE")]
    public void A_good_job_is_allowed_and_the_answer_echoes_the_uid(string operation)
    {
        AdmissionAnswer answer = Ask("/validate-apps-kruise-io-v1alpha1-imagepulljob", Good, operation, Good);

        Assert.True(answer.Allowed);
        Assert.Equal("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"u-1","allowed":true}}""", Written(answer).ToJsonString());
    }

    [Fact]
    public void An_object_that_replaces_one_that_cannot_be_read_is_judged_on_its_own() =>
        Assert.True(Ask("/validate-apps-kruise-io-v1alpha1-imagepulljob", Good, "UPDATE", """{"spec":7}""").Allowed);

    [Theory]
    [InlineData("ImagePullJob", "imagepulljob")]
    [InlineData("NodeImage", "nodeimage")]
    public void With_the_gate_off_the_kind_is_forbidden(string kind, string path)
    {
        AdmissionAnswer answer = Ask($"/validate-apps-kruise-io-v1alpha1-{path}", Good.Replace("ImagePullJob", kind), gates: new FeatureGates(KruiseDaemon: false));

        Assert.False(answer.Allowed);
        Assert.Equal(403, answer.HttpCode);
        Assert.Contains("KruiseDaemon", answer.Message, StringComparison.Ordinal);
        Assert.Equal("Forbidden", Written(answer)["response"]!["status"]!["reason"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("DELETE", null)]
    [InlineData("CONNECT", null)]
    [InlineData("UPDATE", "status")]
    public void Other_operations_and_subresources_are_none_of_our_business(string operation, string? subResource)
    {
        foreach (AdmissionStep step in KruiseAdmission.Steps)
        {
            AdmissionAnswer answer = Ask(step.Path, "null", operation, Bad, subResource: subResource);
            Assert.True(answer.Allowed);
            Assert.True(answer.Patch.IsEmpty);
        }
    }

    [Theory]
    [InlineData("""{"spec":{"image":"a","pullPolicy":{"timeoutSeconds":"soon"}}}""", "spec.pullPolicy.timeoutSeconds: ")]
    [InlineData("""{"spec":[]}""", "spec: ")]
    [InlineData("""{"spec":{"image":"a","pullSecrets":[null]}}""", "spec.pullSecrets[0]: must not be null")]
    [InlineData("""{"spec":{"image":"a","selector":{"matchExpressions":[null]}}}""", "spec.selector.matchExpressions[0]: must not be null")]
    [InlineData("""{"spec":{"image":"a","parallelism":true}}""", "")]
    [InlineData("""{"metadata":{"creationTimestamp":"yesterday"},"spec":{"image":"a"}}""", "metadata.creationTimestamp: ")]
    [InlineData("""{"kind":"CloneSet"}""", "the request holds a CloneSet")]
    [InlineData("""{"apiVersion":"apps.kruise.io/v1beta1"}""", "the request holds a ImagePullJob of apps.kruise.io/v1beta1")]
    [InlineData("[]", "the request holds no ImagePullJob")]
    [InlineData("null", "the request holds no ImagePullJob")]
    public void What_cannot_be_read_is_refused_with_400_and_the_field(string part, string message)
    {
        string sent = part.StartsWith('{') ? Merge(part) : part;
        foreach (string verb in new[] { "mutate", "validate" })
        {
            AdmissionAnswer answer = Ask($"/{verb}-apps-kruise-io-v1alpha1-imagepulljob", sent);

            Assert.False(answer.Allowed);
            Assert.Equal(400, answer.HttpCode);
            Assert.StartsWith(message, answer.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', answer.Message);
        }
    }

    [Theory]
    [InlineData("""{"images":{"a":null}}""", true)]
    [InlineData("""{"images":{"a":{"tags":null}}}""", true)]
    [InlineData("""{"images":{"a":{"tags":[null]}}}""", false)]
    [InlineData("null", true)]
    public void Nulls_in_a_node_image_are_absent_or_refused_but_never_followed(string spec, bool allowed)
    {
        string sent = $$"""{"apiVersion":"apps.kruise.io/v1alpha1","kind":"NodeImage","metadata":{"name":"n"},"spec":{{spec}}}""";
        Assert.All(["mutate", "validate"], verb => Assert.Equal(allowed, Ask($"/{verb}-apps-kruise-io-v1alpha1-nodeimage", sent).Allowed));
    }

    [Theory]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview","request":{"uid":"u"}}""", "only admission.k8s.io/v1 is answered")]
    [InlineData("""{"apiVersion":"v1","kind":"Pod"}""", "not an AdmissionReview")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}""", "no request with a uid")]
    [InlineData("7", "not an AdmissionReview")]
    public void Only_reviews_of_v1_are_answered(string body, string problem)
    {
        using var document = JsonDocument.Parse(body);
        Assert.Null(AdmissionReview.TryRead(document.RootElement, out string found));
        Assert.Contains(problem, found, StringComparison.Ordinal);
    }

    private static AdmissionAnswer Ask(string path, string obj, string operation = "CREATE", string old = "null", FeatureGates? gates = null, string? subResource = null)
    {
        using var review = JsonDocument.Parse(
            $$$"""
            {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-1","operation":"{{{operation}}}","subResource":"{{{subResource}}}","object":{{{obj}}},"oldObject":{{{old}}}}}
            """);
        Task<AdmissionAnswer> answer = new Admitter(gates ?? FeatureGates.Default, new FakeTimeProvider())
            .AnswerAsync(AdmissionPaths.Find(path)!, AdmissionReview.TryRead(review.RootElement, out _)!, CancellationToken.None);
        Assert.True(answer.IsCompleted, "without pods to look up there is nothing to wait for");
        return answer.GetAwaiter().GetResult();
    }

    private static JsonNode Written(AdmissionAnswer answer)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            answer.Write(writer, "u-1");
        }

        return JsonNode.Parse(Encoding.UTF8.GetString(stream.ToArray()))!;
    }

    private static string Merge(string part)
    {
        JsonObject merged = JsonNode.Parse(Good)!.AsObject();
        foreach ((string name, JsonNode? value) in JsonNode.Parse(part)!.AsObject())
        {
            merged[name] = value?.DeepClone();
        }

        return merged.ToJsonString();
    }
}
