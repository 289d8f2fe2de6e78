using System.Text.Json;
using System.Text.Json.Nodes;
using Kruise.Core.Admission;
using Kruise.Core.Features;
using Kruise.Live.Webhooks.Admission;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>CloneSets on the webhooks' paths, as JSON.</summary>
public sealed class CloneSetWebhookTests
{
    private const string Full = """
        {"apiVersion":"apps.kruise.io/v1alpha1","kind":"CloneSet","metadata":{"name":"s","namespace":"n"},"spec":{"replicas":1,"revisionHistoryLimit":10,
        "selector":{"matchLabels":{"a":"b"}},"updateStrategy":{"type":"ReCreate","partition":0,"maxUnavailable":"20%","maxSurge":0},
        "template":{"metadata":{"labels":{"a":"b"}},"spec":{"restartPolicy":"Always","dnsPolicy":"ClusterFirst","schedulerName":"default-scheduler","securityContext":{},
        "terminationGracePeriodSeconds":30,"containers":[{"name":"c","image":"i","imagePullPolicy":"Always","terminationMessagePath":"/dev/termination-log",
        "terminationMessagePolicy":"File","resources":{"limits":{"cpu":"1.5"}}}]}}}}
        """;

    [Fact]
    public async Task A_complete_set_is_left_as_it_is_and_a_bare_one_gets_what_it_lacks()
    {
        Assert.True((await AskAsync("mutate", Full)).Patch.IsEmpty);

        JsonNode patched = await PatchedAsync("""
            {"apiVersion":"apps.kruise.io/v1alpha1","kind":"CloneSet","metadata":{"name":"s","namespace":"n"},"spec":{"selector":{"matchLabels":{"a":"b"}},
            "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"1.5"}}}]}}}}
            """);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Full), patched), patched.ToJsonString());
    }

    [Fact]
    public async Task What_nobody_knows_stays_where_it_was_sent()
    {
        JsonNode patched = await PatchedAsync("""
            {"apiVersion":"apps.kruise.io/v1alpha1","kind":"CloneSet","metadata":{"name":"s"},"spec":{"later":1,"selector":{"matchLabels":{"a":"b"}},
            "volumeClaimTemplates":[{"metadata":{"name":"d"},"spec":{"later":2}}],
            "template":{"later":3,"spec":{"later":4,"volumes":[{"name":"v","later":{"x":5}}],"containers":[{"name":"c","image":"i","later":6,"ports":[{"containerPort":80,"later":7}]}]}}}}
            """);

        JsonNode spec = patched["spec"]!;
        JsonNode pod = spec["template"]!["spec"]!;
        JsonNode container = pod["containers"]![0]!;
        Assert.Equal(
            [1, 2, 3, 4, 6, 7],
            ((JsonNode[])[spec, spec["volumeClaimTemplates"]![0]!["spec"]!, spec["template"]!, pod, container, container["ports"]![0]!]).Select(node => node["later"]!.GetValue<int>()));
        Assert.Equal("""{"name":"v","later":{"x":5}}""", pod["volumes"]![0]!.ToJsonString());
        Assert.Equal(("Filesystem", "TCP"), (spec["volumeClaimTemplates"]![0]!["spec"]!["volumeMode"]!.GetValue<string>(), container["ports"]![0]!["protocol"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_refusal_says_422_and_every_field()
    {
        AdmissionAnswer answer = await AskAsync("validate", Full.Replace("\"replicas\":1", "\"replicas\":-1").Replace("\"image\":\"i\",", ""));

        Assert.Equal((false, 422), (answer.Allowed, answer.HttpCode));
        Assert.Equal(["spec.replicas", "spec.template.spec.containers[0].image"], answer.Errors.Select(error => error.Field));
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            answer.Write(writer, "u");
        }

        Assert.Equal("Invalid", JsonNode.Parse(stream.ToArray())!["response"]!["status"]!["reason"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("\"limits\":{\"cpu\":\"1.5\"}", "\"limits\":{\"cpu\":\"many\"}", "")]
    [InlineData("\"containers\":[{", "\"containers\":[null,{", "spec.template.spec.containers[0]: must not be null")]
    [InlineData("\"replicas\":1", "\"scaleStrategy\":{\"podsToDelete\":[\"a\",null]}", "spec.scaleStrategy.podsToDelete[1]: must not be null")]
    [InlineData("\"replicas\":1", "\"replicas\":\"two\"", "spec.replicas: ")]
    public async Task What_cannot_be_read_is_refused_with_400_on_both_paths(string part, string instead, string message)
    {
        foreach (string verb in new[] { "mutate", "validate" })
        {
            AdmissionAnswer answer = await AskAsync(verb, Full.Replace(part, instead));

            Assert.Equal((false, 400), (answer.Allowed, answer.HttpCode));
            Assert.StartsWith(message, answer.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<JsonNode> PatchedAsync(string sent)
    {
        AdmissionAnswer answer = await AskAsync("mutate", sent);
        Assert.True(answer.Allowed, answer.Message);
        return Rfc6902.Apply(JsonNode.Parse(sent), JsonNode.Parse(answer.Patch.Span)!.AsArray())!;
    }

    private static async Task<AdmissionAnswer> AskAsync(string verb, string obj)
    {
        AdmissionStep step = AdmissionPaths.Find($"/{verb}-apps-kruise-io-v1alpha1-cloneset")!;
        using var review = JsonDocument.Parse(
            $$$"""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"CREATE","object":{{{obj}}}}}""");
        return await new Admitter(FeatureGates.Default, new FakeTimeProvider())
            .AnswerAsync(step, AdmissionReview.TryRead(review.RootElement, out _)!, TestContext.Current.CancellationToken);
    }
}
